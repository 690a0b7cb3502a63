/** One request to a driver: one run of its program, and what its end and its output come to. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type ExecTarget, parseExecObject } from '../../domain/sinks/exec.js';
import type { Call, DriverWorld } from '../driver.js';
import { covered } from './cover.js';
import { findProgram } from './program.js';
import {
  type Answer,
  answerIn,
  EXIT,
  faultOf,
  PROTOCOL_VERSION,
  REQUEST_MAX_BYTES,
  type Value,
  type Verb,
} from './protocol.js';
import { type Ended, run } from './run.js';

interface Requesting {
  readonly call: Call;
  readonly world: DriverWorld;
  /** An exit code that is an answer: then undefined. */
  readonly accepts?: number;
}

export type Body = Readonly<Record<string, unknown>> & { readonly value?: Value };

/** `sink_moved`, `sink_refused` and `sink_unavailable` as the exit code says; undefined for the one that is accepted. */
export async function request(
  object: string,
  verb: Verb,
  body: Body,
  { call, world, accepts }: Requesting,
): Promise<Result<Answer | undefined>> {
  const target = parseExecObject(object);
  const what = nameOf(object, verb);
  const place = verb === 'describe' ? {} : { place: target.place };
  const input = JSON.stringify({ version: PROTOCOL_VERSION, ...place, ...body });
  if (Buffer.byteLength(input) > REQUEST_MAX_BYTES)
    return fail(fault('sink_refused', `${what} would be given more than 1 MiB`));
  const ended = await runDriver(target, { verb, input, signal: call.signal, world });
  if (!ended.ok) return ended;
  const { code, errors, isCut } = ended.value;
  if (code !== undefined && code === accepts) return ok(undefined);
  const said = (): string => covered(errors, [...textsIn(body), ...credentials(target, world)], isCut);
  if (code !== EXIT.done) return fail(faultOf(ended.value, { what, said: said(), verb }));
  const answer = answerIn(ended.value);
  return answer.ok ? answer : fail(malformed('sink_unavailable', what, answer.error));
}

const textsIn = ({ value = '' }: Body): readonly string[] =>
  typeof value === 'string' ? [value] : Object.values(value);

/** Shorter ones are switches. */
const credentials = ({ env: names }: ExecTarget, { env }: DriverWorld): readonly string[] =>
  names.map((name) => env[name] ?? '').filter(({ length }) => length >= 8);

export interface DriverRun {
  readonly verb: string;
  readonly input: string;
  readonly signal: AbortSignal;
  readonly world: Pick<DriverWorld, 'root' | 'roots' | 'env'>;
  readonly onStart?: (pid: number) => void;
}

/** One run of a driver, as the protocol has it: the verb is the last argument. `sink_refused` for what is not a program. */
export async function runDriver(
  { command: [program = '', ...args], env: names }: Pick<ExecTarget, 'command' | 'env'>,
  { verb, input, signal, world, onStart }: DriverRun,
): Promise<Result<Ended>> {
  const path = findProgram(program, world);
  if (!path.ok) return path;
  const env = environmentOf(names, world);
  if (!env.ok) return env;
  const command = [path.value, ...args, verb];
  return ok(await run({ ...{ command, input, folder: world.root, env: env.value }, ...{ signal, onStart } }));
}

/** What every program needs, and what the sink names. A name that is not set is a mistake that is better reported here. */
function environmentOf(
  names: readonly string[],
  { env }: Pick<DriverWorld, 'env'>,
): Result<Readonly<Record<string, string>>> {
  const unset = names.find((name) => env[name] === undefined);
  if (unset !== undefined)
    return fail(
      fault('sink_refused', `the environment variable ${unset} is not set, and the driver is to get it`),
    );
  const given = ['PATH', 'HOME', 'LANG', 'TMPDIR', ...names].flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return ok(Object.fromEntries(given));
}

export const nameOf = (object: string, verb: Verb): string =>
  `the driver ${parseExecObject(object).command[0]} ${verb}`;

export const malformed = (code: 'sink_refused' | 'sink_unavailable', what: string, why: string) =>
  fault(code, `${what} answered wrongly: ${why}`);

/** The protocol of drivers, version 1: what goes in, what comes out, and what an exit code means (docs/how-to/sinks/exec.md). */
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { SinkAbility } from '../../domain/sinks/index.js';
import { MINUTE_MS } from '../../domain/time.js';
import type { Ended } from './run.js';

export const PROTOCOL_VERSION = 1;

export const EXIT = { done: 0, moved: 3, refused: 4, unsupported: 64 } as const;

/** A request is no larger, as an answer is. */
export const REQUEST_MAX_BYTES = 1 << 20;
const VALUE_MAX_BYTES = 512 << 10;
const DEFAULT_MAX_BYTES = 64 << 10;

export type Verb = 'describe' | 'read' | 'write';

/** What a location holds: one text, or texts by name for a sink with `fields`. */
export type Value = string | Readonly<Record<string, string>>;

export interface ReadAnswer {
  readonly found: boolean;
  readonly value?: Value;
  readonly revision?: string;
}

/** Of a driver without `describe`, and of one that says that nothing can be read. */
export const WRITE_ONLY: SinkAbility = {
  ...{ read: 'nothing', write: 'blind', scope: 'shared' },
  ...{ settleMs: 2 * MINUTE_MS, maxBytes: DEFAULT_MAX_BYTES },
};

/** What its answer to `describe` comes to; says what is wrong with it otherwise. */
export function abilityIn(answer: Answer): Result<SinkAbility, string> {
  const { version, read, conditional, maxBytes = DEFAULT_MAX_BYTES } = answer;
  if (version !== PROTOCOL_VERSION) return fail(`version must be ${PROTOCOL_VERSION}`);
  if (read !== 'value' && read !== 'revision' && read !== 'nothing')
    return fail('read must be "value", "revision" or "nothing"');
  if (typeof conditional !== 'boolean') return fail('conditional must be true or false');
  if (typeof maxBytes !== 'number' || !Number.isInteger(maxBytes) || maxBytes < 1)
    return fail('maxBytes must be a positive whole number');
  const max = { maxBytes: Math.min(maxBytes, VALUE_MAX_BYTES) };
  if (read === 'nothing') return ok({ ...WRITE_ONLY, ...max });
  return ok({
    ...{ read, scope: 'shared', ...max },
    ...(conditional
      ? { write: 'conditional', settleMs: 0 }
      : { write: 'blind', settleMs: WRITE_ONLY.settleMs }),
  });
}

/** Says what is wrong with an answer to `read`, for a driver with this ability. */
export function readIn(answer: Answer, { read, write }: SinkAbility): Result<ReadAnswer, string> {
  const { found, value, revision } = answer;
  if (typeof found !== 'boolean') return fail('found must be true or false');
  if (!found) return ok({ found });
  if (read === 'value' && !isValue(value)) return fail('value must be a text, or an object of texts');
  const needsRevision = read === 'revision' || write === 'conditional';
  if (needsRevision && (typeof revision !== 'string' || revision === ''))
    return fail('revision must be a text that is not empty');
  return ok({
    found,
    ...(read === 'value' && isValue(value) && { value }),
    ...(typeof revision === 'string' && { revision }),
  });
}

export type Answer = Readonly<Record<string, unknown>>;

const isValue = (value: unknown): value is Value =>
  typeof value === 'string' ||
  (isObject(value) && Object.values(value).every((one) => typeof one === 'string'));

const isObject = (value: unknown): value is Answer =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one JSON object on standard output. */
export function answerIn({ output }: Ended): Result<Answer, string> {
  if (output === undefined) return fail('its output is not UTF-8');
  // A driver that only writes has nothing to say.
  if (output.trim() === '') return ok({});
  try {
    const value: unknown = JSON.parse(output);
    return isObject(value) ? ok(value) : fail('its output is not a JSON object');
  } catch {
    return fail('its output is not one JSON object');
  }
}

/** What an end other than success is to the engine. `what`: `the driver ./etcd.sh write`; `said`: of standard error, covered. */
export function faultOf(
  { code, why }: Pick<Ended, 'code' | 'why'>,
  { what, said, verb }: { readonly what: string; readonly said: string; readonly verb: Verb },
): Fault {
  const because = said === '' ? '' : `: ${said}`;
  if (code === EXIT.moved && verb === 'write')
    return fault(
      'sink_moved',
      `${what} found another revision than was read, so nothing was written; plan again`,
    );
  if (code === EXIT.refused) return fault('sink_refused', `${what} refused${because}`);
  if (code === EXIT.unsupported) return fault('sink_refused', `${what} is not supported by it${because}`);
  const unknown = verb === 'write' ? '; whether it was written is not known until it is read' : '';
  const how = code === undefined ? why : `failed with exit code ${code}`;
  return fault('sink_unavailable', `${what} ${how}${because}${unknown}`);
}

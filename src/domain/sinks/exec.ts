/** exec: a program of the user's that reads and writes, by JSON on standard input and output (docs/how-to/sinks/exec.md). */
import { posix } from 'node:path';
import { type Static, Type } from 'typebox';
import { closed, durationField } from '../kinds/fields.js';
import { type DurationMs, durationMs, formatDuration, MINUTE_MS, SECOND_MS } from '../time.js';
import { type FieldMap, fieldsField, partOf, WHOLE } from './bundle.js';
import type { SinkType } from './type.js';

const DEFAULT_TIMEOUT: DurationMs = 30 * SECOND_MS;
const TIMEOUT_MAX: DurationMs = 2 * MINUTE_MS;

const word = (description: string, maxLength: number) =>
  Type.String({
    pattern: '^[^\\p{Cc}\\p{Cf}\\p{Cs}]+$',
    maxLength,
    description,
    'x-expects': 'text without control characters',
  });

const schema = Type.Object(
  {
    command: Type.Array(word('The program, and arguments.', 512), {
      minItems: 1,
      maxItems: 16,
      description:
        'A program inside the working folder (./drivers/etcd.sh) or on the PATH (keywright-driver-etcd), and its arguments. It is run without a shell.',
    }),
    place: word('What the program calls the location: a path, an address, a name.', 512),
    env: Type.Optional(
      Type.Array(
        Type.String({
          // What Keywright itself is given is nothing that a document may hand on.
          pattern: '^(?!KEYWRIGHT_)[A-Za-z_][A-Za-z0-9_]{0,127}$',
          maxLength: 128,
          'x-expects': 'the name of an environment variable, not one of KEYWRIGHT_…',
        }),
        {
          uniqueItems: true,
          maxItems: 16,
          'x-set': true,
          description:
            "Names of Keywright's environment variables that the program gets, besides PATH, HOME, LANG and TMPDIR.",
        },
      ),
    ),
    timeout: Type.Optional(durationField('How long one request may take.', { default: '30s' })),
    fields: Type.Optional(fieldsField({ pattern: '^[A-Za-z_][A-Za-z0-9_.-]{0,127}$', example: 'api_key' })),
  },
  { ...closed, description: "Whatever a program of the user's writes to." },
);

export type ExecSink = Static<typeof schema>;

/** All that running the program takes: an object of this type, taken apart. */
export interface ExecTarget {
  readonly command: readonly string[];
  readonly place: string;
  readonly env: readonly string[];
  readonly timeoutMs: DurationMs;
}

export const exec = {
  name: 'exec',
  summary: "Whatever a program of the user's writes to.",
  schema,
  // Of a full driver; what a driver can do it says itself when it is asked.
  ability: { read: 'value', write: 'conditional', scope: 'shared', settleMs: 0, maxBytes: 64 << 10 },
  isWhole: true,
  locate: (sink) => ({
    object: execObject(execTargetOf(sink)),
    part: sink.fields === undefined ? WHOLE : partOf(sink.fields as FieldMap),
  }),
  say: ({ object }) => {
    const { command, place } = parseExecObject(object);
    return `${command.join(' ')} ${place}`;
  },
  // A driver that hangs holds up its own sinks and no others.
  lane: (object) => `exec ${object.slice(0, object.indexOf('@'))}`,
  program: ({ command: [program = ''] }) => (program.includes('/') ? program : undefined),
  check: ({ command: [program = ''], timeout }) => {
    const ms = timeout === undefined ? DEFAULT_TIMEOUT : durationMs(timeout);
    return [
      ...(ms < SECOND_MS || ms > TIMEOUT_MAX
        ? [{ path: 'timeout', message: `is ${timeout}; use 1s to ${formatDuration(TIMEOUT_MAX)}` }]
        : []),
      ...(/(?:^|\/)\.{0,2}$/.test(program)
        ? [{ path: 'command.0', message: `is the folder ${JSON.stringify(program)}; name a program` }]
        : []),
    ];
  },
  cdk: (sink, { literal }) => `exec(${literal(sink)})`,
} as const satisfies SinkType<ExecSink>;

const execTargetOf = ({ command, place, env = [], timeout }: ExecSink): ExecTarget => ({
  ...{ command, place, env: [...env].sort() },
  timeoutMs: timeout === undefined ? DEFAULT_TIMEOUT : durationMs(timeout),
});

/** `./drivers/etcd.sh+--lease@/shop/billing?env=ETCD&timeout=45s`; two spellings of one target are one text. */
export function execObject({ command, place, env, timeoutMs }: ExecTarget): string {
  const [program = '', ...rest] = command;
  const words = [plainProgram(program), ...rest].map(encoded).join('+');
  const query = [
    ...(env.length > 0 ? [`env=${env.join(',')}`] : []),
    ...(timeoutMs === DEFAULT_TIMEOUT ? [] : [`timeout=${formatDuration(timeoutMs)}`]),
  ].join('&');
  return `${words}@${encoded(place)}${query && `?${query}`}`;
}

export function parseExecObject(object: string): ExecTarget {
  const at = object.indexOf('@');
  const [place = '', query = ''] = object.slice(at + 1).split('?');
  const named = new Map(query.split('&').map((one) => one.split('=', 2) as [string, string]));
  const timeout = named.get('timeout');
  return {
    command: object.slice(0, at).split('+').map(decodeURIComponent),
    place: decodeURIComponent(place),
    env: named.get('env')?.split(',') ?? [],
    timeoutMs: timeout === undefined ? DEFAULT_TIMEOUT : durationMs(timeout),
  };
}

/** `drivers//etcd.sh` and `./drivers/etcd.sh` are one file; a bare name is looked for on the PATH and stays bare. */
function plainProgram(program: string): string {
  if (!program.includes('/')) return program;
  const plain = posix.normalize(program);
  return /^(?:\/|\.\.(?:\/|$))/.test(plain) ? plain : `./${plain}`;
}

/** Leaves what reads well and separates nothing here: neither `@ + ? & ,`, nor `#`, which ends the object in an id. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/%2F|%3A|%3D/g, (code) => decodeURIComponent(code));

/** Values as TypeScript: literals, names of constants, durations. */
import { withoutTokens } from '../domain/secret.js';
import { DAY_MS, durationMs, HOUR_MS, MINUTE_MS, SECOND_MS } from '../domain/time.js';

const NAME = /^[A-Za-z_$][\w$]*$/;

/** A literal that means this value, in single quotes. */
export function code(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(code).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => [code(key), code(member)]);
  return objectCode(Object.fromEntries(members));
}

/** An object whose values, and whose keys where they are in quotes, are code already; undefined ones are left out. */
export function objectCode(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  const lines = given.map(([key, value]) => `  ${keyCode(key)}: ${value?.replaceAll('\n', '\n  ')},\n`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}}`;
}

/** `__proto__` as a key would set the prototype unless it is computed. */
function keyCode(key: string): string {
  const bare = key.startsWith("'") ? key.slice(1, -1) : key;
  if (bare === '__proto__') return "['__proto__']";
  return NAME.test(bare) ? bare : key.startsWith("'") ? key : quoted(key);
}

/** A duration of a document: `Duration.days(30)`; undefined for none. */
export function durationCode(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = durationMs(value);
  if (ms % DAY_MS === 0) return `Duration.days(${ms / DAY_MS})`;
  if (ms % HOUR_MS === 0) return `Duration.hours(${ms / HOUR_MS})`;
  if (ms % MINUTE_MS === 0) return `Duration.minutes(${ms / MINUTE_MS})`;
  return `Duration.seconds(${ms / SECOND_MS})`;
}

/** JSON is TypeScript but for its quotes. */
const quoted = (text: string): string =>
  `'${withoutTokens(JSON.stringify(text)).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/**
 * A constant for each key (`ApiKey/billing-prod` → `billingProd`), each its own and none of `taken`: by the name
 * alone, with its kind where two are called the same, and then with a number.
 */
export function identifiers(
  keys: readonly string[],
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const used = new Set([...RESERVED, ...taken]);
  const named = new Map<string, string>();
  for (const key of keys) {
    const parts = key.split('/');
    const short = camel(parts.slice(-1));
    const full = camel([...parts.slice(1), parts[0] ?? '']);
    let name = used.has(short) ? full : short;
    for (let nth = 2; used.has(name); nth++) name = `${full}${nth}`;
    used.add(name);
    named.set(key, name);
  }
  return named;
}

function camel(parts: readonly string[]): string {
  const words = parts.flatMap((part) => part.split(/[^A-Za-z0-9]+/)).filter((word) => word !== '');
  const joined = words
    .map(
      (word, nth) =>
        (nth === 0 ? word.charAt(0).toLowerCase() : word.charAt(0).toUpperCase()) + word.slice(1),
    )
    .join('');
  return /^[a-z]/.test(joined) ? joined : `_${joined}`;
}

/** Words that TypeScript or the app itself uses. */
const RESERVED = [
  ...['app', 'stack', 'await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default'],
  ...['delete', 'do', 'else', 'enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if'],
  ...['implements', 'import', 'in', 'instanceof', 'interface', 'let', 'new', 'null', 'package', 'private'],
  ...['protected', 'public', 'return', 'static', 'super', 'switch', 'this', 'throw', 'true', 'try', 'typeof'],
  ...['var', 'void', 'while', 'with', 'yield', 'eval', 'arguments', 'async', 'of', 'undefined'],
];

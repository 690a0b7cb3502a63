/** What a secret of a KV v2 engine holds, as its API shows it: fields of any JSON value, and the version they are of. */
import type { Secret } from '../../domain/secret.js';
import type { Held } from '../driver.js';

export type Fields = Readonly<Record<string, unknown>>;

/** One read. Its version is what a write is conditional on (`options.cas`), also of a secret that was deleted. */
export interface HeldSecret extends Held {
  readonly values: ReadonlyMap<string, string>;
  readonly revision: string;
  readonly fields: Fields;
  /** Holds numbers that are not the same when they are written back: JavaScript has fewer than JSON. */
  readonly isInexact: boolean;
}

/** Reads the answer to `GET MOUNT/data/PATH`; undefined when it shows no version, as that of any other engine. */
export function heldSecret(body: string): HeldSecret | undefined {
  const { data } = objectIn(body);
  const { data: fields = null, metadata } = isObject(data) ? data : {};
  const version = isObject(metadata) ? metadata['version'] : undefined;
  if (typeof version !== 'number' || !Number.isSafeInteger(version)) return undefined;
  const held = isObject(fields) ? fields : {};
  const values = Object.entries(held).map(([name, value]): [string, string] => [name, textOf(value)]);
  return { values: new Map(values), revision: `${version}`, fields: held, isInexact: hasInexactNumber(body) };
}

/** A field that is no text is content like any other: none of a version of a key. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** The members of a JSON object; none of anything else. */
export function objectIn(body: string): Fields {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const STRINGS = /"(?:[^"\\]|\\.)*"/g;
const NUMBERS = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const hasInexactNumber = (body: string): boolean =>
  (body.replace(STRINGS, '""').match(NUMBERS) ?? []).some((text) => `${Number(text)}` !== shortest(text));

/** `1.50` is 1.5. */
const shortest = (text: string): string =>
  text.includes('.') && !/e/i.test(text) ? text.replace(/\.?0+$/, '') : text;

/** All fields as they are to be: a write replaces all of them. */
export function merged(
  fields: Fields,
  change: { readonly set: ReadonlyMap<string, Secret>; readonly remove: readonly string[] },
): Fields {
  const all = new Map(Object.entries(fields));
  for (const name of change.remove) all.delete(name);
  for (const [name, secret] of change.set) all.set(name, secret.reveal());
  return Object.fromEntries(all);
}

/** Every text in a value, also in what is nested. */
export function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

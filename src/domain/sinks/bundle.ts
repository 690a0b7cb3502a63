/**
 * A version's secret is a bundle of named fields; the versions of a key have one, `key`. A sink says under which name
 * each is kept: `fields: { API_KEY: key }`.
 */
import { Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { fingerprintOf, type Secret } from '../secret.js';

/** Name where it is kept → name in the bundle. */
export type FieldMap = Readonly<Record<string, string>>;

/** Name → secret. One delivery is one atomic write of a bundle. */
export type Bundle = Readonly<Record<string, Secret>>;

/** The field of Keywright's own keys. */
export const KEY_FIELD = 'key';

/** The part of a sink that holds the bare secret and has no names; no field is called so. */
export const WHOLE = '-';

/** `names`: what a field may be called where it is kept. */
export const fieldsField = (names: { readonly pattern: string; readonly example: string }) =>
  Type.Record(Type.String({ pattern: names.pattern }), Type.Literal(KEY_FIELD), {
    // Without it a name that does not match the pattern is accepted, and ends up in the id of the sink.
    ...closed,
    minProperties: 1,
    maxProperties: 16,
    description: `Under which name the secret is kept: { ${names.example}: key }.`,
    'x-expects': `names of fields and what they hold, e.g. { ${names.example}: key }`,
  });

/** As the part of a sink's id: `API_KEY`, or `USER=username,PASSWORD=password`. */
export const partOf = (fields: FieldMap): string =>
  Object.entries(fields)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, source]) => (source === KEY_FIELD ? name : `${name}=${source}`))
    .join(',');

/** The other way round. */
export const fieldsOf = (part: string): FieldMap =>
  Object.fromEntries(
    part.split(',').map((one) => {
      const [name = '', source = KEY_FIELD] = one.split('=');
      return [name, source];
    }),
  );

/** What one part holds, from all fields of its object: undefined when nothing of it is there. */
export function heldIn(values: ReadonlyMap<string, string>, part: string): string | undefined {
  const own = Object.keys(fieldsOf(part)).map((name) => values.get(name));
  if (own.every((value) => value === undefined || value === '')) return undefined;
  const [first] = own;
  // Fields of one secret that differ, or are only partly there, are content of their own: no version's.
  return own.every((value) => value === first) ? first : JSON.stringify(own.map((value) => value ?? null));
}

export const fingerprintIn = (values: ReadonlyMap<string, string>, part: string): string | undefined => {
  const held = heldIn(values, part);
  return held === undefined ? undefined : fingerprintOf(held);
};

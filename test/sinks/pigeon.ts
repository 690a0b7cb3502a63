/** pigeon: a toy type of sink. All that there is of it is in this file: its declaration and its driver. */
import { type Static, Type } from 'typebox';
import { fault } from '../../src/domain/errors.js';
import { closed } from '../../src/domain/kinds/fields.js';
import { fail, ok } from '../../src/domain/result.js';
import { type FieldMap, fieldsField, partOf } from '../../src/domain/sinks/bundle.js';
import type { SinkType } from '../../src/domain/sinks/type.js';
import type { OpenDriver } from '../../src/sinks/driver.js';

const schema = Type.Object(
  {
    loft: Type.String({ pattern: '^[a-z]{1,20}$', description: 'The loft that the pigeon flies to.' }),
    fields: fieldsField({ pattern: '^[A-Z_]{1,20}$', example: 'NOTE' }),
  },
  { ...closed, description: 'A note on the leg of a pigeon.' },
);

export const pigeon = {
  name: 'pigeon',
  summary: 'A note on the leg of a pigeon.',
  schema,
  ability: { read: 'value', write: 'conditional', scope: 'shared', settleMs: 0, maxBytes: 200 },
  locate: ({ loft, fields }) => ({ object: loft, part: partOf(fields as FieldMap) }),
  say: ({ object, part }) => `${part} at the loft ${object}`,
  check: ({ loft }) => (loft === 'roof' ? [{ path: 'loft', message: 'must have a roof over it' }] : []),
  cdk: (spec, { literal }) => `of(${literal({ pigeon: spec })})`,
} as const satisfies SinkType<Static<typeof schema>>;

/** What hangs in the lofts. */
export const LOFTS = new Map<
  string,
  { readonly values: ReadonlyMap<string, string>; readonly revision: number }
>();
let flights = 0;

export const openPigeon: OpenDriver = () => ({
  read: async (loft) => {
    const held = LOFTS.get(loft);
    return ok(held && { values: held.values, revision: String(held.revision) });
  },
  write: async (loft, { set, remove, over }) => {
    const held = LOFTS.get(loft);
    if (over?.revision !== (held && String(held.revision)))
      return fail(fault('sink_moved', 'another pigeon was faster'));
    const notes = new Map(held?.values);
    for (const [name, secret] of set) notes.set(name, secret.reveal());
    for (const name of remove) notes.delete(name);
    flights += 1;
    LOFTS.set(loft, { values: notes, revision: flights });
    return ok(undefined);
  },
});

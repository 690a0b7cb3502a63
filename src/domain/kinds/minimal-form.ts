/** The normal form the other way round: what has to be written for a spec to come to it, defaults left out. */
import type { TSchema } from 'typebox';
import { canonicalJson } from '../canonical.js';
import { normalForm } from './normal-form.js';

interface Node {
  readonly default?: unknown;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
}

/**
 * `spec` is in normal form; so is what comes of `normalForm` on the answer, and equal to it. Fields are in the
 * order of the schema. `kept` are paths, such as `rotation.overlap`, that are written though they have a default.
 */
export const minimalForm = <Spec>(
  schema: TSchema,
  spec: Spec,
  kept: ReadonlySet<string> = new Set(),
): Readonly<Record<string, unknown>> =>
  minimal(schema as Node, spec, { path: '', kept }) as Readonly<Record<string, unknown>>;

interface Place {
  readonly path: string;
  readonly kept: ReadonlySet<string>;
}

function minimal(node: Node, value: unknown, place: Place): unknown {
  const { items, properties } = node;
  if (items && Array.isArray(value))
    return value.map((member) => minimal(items, member, { ...place, path: `${place.path}[]` }));
  if (!properties || typeof value !== 'object' || value === null) return value;
  const found: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(properties)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    const path = place.path === '' ? name : `${place.path}.${name}`;
    const isImplied = isDefault(field, member) && node.required?.includes(name) !== true;
    if (member === undefined || (isImplied && !place.kept.has(path))) continue;
    found[name] = minimal(field, member, { ...place, path });
  }
  return found;
}

const isDefault = (field: Node, value: unknown): boolean =>
  field.default !== undefined &&
  canonicalJson(normalForm(field as TSchema, field.default)) === canonicalJson(value);

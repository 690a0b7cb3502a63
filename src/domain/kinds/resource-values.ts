/**
 * The values of a resource: from the fields of a document to attributes in snake_case and back. What the shape does
 * not know is carried over, so that the checker can say so; keys of maps are people's and stay as they are.
 */
import { API_VERSION } from './document-schema.js';
import type { Kind } from './kind.js';
import {
  type Attribute,
  type AttributeType,
  attributesOf,
  camelCase,
  resourceShape,
  snakeCase,
} from './resource.js';

export type Values = Readonly<Record<string, unknown>>;

/** A document that has not been checked yet. */
export interface UncheckedDocument {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: string;
  readonly metadata: Values;
  readonly spec: Values;
}

/** The document that a resource with these attributes declares. Attributes that are null are absent. */
export function documentOfAttributes(kind: Kind, attributes: Values): UncheckedDocument {
  const { metadata, spec } = resourceShape(kind);
  const isOf = (part: readonly Attribute[], name: string): boolean => part.some((one) => one.name === name);
  const given = Object.entries(attributes);
  return {
    apiVersion: API_VERSION,
    kind: kind.name,
    metadata: fieldsOf(metadata, Object.fromEntries(given.filter(([name]) => isOf(metadata, name)))),
    spec: fieldsOf(spec, Object.fromEntries(given.filter(([name]) => !isOf(metadata, name)))),
  };
}

/** Fields as CDK resources take them (`displayName` for the `name` of a spec) as attributes; undefined ones are left out. */
export const attributesOfFields = (kind: Kind, fields: Values): Values => {
  const known = attributesOf(resourceShape(kind)).map((one) => ({ ...one, field: camelCase(one.name) }));
  return renamed(known, fields, 'field');
};

const fieldsOf = (known: readonly Attribute[], attributes: Values): Values =>
  renamed(known, attributes, 'name');

/** `from` says what the keys of `values` are; they become the other. */
function renamed(known: readonly Attribute[], values: Values, from: 'name' | 'field'): Values {
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    const attribute = known.find((one) => one[from] === key);
    const to =
      attribute?.[from === 'name' ? 'field' : 'name'] ?? (from === 'name' ? camelCase : snakeCase)(key);
    result[to] = attribute ? within(attribute.type, value, from) : value;
  }
  return { ...result };
}

function within(type: AttributeType, value: unknown, from: 'name' | 'field'): unknown {
  if (type.kind === 'object') {
    const isMapping = typeof value === 'object' && value !== null && isPlain(value);
    return isMapping ? renamed(type.attributes, value as Values, from) : value;
  }
  if ((type.kind === 'list' || type.kind === 'set') && Array.isArray(value))
    return value.map((member) => within(type.of, member, from));
  return value;
}

/** Plain objects only: values that are known later (tokens, resolvables) are left as they are. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

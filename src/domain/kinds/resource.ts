/**
 * A kind as Terraform sees it: a resource with attributes in snake_case, derived from the kind's schema. The CDK
 * resources, the reader of synthesized stacks and the provider's schema come from it; nothing here is maintained manually.
 */
import type { Kind } from './kind.js';

export type AttributeType =
  | { readonly kind: 'string' | 'bool' | 'number' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: AttributeType }
  | { readonly kind: 'object'; readonly attributes: readonly Attribute[] };

export interface Attribute {
  /** In snake_case: `is_prod`. */
  readonly name: string;
  /** As documents have it: `isProd`. */
  readonly field: string;
  readonly type: AttributeType;
  readonly presence: 'required' | 'optional' | 'computed';
  readonly description: string;
  /** A change of it makes a new object. */
  readonly isReplacing: boolean;
  readonly isSensitive: boolean;
}

export interface ResourceShape {
  /** `keywright_api_key` */
  readonly type: string;
  readonly summary: string;
  /** What stands in `metadata` of the document, in `spec`, and what only the store knows. */
  readonly metadata: readonly Attribute[];
  readonly spec: readonly Attribute[];
  readonly computed: readonly Attribute[];
}

/** What there is to know of a schema node here. */
interface Node {
  readonly type?: string;
  readonly description?: string;
  readonly uniqueItems?: boolean;
  readonly 'x-set'?: boolean;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly patternProperties?: Readonly<Record<string, Node>>;
}

export const PROVIDER_NAME = 'keywright';
export const PROVIDER_SOURCE = 'keywright/keywright';

const STRING: AttributeType = { kind: 'string' };
const PLAIN = { isReplacing: false, isSensitive: false } as const;

const METADATA: readonly Attribute[] = [
  {
    ...{ ...PLAIN, name: 'name', field: 'name', type: STRING, presence: 'required' },
    description: 'Names the object within its kind.',
  },
  ...['labels', 'annotations'].map(
    (name): Attribute => ({
      ...{ ...PLAIN, name, field: name, type: { kind: 'map', of: STRING }, presence: 'optional' },
      description: `The ${name} of the object.`,
    }),
  ),
];

const ID = computed('id', STRING, 'The id of the live object.');

/** Of an ApiKey: what changes with every rotation. */
const CURRENT_VERSION: readonly Attribute[] = [
  computed('key_id', STRING, 'The public id of its current version, as in the prefix.'),
  computed(
    'generation',
    { kind: 'number' },
    'The number of its current version; incremented by each rotation.',
  ),
];

const shapes = new Map<string, ResourceShape>();

/** The resource of a kind; the same one each time. */
export function resourceShape(kind: Kind): ResourceShape {
  const known = shapes.get(kind.name);
  if (known) return known;
  const shape: ResourceShape = {
    type: `${PROVIDER_NAME}_${snakeCase(kind.name)}`,
    summary: kind.summary,
    metadata: METADATA,
    spec: attributes(kind.schema as Node).map((attribute) => ({
      ...attribute,
      name: specName(attribute.field),
      isReplacing: kind.replacedBy.some((field: string) => field === attribute.field),
    })),
    computed: kind.name === 'ApiKey' ? [ID, ...CURRENT_VERSION] : [ID],
  };
  shapes.set(kind.name, shape);
  return shape;
}

/** All attributes of a resource, in the order in which people write them. */
export const attributesOf = ({ metadata, spec, computed }: ResourceShape): readonly Attribute[] => [
  ...metadata,
  ...spec,
  ...computed,
];

/** The data source of a kind: found by its natural key, everything else is an answer. */
export function dataSourceAttributes(kind: Kind): readonly Attribute[] {
  const isKey = (field: string): boolean =>
    field === 'name' || (kind.within !== undefined && field === 'environment');
  const { metadata, spec, computed } = resourceShape(kind);
  const answer = (one: Attribute): Attribute => ({ ...one, presence: 'computed', isReplacing: false });
  return [
    ...metadata.map((one) => (isKey(one.field) ? one : answer(one))),
    ...spec.map((one) => (one.field === 'environment' && isKey(one.field) ? one : answer(one))),
    ...computed,
  ];
}

/** What a run of Terraform uses and never keeps: name of the type → its attributes. */
export const EPHEMERAL_SHAPES: Readonly<Record<string, readonly Attribute[]>> = {
  keywright_api_key: [
    { ...METADATA[0], description: 'The ApiKey to issue a temporary version of.' } as Attribute,
    secret('token', 'The secret of the temporary version, revoked when the run closes.'),
    computed('prefix', STRING, 'Its public prefix.'),
  ],
  keywright_access_token: [
    secret('token', 'A short-lived bearer token for the HTTP API.'),
    computed('expires_at', STRING, 'When it expires.'),
  ],
};

/** How the provider finds the store. */
export const PROVIDER_ATTRIBUTES: readonly Attribute[] = [
  optional('store', 'The live store: a folder, postgres://… or the https://… address of a server.'),
  optional('project', 'The project that owns created objects.'),
  {
    ...optional('token', 'The token for the server. Prefer KEYWRIGHT_TOKEN.'),
    isSensitive: true,
  },
];

/** `isProd` → `is_prod`, `ApiKey` → `api_key`. */
export function snakeCase(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])[A-Z]/g, '_$&')
    .replaceAll('-', '_')
    .toLowerCase();
}

/** `is_prod` → `isProd`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The name of an object is its `name`; what people are called is their `display_name`. */
const specName = (field: string): string =>
  METADATA.some((one) => one.field === field) ? `display_${snakeCase(field)}` : snakeCase(field);

function attributes({ properties = {}, required = [] }: Node): readonly Attribute[] {
  return Object.entries(properties).map(([field, node]) => ({
    ...PLAIN,
    name: snakeCase(field),
    field,
    type: typeOf(node),
    presence: required.includes(field) ? 'required' : 'optional',
    description: node.description ?? '',
  }));
}

function typeOf(node: Node): AttributeType {
  if (node.items)
    return { kind: (node.uniqueItems ?? node['x-set']) ? 'set' : 'list', of: typeOf(node.items) };
  if (node.properties) return { kind: 'object', attributes: attributes(node) };
  const [entry] = Object.values(node.patternProperties ?? {});
  if (entry) return { kind: 'map', of: typeOf(entry) };
  if (node.type === 'boolean') return { kind: 'bool' };
  // A choice of words has no type of its own.
  return node.type === 'integer' || node.type === 'number' ? { kind: 'number' } : STRING;
}

function computed(name: string, type: AttributeType, description: string): Attribute {
  return { ...PLAIN, name, field: camelCase(name), type, presence: 'computed', description };
}

function secret(name: string, description: string): Attribute {
  return { ...computed(name, STRING, description), isSensitive: true };
}

function optional(name: string, description: string): Attribute {
  return { ...PLAIN, name, field: name, type: STRING, presence: 'optional', description };
}

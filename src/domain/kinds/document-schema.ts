/**
 * The JSON Schema of a whole document, derived from its kind: what the checker validates, and in one
 * schema over all kinds what editors complete from. Pure data; nothing here validates.
 */
import { DNS_LABEL } from './fields.js';
import { KINDS, type KindName, kindOf } from './index.js';

export const API_VERSION = 'keywright.dev/v1';

/** Where editors find the schema of documents. */
export const SCHEMA_URL = 'https://keywright.dev/schema/v1.json';

/** Has an editor check the document that it stands above; of a file with several, each needs its own. */
export const SCHEMA_LINE = `# yaml-language-server: $schema=${SCHEMA_URL}\n`;

export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

const LABEL_KEY =
  '^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$';
const LABEL_VALUE = '^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$';

const keys = {
  pattern: LABEL_KEY,
  maxLength: 317,
  'x-expects': 'a key such as team or example.com/team: letters, digits, hyphens, underscores and dots',
};

/** Keys and values that selectors can ask for. */
export const LABELS = {
  type: 'object',
  description: 'For selecting objects: `--select team=payments`.',
  maxProperties: 64,
  propertyNames: keys,
  additionalProperties: {
    type: 'string',
    pattern: LABEL_VALUE,
    maxLength: 63,
    'x-expects': 'at most 63 letters, digits, hyphens, underscores and dots',
  },
} as const satisfies JsonSchema;

const METADATA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: {
    name: {
      type: 'string',
      pattern: DNS_LABEL,
      maxLength: 63,
      description: 'Names the object within its kind.',
      'x-expects': 'a DNS label: lower-case letters, digits and hyphens, at most 63, e.g. billing-prod',
    },
    labels: LABELS,
    annotations: {
      type: 'object',
      description: 'Your own notes, and Keywright settings under keywright.dev/.',
      maxProperties: 64,
      propertyNames: keys,
      properties: {
        'keywright.dev/protect': {
          type: 'string',
          enum: ['true', 'false'],
          description: 'true: plans that would remove or replace the object are refused.',
        },
        'keywright.dev/previous-name': {
          type: 'string',
          pattern: `^(?:${DNS_LABEL.slice(1, -1)}|us_[a-z]{1,8}_[0-9A-Za-z]{1,32})$`,
          maxLength: 63,
          description: 'The name it had before it was renamed, or its id.',
          'x-expects': 'the name it had before, or its id',
        },
        'keywright.dev/keep-delivered': {
          type: 'string',
          enum: ['true', 'false'],
          description:
            'true: when the key is removed, its secret stays in the sinks that it was delivered to.',
        },
        'keywright.dev/suspend-until': {
          type: 'string',
          format: 'instant',
          maxLength: 40,
          description: 'Reconciliation of the object is paused until this time.',
        },
      },
      patternProperties: {
        '^keywright\\.dev/(?!(?:protect|previous-name|keep-delivered|suspend-until)$)': false,
      },
      additionalProperties: { type: 'string', maxLength: 4096 },
    },
  },
};

/** JSON Schema (draft 07) of documents of one kind, with the formats `duration` and `instant` and the note `x-expects`. */
export function documentSchema(kind: KindName): JsonSchema {
  const spec = plain(kindOf(kind).schema) as JsonSchema;
  const needsSpec = Array.isArray(spec['required']) && spec['required'].length > 0;
  return {
    type: 'object',
    description: kindOf(kind).summary,
    additionalProperties: false,
    required: ['kind', 'metadata', ...(needsSpec ? ['spec'] : [])],
    properties: {
      apiVersion: { type: 'string', const: API_VERSION, description: 'The version of the format.' },
      kind: { type: 'string', const: kind, description: 'What the document declares.' },
      metadata: METADATA,
      spec,
    },
  };
}

/**
 * Returns one JSON Schema (draft 07) for a document of any kind, for editors: standard keywords only. It accepts
 * whatever `keywright validate` accepts; rules across fields are checked there alone.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { editorSchema } from 'keywright';
 * const schema = JSON.stringify(editorSchema(), null, 2);
 * ```
 */
export function editorSchema(): JsonSchema {
  const kinds = Object.keys(KINDS) as KindName[];
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: SCHEMA_URL,
    title: 'Keywright document',
    type: 'object',
    required: ['kind', 'metadata'],
    properties: { kind: { enum: kinds } },
    allOf: [
      ...kinds.map((kind) => ({
        if: {
          required: ['kind'],
          properties: { kind: { const: kind } },
          not: IN_A_LOOP,
        },
        // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
        then: standard(documentSchema(kind)),
      })),
      {
        if: IN_A_LOOP,
        // biome-ignore lint/suspicious/noThenProperty: `then` is a keyword of JSON Schema
        then: MATRIX_DOCUMENT,
      },
    ],
  };
}

const IN_A_LOOP: JsonSchema = { required: ['matrix'], properties: { matrix: {} } };

/** A document in a loop: what its placeholders come to, `keywright validate` checks. */
const MATRIX_DOCUMENT: JsonSchema = {
  additionalProperties: false,
  properties: {
    apiVersion: { const: API_VERSION },
    kind: { not: { const: 'Project' } },
    matrix: {
      type: 'object',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what people write
      description: 'Declares the document once for each combination; ${name} stands for the value.',
      minProperties: 1,
      properties: { exclude: { type: 'array', items: { type: 'object' } }, previous: { type: 'object' } },
      additionalProperties: { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } },
    },
    metadata: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
    spec: { type: 'object' },
  },
};

/** A copy without the library's marks, in which a choice of words is an `enum`: one error instead of many. */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain);
  if (typeof schema !== 'object' || schema === null) return schema;
  const words = wordsOf(schema as JsonSchema);
  if (words) {
    const { anyOf: _, ...rest } = schema as JsonSchema;
    return { type: 'string', enum: words, ...rest };
  }
  return Object.fromEntries(Object.entries(schema).map(([keyword, value]) => [keyword, plain(value)]));
}

function wordsOf({ anyOf }: JsonSchema): readonly string[] | undefined {
  if (!Array.isArray(anyOf)) return undefined;
  const words = anyOf.map((one: JsonSchema) => one['const']);
  return words.every((word) => typeof word === 'string') ? words : undefined;
}

/** Our formats as patterns that editors know, and without our notes. */
const FORMATS: Readonly<Record<string, JsonSchema>> = {
  duration: { pattern: '^(?:[1-9][0-9]{0,8}[smhd]|P[0-9DTHMSW]+)$' },
  instant: { format: 'date-time' },
};

function standard(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(standard);
  if (typeof schema !== 'object' || schema === null) return schema;
  const {
    format,
    'x-expects': _,
    'x-fold': __,
    'x-set': isSet,
    'x-one-of': oneOf,
    ...rest
  } = schema as JsonSchema;
  const entries = Object.entries(rest).map(([keyword, value]) => [keyword, standard(value)]);
  if (isSet === true) entries.push(['uniqueItems', true]);
  // Exactly one of these members: with `required` alone editors keep completing the members of each.
  if (Array.isArray(oneOf))
    entries.push(['oneOf', oneOf.map((name) => ({ properties: { [name]: {} }, required: [name] }))]);
  const known = typeof format === 'string' ? (FORMATS[format] ?? { format }) : {};
  return { ...Object.fromEntries(entries), ...known };
}

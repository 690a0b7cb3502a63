/** Checks requests against the schemas of its route, and says in plain words which field is wrong. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { TObject, TSchema } from 'typebox';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { firstExcess, isWithinBytes, MAX_BYTES } from '../domain/schema-bounds.js';
import { INSTANT_EXPECTED, parseDuration, parseInstant } from '../domain/time.js';
import { isText } from './json.js';
import type { FieldError, Refusal } from './problem.js';
import { requiredOf } from './schemas.js';

const options = {
  // Errors come with their schema, which says what it expects.
  verbose: true,
  strict: true,
  allowUnionTypes: true,
  meta: false,
  validateSchema: false,
} as const;

/** Addresses have texts only, so numbers are read from them. A list may be given as one: `?spaceIds=a`. */
const fromText = { ...options, coerceTypes: 'array', useDefaults: true } as const;

/** The first of each pair stops at the first fault. The other continues, and is asked about what is within bounds alone. */
const ajvs = {
  text: { first: new Ajv(fromText), all: new Ajv({ ...fromText, allErrors: true }) },
  // Bodies say what they mean.
  body: { first: new Ajv(options), all: new Ajv({ ...options, allErrors: true }) },
};
for (const ajv of Object.values(ajvs).flatMap(({ first, all }) => [first, all])) {
  // What the kinds' schemas say beside JSON Schema.
  ajv.addVocabulary(['x-expects', 'x-fold', 'x-set', 'x-one-of']);
  ajv.addKeyword({ keyword: MAX_BYTES, validate: isWithinBytes, errors: false });
  ajv.addFormat('duration', (text: string) => parseDuration(text).ok);
  ajv.addFormat('date', (text: string) => parseInstant(`${text}T00:00:00Z`).ok);
  for (const name of ['instant', 'date-time']) ajv.addFormat(name, (text: string) => parseInstant(text).ok);
}

export type Part = 'path' | 'query' | 'body';

/** Gives the value itself, with numbers and defaults filled in where it came as text. */
export type Check = (value: unknown) => Result<unknown, Refusal>;

/** Compiled when it is first asked: all of them at once are most of a server's start. A test asks each. */
export function checkOf(schema: TSchema, part: Part): Check {
  const { first, all } = part === 'body' ? ajvs.body : ajvs.text;
  let isRight: ValidateFunction | undefined;
  let findAll: ValidateFunction | undefined;
  return (value) => {
    isRight ??= first.compile(schema);
    if (part !== 'body' && !areTexts(value))
      return fail(refusalOf([{ message: `the ${part} is not valid text` }]));
    if (isRight(value)) return ok(value);
    const excess = firstExcess(schema, value);
    if (excess !== undefined) return fail(refusalOf([{ key: keyAt(excess, part), message: excess.message }]));
    findAll ??= all.compile(schema);
    return findAll(value) ? ok(value) : fail(refusalOf(errorsOf(findAll, part)));
  };
}

const keyAt = ({ instancePath }: Pick<ErrorObject, 'instancePath'>, part: Part): string =>
  `${part}${instancePath.replaceAll('/', '.')}`.slice(0, KEY_MAX);

/** Of a key that names a member which the caller chose. */
const KEY_MAX = 500;

/** Not many at a time: who sends a thousand wrong fields gets no thousand lines. */
const ERRORS_MAX = 20;

const errorsOf = ({ errors }: ValidateFunction, part: Part): readonly FieldError[] =>
  withoutOtherBranches(errors ?? [])
    .slice(0, ERRORS_MAX)
    .map((error) => fieldError(error, part));

/** Of one or several: what was sent is one of the two, and that it is not the other says nothing about what is wrong. */
function withoutOtherBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ instancePath }) => instancePath);
  const telling = errors.filter(
    ({ keyword, instancePath }) =>
      keyword !== 'anyOf' && !(keyword === 'type' && unions.includes(instancePath)),
  );
  return telling.length > 0 ? telling : errors.filter(({ keyword }) => keyword !== 'anyOf');
}

const refusalOf = (errors: readonly FieldError[]): Refusal => {
  const [first] = errors;
  const detail = first?.key === undefined ? first?.message : `${first.key} ${first.message}`;
  return { ...fault('bad_request', detail ?? 'the request is malformed'), errors };
};

const FORMATS_EXPECTED: Readonly<Record<string, string>> = {
  date: 'a day such as 2027-01-31',
  instant: INSTANT_EXPECTED,
  'date-time': INSTANT_EXPECTED,
  duration: 'a duration such as 90d, 24h or 15m',
};

function fieldError(
  { instancePath, keyword, params, parentSchema, message = '' }: ErrorObject,
  part: Part,
): FieldError {
  const at = keyAt({ instancePath }, part);
  const expected = parentSchema?.['x-expects'] ?? FORMATS_EXPECTED[params['format']];
  switch (keyword) {
    case 'additionalProperties':
      return { key: `${at}.${shortened(params['additionalProperty'])}`, message: 'is not a known field' };
    case 'required':
      return { key: `${at}.${params['missingProperty']}`, message: 'is missing' };
    case 'const':
      return { key: at, message: `must be ${params['allowedValue']}` };
    case 'enum':
      return { key: at, message: `must be one of ${params['allowedValues'].join(', ')}` };
    default:
      return { key: at, message: typeof expected === 'string' ? `must be ${expected}` : message };
  }
}

const shortened = (name: unknown): string => String(name).slice(0, 64);

const areTexts = (value: unknown): boolean =>
  typeof value !== 'object' ||
  value === null ||
  Object.values(value)
    .flat()
    .every((one) => typeof one !== 'string' || isText(one));

/**
 * The same body without the members that are null and may be left out, wherever the schema knows them: clients send
 * null for what they leave out. What the schema leaves open (labels, metadata) stays as it is.
 */
export function withoutNulls(schema: TSchema, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if ('anyOf' in schema)
    return (schema['anyOf'] as TSchema[]).reduce((rest, one) => withoutNulls(one, rest), value as unknown);
  if (Array.isArray(value))
    return 'items' in schema ? value.map((one) => withoutNulls(schema['items'] as TSchema, one)) : value;
  if (!('properties' in schema)) return value;
  const { properties } = schema as Partial<TObject>;
  const required: readonly string[] = requiredOf(schema);
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const known =
        properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known === undefined) return [[name, member]];
      return member === null && !required.includes(name) ? [] : [[name, withoutNulls(known, member)]];
    }),
  );
}

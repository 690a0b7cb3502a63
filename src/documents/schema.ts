/**
 * Checks a document against the JSON Schema of its kind, and says in plain words what is wrong and at
 * which key or value.
 */
import type { ErrorObject } from 'ajv';
import { documentSchema, type JsonSchema } from '../domain/kinds/document-schema.js';
import type { KindName } from '../domain/kinds/index.js';
import { KEEP_DELIVERED, PREVIOUS_NAME, PROTECT, SUSPEND_UNTIL } from '../domain/metadata.js';
import { firstExcess } from '../domain/schema-bounds.js';
import { parseDuration, parseInstant } from '../domain/time.js';
import type { Complaint } from './diagnostics.js';
import { didYouMean } from './suggest.js';
import type { Part, Path } from './tree.js';
import { isInShape } from './validate-shape.js';
import { validatorOf } from './validators.js';

/** A complaint about the field at `path`. */
export interface FieldComplaint extends Complaint {
  readonly path: Path;
  readonly part: Part;
}

/** Sinks that the contract names and this version lacks. */
const LATER_SINKS: ReadonlySet<string> = new Set(['age', 'vault', 'kubernetes', 'exec']);

/** How a number or a truth value stands in the document: `1.10` is 1.1 by then. */
export type Written = (path: Path) => string | undefined;

/** Everything in `document` that its kind's schema refuses, one complaint a field; empty when it is right. */
export function schemaComplaints(
  kind: KindName,
  document: unknown,
  written: Written = () => undefined,
): readonly FieldComplaint[] {
  if (isInShape(kind, document)) return [];
  // Finding all that is wrong costs more, and more than that for a list without an end.
  const excess = firstExcess(documentSchema(kind), document);
  if (excess !== undefined)
    return [{ path: pathOf(excess.instancePath), part: 'value', code: 'bad_value', message: excess.message }];
  const validate = validatorOf(kind);
  validate(document);
  const byPlace = new Map<string, FieldComplaint>();
  for (const error of validate.errors ?? []) {
    const complaint = complaintOf(error, written);
    if (complaint === undefined) continue;
    const place = JSON.stringify([
      complaint.path,
      complaint.code === 'missing_field' ? complaint.message : '',
    ]);
    if (!byPlace.has(place)) byPlace.set(place, complaint);
  }
  return [...byPlace.values()];
}

function complaintOf(error: ErrorObject, written: Written): FieldComplaint | undefined {
  // A bad key is reported by `propertyNames`, with the key itself.
  if (error.propertyName !== undefined) return undefined;
  const path = pathOf(error.instancePath);
  const { params } = error;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownField([...path, params['additionalProperty']], fieldsOf(error.parentSchema));
    case 'false schema':
      return unknownField(path, OUR_ANNOTATIONS);
    case 'required':
      return {
        path,
        part: 'key',
        code: 'missing_field',
        message: `the field "${params['missingProperty']}" is missing`,
      };
    case 'propertyNames':
      return {
        path: [...path, params['propertyName']],
        part: 'key',
        code: 'bad_value',
        message: `the key must be ${expects(error.schema) ?? 'a valid one'}`,
      };
    case 'type':
      return wrongType(path, error, written(path));
    case 'uniqueItems':
      return {
        path: [...path, Math.max(params['i'], params['j'])],
        part: 'value',
        code: 'bad_value',
        message: 'is given twice',
      };
    default:
      return { path, part: 'value', code: 'bad_value', ...badValue(error) };
  }
}

/** All that may begin with keywright.dev/; the schema forbids the rest by `false`. */
const OUR_ANNOTATIONS = [PROTECT, PREVIOUS_NAME, SUSPEND_UNTIL, KEEP_DELIVERED];

const fieldsOf = (schema: unknown): readonly string[] =>
  Object.keys((schema as JsonSchema | undefined)?.['properties'] ?? {});

function unknownField(path: Path, known: readonly string[]): FieldComplaint {
  const field = String(path.at(-1));
  const isSink = known.includes('dotenv');
  if (isSink && LATER_SINKS.has(field)) {
    const message = `this version does not support the sink ${field} yet`;
    return { path, part: 'key', code: 'unsupported', message, help: `use one of ${known.join(', ')}` };
  }
  const help =
    field === '<<'
      ? 'merge keys are not supported: write the fields out'
      : (didYouMean(field, known) ?? `known fields: ${known.join(', ')}`);
  return { path, part: 'key', code: 'unknown_field', message: `unknown field "${shortened(field)}"`, help };
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  array: 'a list',
};

function wrongType(path: Path, error: ErrorObject, source: string | undefined): FieldComplaint {
  const { params, data, parentSchema } = error;
  const text = source ?? String(data);
  const wanted = String(params['type']);
  const at = { path, part: 'value', code: 'wrong_type' } as const;
  const found =
    typeof data === 'number' || typeof data === 'boolean' ? `the ${typeof data} ${text}` : described(data);
  const message = `must be ${TYPE_NAMES[wanted] ?? wanted}, not ${found}`;
  if (wanted !== 'string' || !(typeof data === 'number' || typeof data === 'boolean'))
    return { ...at, message };
  const wrong = wrongText(text, parentSchema);
  if (wrong !== undefined) return { ...at, message: `${wrong}, not ${found}` };
  return { ...at, message, help: `put it in quotes: "${text}"` };
}

/** What would still be wrong with a value if it was text. */
function wrongText(text: string, schema: unknown): string | undefined {
  const { format, pattern } = schema as JsonSchema;
  const parsed = wrongFormat(text, format);
  if (parsed !== undefined) return parsed;
  if (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)) return undefined;
  return `must be ${expects(schema) ?? 'text'}`;
}

function wrongFormat(text: string, format: unknown): string | undefined {
  if (format !== 'instant' && format !== 'duration') return undefined;
  const parsed = format === 'instant' ? parseInstant(text) : parseDuration(text);
  return parsed.ok ? undefined : parsed.error;
}

function described(data: unknown): string {
  if (data === null || data === undefined) return 'empty';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'a mapping';
  return typeof data === 'string' ? 'text' : `the ${typeof data} ${String(data)}`;
}

function badValue(error: ErrorObject): Pick<Complaint, 'message' | 'help'> {
  const { keyword, params, data } = error;
  const expected = expects(error.parentSchema);
  if (keyword === 'enum' && Array.isArray(params['allowedValues'])) {
    const allowed = params['allowedValues'].map(String);
    return {
      message: `must be ${allowed.length > 1 ? 'one of ' : ''}${allowed.join(', ')}`,
      help: typeof data === 'string' ? didYouMean(data, allowed) : undefined,
    };
  }
  if (keyword === 'format' && typeof data === 'string') {
    const wrong = wrongFormat(data, params['format']);
    if (wrong !== undefined) return { message: wrong };
  }
  if (keyword === 'const') return { message: `must be ${JSON.stringify(params['allowedValue'])}` };
  if (keyword === 'minLength' || keyword === 'minItems') return { message: 'must not be empty' };
  return { message: expected === undefined ? (error.message ?? 'is not valid') : `must be ${expected}` };
}

function expects(schema: unknown): string | undefined {
  const text = (schema as JsonSchema | undefined)?.['x-expects'];
  return typeof text === 'string' ? text : undefined;
}

const shortened = (text: string): string => (text.length > 64 ? `${text.slice(0, 64)}…` : text);

/** `/spec/deliver/0/dotenv` as a path; members of lists are numbers. */
const pathOf = (pointer: string): Path =>
  pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((segment) => (/^(?:0|[1-9][0-9]*)$/.test(segment) ? Number(segment) : segment));

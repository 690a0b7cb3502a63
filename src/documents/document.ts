/**
 * One document, from raw text to a declaration in normal form, in the order in which errors help most:
 * bounds, syntax, kind, shape, and then what the project's defaults and policy add.
 */
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { isKindName, KINDS, type KindName, kindOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import { type Metadata, normalMetadata } from '../domain/metadata.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Diagnostic } from './diagnostics.js';
import { type FieldComplaint, schemaComplaints } from './schema.js';
import type { Chunk, Source } from './source.js';
import { didYouMean } from './suggest.js';
import { compose } from './syntax.js';
import { Tree } from './tree.js';

/** A document that its kind's schema accepts. */
export interface CheckedDocument {
  readonly kind: KindName;
  readonly metadata: Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly tree: Tree;
}

/** The document in a chunk; undefined when the chunk is blank. */
export function checkDocument(
  source: Source,
  chunk: Chunk,
): Result<CheckedDocument | undefined, readonly Diagnostic[]> {
  const composed = compose(source, chunk);
  if (!composed.ok) return composed;
  if (composed.value === undefined) return ok(undefined);
  const tree = new Tree(composed.value, source, chunk);
  if (tree.diagnostics.length > 0) return fail(tree.diagnostics);

  const kind = kindComplaint(tree.value);
  if (typeof kind !== 'string') return fail([tree.error(kind.path, kind.part, kind)]);
  const complaints = schemaComplaints(kind, tree.value);
  if (complaints.length > 0) return fail(complaints.map((one) => tree.error(one.path, one.part, one)));

  // The schema has just vouched for this shape.
  const { metadata, spec = {} } = tree.value as Pick<CheckedDocument, 'metadata' | 'spec'>;
  return ok({ kind, metadata: normalMetadata(metadata), spec, tree });
}

/** The kind of a document, or what is wrong with its head. */
function kindComplaint(value: unknown): KindName | FieldComplaint {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const message = 'a document must be a mapping with kind, metadata and spec';
    return { path: [], part: 'value', code: 'not_a_document', message };
  }
  const { apiVersion, kind } = value as Readonly<Record<string, unknown>>;
  if (apiVersion !== undefined && apiVersion !== API_VERSION) {
    const message = `apiVersion must be ${API_VERSION}`;
    return { path: ['apiVersion'], part: 'value', code: 'unknown_kind', message };
  }
  const kinds = Object.keys(KINDS);
  if (kind === undefined) {
    const help = `it is one of ${kinds.join(', ')}`;
    return { path: [], part: 'key', code: 'missing_field', message: 'the field "kind" is missing', help };
  }
  if (typeof kind === 'string' && isKindName(kind)) return kind;
  return { path: ['kind'], part: 'value', ...unknownKind(String(kind).slice(0, 64)) };
}

function unknownKind(kind: string): Pick<FieldComplaint, 'code' | 'message' | 'help'> {
  const kinds = Object.keys(KINDS);
  const help = didYouMean(kind, kinds) ?? `there are: ${kinds.join(', ')}`;
  return { code: 'unknown_kind', message: `unknown kind "${kind}"`, help };
}

/** The spec in normal form, once the kind's own rules hold; `spec` may have been filled with defaults. */
export function settledSpec<Spec>(
  document: CheckedDocument,
  spec: Readonly<Record<string, unknown>>,
): Result<Spec, readonly Diagnostic[]> {
  const kind = kindOf(document.kind);
  const normal = normalForm<unknown>(kind.schema, spec);
  // Rules across fields are checked on the normal form, where what is absent has its default.
  const problems = kind.check(normal, document.metadata);
  if (problems.length === 0) return ok(normal as Spec);
  return fail(
    problems.map(({ path, message }) =>
      document.tree.error(path.split('.'), 'value', { code: 'broken_rule', message }),
    ),
  );
}

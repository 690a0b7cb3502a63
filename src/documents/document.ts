/**
 * One document, from raw text to a declaration in normal form, in the order in which errors help most:
 * bounds, syntax, kind, shape, and then what the project's defaults and policy add.
 */
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { isKindName, KINDS, type KindName, kindOf } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import { type Metadata, normalMetadata } from '../domain/metadata.js';
import { fail, ok, type Result } from '../domain/result.js';
import { tokenIn } from '../domain/secret.js';
import { type Complaint, type Diagnostic, errorAt } from './diagnostics.js';
import { variantsOf } from './matrix.js';
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
  /** Which of the documents of its matrix, from 0. */
  readonly variant: number;
}

/** The document in a chunk, or the nth of those that its matrix makes; undefined when the chunk is blank. */
export function checkDocument(
  source: Source,
  chunk: Chunk,
  variant = 0,
): Result<CheckedDocument | undefined, readonly Diagnostic[]> {
  const opened = openDocument(source, chunk);
  return opened.ok ? (opened.value[variant]?.check() ?? ok(undefined)) : opened;
}

/** A document that was parsed, and not yet held against its schema. */
export interface OpenDocument {
  /** Of a matrix, which combination it is. */
  readonly label: string;
  check(): Result<CheckedDocument, readonly Diagnostic[]>;
}

/** The documents that a chunk stands for: one, none when it is blank, more with a matrix. */
export function openDocument(
  source: Source,
  chunk: Chunk,
): Result<readonly OpenDocument[], readonly Diagnostic[]> {
  const token = tokenIn(chunk.text);
  if (token !== undefined) {
    const start = chunk.offset + token.at;
    return fail([errorAt(source.place(start, start + token.length), TOKEN_COMPLAINT)]);
  }
  const composed = compose(source, chunk);
  if (!composed.ok) return composed;
  if (composed.value === undefined) return ok([]);
  const tree = new Tree(composed.value, source, chunk);
  if (tree.diagnostics.length > 0) return fail(tree.diagnostics);
  // With escapes in it, a token does not look like one in the text.
  if (tokenIn(JSON.stringify(tree.value)) !== undefined)
    return fail([tree.error(['metadata'], 'value', TOKEN_COMPLAINT)]);
  const variants = variantsOf(withoutBlockEnds(tree));
  if (!variants.ok) return fail(variants.error.map((one) => tree.error(one.path, one.part, one)));
  return ok(
    variants.value.map(({ value, label }, nth) => ({ label, check: () => checked(value, tree, nth) })),
  );
}

function checked(
  value: unknown,
  tree: Tree,
  variant: number,
): Result<CheckedDocument, readonly Diagnostic[]> {
  const kind = kindComplaint(value);
  if (typeof kind !== 'string') return fail([tree.error(kind.path, kind.part, kind)]);
  const complaints = schemaComplaints(kind, value, (path) => tree.written(path));
  if (complaints.length > 0) return fail(complaints.map((one) => tree.error(one.path, one.part, one)));

  // The schema has just vouched for this shape.
  const { metadata, spec = {} } = value as Pick<CheckedDocument, 'metadata' | 'spec'>;
  return ok({ kind, metadata: normalMetadata(metadata), spec, tree, variant });
}

/** The value with the texts of its spec that are blocks of one line as that line. Annotations may have line feeds. */
function withoutBlockEnds(tree: Tree): unknown {
  const { value } = tree;
  const plain = (member: unknown): unknown => {
    if (typeof member === 'string') return tree.isBlockLine(member) ? member.slice(0, -1) : member;
    if (Array.isArray(member)) return member.map(plain);
    if (typeof member !== 'object' || member === null) return member;
    return Object.fromEntries(Object.entries(member).map(([name, one]) => [name, plain(one)]));
  };
  if (!tree.hasBlockLines || typeof value !== 'object' || value === null || !('spec' in value)) return value;
  return { ...value, spec: plain(value.spec) };
}

const TOKEN_COMPLAINT: Complaint = {
  code: 'secret_value',
  message: 'the document holds a token of Keywright; documents and plans are read by many',
  help: 'remove it, and revoke its key or token: keywright revoke KEY --now',
};

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
    const help = `use one of ${kinds.join(', ')}`;
    return { path: [], part: 'key', code: 'missing_field', message: 'the field "kind" is missing', help };
  }
  if (typeof kind === 'string' && isKindName(kind)) return kind;
  return { path: ['kind'], part: 'value', ...unknownKind(String(kind).slice(0, 64)) };
}

function unknownKind(kind: string): Pick<FieldComplaint, 'code' | 'message' | 'help'> {
  const kinds = Object.keys(KINDS);
  const help = didYouMean(kind, kinds) ?? `use one of ${kinds.join(', ')}`;
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

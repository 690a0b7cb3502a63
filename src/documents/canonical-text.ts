/**
 * Documents in one style: two spaces, apiVersion, kind, metadata and spec in this order, `---` between documents.
 * Comments, and whether a value is written in blocks or in one line, are the author's.
 */

import { isDeepStrictEqual } from 'node:util';
import { type Document, isMap, isNode, isPair, isScalar, parseAllDocuments, visit, type YAMLMap } from 'yaml';
import { fail, ok, type Result } from '../domain/result.js';

/** In which the fields of a document and of its metadata come; others follow as they were. */
const ORDER = {
  document: ['apiVersion', 'kind', 'matrix', 'metadata', 'spec'],
  metadata: ['name', 'labels', 'annotations'],
} as const;

const OPTIONS = { stringKeys: true, uniqueKeys: false, version: '1.2', schema: 'core' } as const;

/** The text of a YAML or JSON file in one style; the error is what is wrong with it. Formatting twice changes nothing. */
export function canonicalText(file: string, text: string): Result<string, string> {
  if (file.endsWith('.json')) return canonicalJson(text);
  const documents = parseAllDocuments(text.replaceAll('\r\n', '\n'), OPTIONS);
  if (!Array.isArray(documents)) return ok(text);
  const wrong = documents.flatMap(({ errors }) => errors)[0];
  if (wrong) return fail(wrong.message.split('\n')[0] ?? 'is not YAML');
  const before = documents.map((document) => document.toJS());
  for (const document of documents) inOrder(document);
  const formatted = joined(documents);
  const after = parseAllDocuments(formatted, OPTIONS).map((document) => document.toJS());
  const isSame = isDeepStrictEqual(before, after) && commentsIn(text) === commentsIn(formatted);
  return isSame ? ok(formatted) : fail('cannot be written in one style without a change of what it says');
}

function canonicalJson(text: string): Result<string, string> {
  try {
    return ok(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
  } catch (cause) {
    return fail(cause instanceof Error ? cause.message : 'is not JSON');
  }
}

function inOrder(document: Document.Parsed): void {
  const { contents } = document;
  padMapsAlone(document);
  if (!isMap(contents)) return;
  contents.spaceBefore = false;
  sortFields(contents, ORDER.document);
  const metadata = contents.get('metadata', true);
  if (isMap(metadata)) sortFields(metadata, ORDER.metadata);
}

/** `{ a: 1 }` and `[a, b]`: the library pads both or none. */
function padMapsAlone(document: Document.Parsed): void {
  visit(document, {
    Collection: (_, node) => {
      const write = node.toString.bind(node);
      const flowCollectionPadding = isMap(node) ? ' ' : '';
      node.toString = (context, ...rest) => write(context && { ...context, flowCollectionPadding }, ...rest);
    },
  });
}

function sortFields(map: YAMLMap, order: readonly string[]): void {
  const place = (item: unknown): number => {
    const key = isPair(item) && isScalar(item.key) ? String(item.key.value) : '';
    const at = order.indexOf(key);
    return at < 0 ? order.length : at;
  };
  const comment = leadingComment(map);
  // Stable: what has no position keeps its order.
  map.items.sort((a, b) => place(a) - place(b));
  const first = map.items[0]?.key;
  if (comment !== undefined && isNode(first))
    first.commentBefore = [comment, ...(first.commentBefore ? [first.commentBefore] : [])].join('\n');
}

/** Taken from the first field: what stands at the top is about the whole, whatever comes first. */
function leadingComment({ items }: YAMLMap): string | undefined {
  const first = items[0]?.key;
  if (!isNode(first)) return undefined;
  const { commentBefore } = first;
  first.commentBefore = null;
  if ('spaceBefore' in first) first.spaceBefore = false;
  return commentBefore ?? undefined;
}

/** The marks between documents; a document's own mark and directives are written with it. */
function joined(documents: readonly Document.Parsed[]): string {
  return documents
    .map((document, nth) => {
      if (document.directives) document.directives.docStart = nth > 0 ? true : null;
      const text = document.toString({
        lineWidth: 0,
        indent: 2,
        indentSeq: true,
        flowCollectionPadding: true,
      });
      return `${text.trimEnd()}\n`;
    })
    .join('');
}

/** As a check that none is lost. */
const commentsIn = (text: string): number => (text.match(/(?:^|\s)#/gm) ?? []).length;

/**
 * From the raw text of one document to YAML nodes. Everything that could make the parser slow or deep is
 * refused first, over tokens, by loops that do not recurse: only what is small and shallow is composed.
 */
import { Composer, type CST, type Document, type ParsedNode, Parser } from 'yaml';
import { fail, ok, type Result } from '../domain/result.js';
import { type Complaint, type Diagnostic, errorAt } from './diagnostics.js';
import type { Chunk, Source } from './source.js';

/** The largest document, in UTF-16 code units. Real ones have a few hundred. */
export const DOCUMENT_MAX = 256 * 1024;
/** Mappings and sequences within one another. */
export const DEPTH_MAX = 32;
/** Keys, values and members of one document, counted after aliases are expanded. */
export const NODES_MAX = 20_000;

/**
 * C0 controls but tab and line breaks, and characters that make text look different from what it is.
 * A raw check: comments count, and the lexer's own control codes never get that far.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u;

const OPTIONS = { stringKeys: true, uniqueKeys: false, version: '1.2', schema: 'core' } as const;

/** The document in a chunk; undefined when there is only white space and comments. */
export function compose(
  source: Source,
  chunk: Chunk,
): Result<Document.Parsed | undefined, readonly Diagnostic[]> {
  const at = (offset: number, end: number, complaint: Complaint): Diagnostic =>
    errorAt(source.place(chunk.offset + offset, chunk.offset + end), complaint);
  if (chunk.text.length > DOCUMENT_MAX) {
    const message = `the document is larger than ${DOCUMENT_MAX / 1024} KiB`;
    return fail([at(0, 3, { code: 'too_large', message, help: 'split it into several documents' })]);
  }
  const forbidden = FORBIDDEN.exec(chunk.text);
  if (forbidden) return fail([at(forbidden.index, forbidden.index + 1, invisible(forbidden[0]))]);

  const tokens = [...new Parser().parse(chunk.text)];
  const excess = excessOf(tokens);
  if (excess) return fail([at(excess.offset, excess.end, excess.complaint)]);
  return composed(tokens, at);
}

function composed(
  tokens: readonly CST.Token[],
  at: (offset: number, end: number, complaint: Complaint) => Diagnostic,
): Result<Document.Parsed | undefined, readonly Diagnostic[]> {
  // Directives were checked above and `...` is a mark we split at; neither changes what the document says.
  const content = tokens.filter(({ type }) => type !== 'directive' && type !== 'doc-end');
  const composer = new Composer(OPTIONS);
  const documents = [...composer.compose(content)] as Document.Parsed<ParsedNode>[];
  const errors = [...documents.flatMap((document) => document.errors), ...composer.streamInfo().errors];
  if (errors.length > 0) {
    return fail(
      errors
        .slice(0, 10)
        .map(({ pos: [start, end], message }) => at(start, end, { code: 'yaml_syntax', message })),
    );
  }
  const [document, second] = documents;
  if (second)
    return fail([
      at(second.range[0], second.range[1], {
        code: 'yaml_syntax',
        message: 'a second document must begin with ---',
      }),
    ]);
  return ok(document?.contents == null || isBlank(document) ? undefined : document);
}

/** `--- ` alone, or nothing but comments: no document, which is not an error. */
const isBlank = ({ contents }: Document.Parsed): boolean =>
  contents !== null &&
  'source' in contents &&
  contents.source === '' &&
  contents.range[0] === contents.range[1];

export const invisible = (character: string): Complaint => ({
  code: 'control_character',
  message: `an invisible or control character, ${codePointText(character)}, is not allowed`,
  help: 'remove it; it may have come from copying formatted text',
});

const codePointText = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

interface Excess {
  readonly offset: number;
  readonly end: number;
  readonly complaint: Complaint;
}

/** The first thing over a bound, or refused whatever its place. Walks with a stack of its own. */
function excessOf(tokens: readonly CST.Token[]): Excess | undefined {
  const pending = tokens.map((token) => ({ token, depth: 0 })).reverse();
  let nodes = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { token, depth } = next;
    const refused = refusal(token);
    if (refused) return { offset: token.offset, end: token.offset + lengthOf(token), complaint: refused };
    if (depth > DEPTH_MAX) return over(token, 'too_deep', `nested deeper than ${DEPTH_MAX} levels`);
    if (++nodes > 4 * NODES_MAX)
      return over(token, 'too_large', `the document has more than ${NODES_MAX} values`);
    for (const child of childrenOf(token).reverse())
      pending.push({ token: child, depth: depth + depthStep(token) });
  }
  return undefined;
}

const over = ({ offset }: CST.Token, code: 'too_deep' | 'too_large', message: string): Excess => ({
  offset,
  end: offset + 1,
  complaint: { code, message },
});

const lengthOf = (token: CST.Token): number => ('source' in token ? token.source.length : 1);

const depthStep = ({ type }: CST.Token): number =>
  type === 'block-map' || type === 'block-seq' || type === 'flow-collection' ? 1 : 0;

function refusal(token: CST.Token): Complaint | undefined {
  if (token.type === 'tag') {
    const help = 'remove it; put a value in quotes to make it text';
    return { code: 'yaml_tag', message: `the tag ${token.source} is not allowed`, help };
  }
  if (token.type === 'directive' && !/^%YAML[ \t]+1\.2[ \t]*(?:#.*)?$/.test(token.source)) {
    return { code: 'yaml_directive', message: 'directives are not allowed', help: 'remove the line' };
  }
  return undefined;
}

function childrenOf(token: CST.Token): CST.Token[] {
  switch (token.type) {
    case 'document':
      return [...token.start, ...(token.value ? [token.value] : [])];
    case 'block-map':
    case 'block-seq':
    case 'flow-collection':
      return token.items.flatMap(({ start, key, sep, value }) => [
        ...start,
        ...(key ? [key] : []),
        ...(sep ?? []),
        ...(value ? [value] : []),
      ]);
    case 'block-scalar':
      return token.props;
    default:
      return [];
  }
}

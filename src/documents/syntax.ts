/**
 * From the raw text of one document to YAML nodes. Everything that could make the parser slow or deep is
 * refused while the text is still a stream of lexemes, in a loop that does not recurse: only what is
 * small and shallow is ever composed.
 */
import { Composer, CST, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import { fail, ok, type Result } from '../domain/result.js';
import { type Complaint, type Diagnostic, errorAt } from './diagnostics.js';
import type { Chunk, Source } from './source.js';

/** The largest document, in UTF-16 code units. Real ones have a few hundred. */
export const DOCUMENT_MAX = 256 * 1024;
/** Mappings and sequences within one another. */
export const DEPTH_MAX = 32;
/** Words, spaces and marks of one document. Real ones have a few hundred. */
const LEXEMES_MAX = 10_000;
/** Syntax errors of one document that are shown: the later ones mostly follow from the first. */
const SYNTAX_ERRORS_MAX = 5;

/**
 * C0 controls but tab and line breaks, and characters that make text look different from what it is.
 * A raw check: comments count, and the lexer's own control codes never get that far.
 */
const FORBIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/u;

const OPTIONS = { stringKeys: true, uniqueKeys: false, version: '1.2', schema: 'core' } as const;

type Parsed<T> = Result<T, readonly Diagnostic[]>;

/** The document in a chunk; undefined when there is only white space and comments. */
export function compose(source: Source, chunk: Chunk): Parsed<Document.Parsed | undefined> {
  const refuse = (start: number, end: number, complaint: Complaint): Diagnostic =>
    errorAt(source.place(chunk.offset + start, chunk.offset + end), complaint);
  if (chunk.text.length > DOCUMENT_MAX) {
    const message = `the document is larger than ${DOCUMENT_MAX / 1024} KiB`;
    return fail([refuse(0, 1, { code: 'too_large', message })]);
  }
  const forbidden = FORBIDDEN.exec(chunk.text);
  if (forbidden) return fail([refuse(forbidden.index, forbidden.index + 1, invisible(forbidden[0]))]);
  const tokens = parse(chunk.text, refuse);
  return tokens.ok ? composeTokens(tokens.value, refuse) : tokens;
}

type Refuse = (start: number, end: number, complaint: Complaint) => Diagnostic;

/** The concrete syntax of a text, unless it goes over a bound or holds what is refused wherever it stands. */
function parse(text: string, refuse: Refuse): Parsed<readonly CST.Token[]> {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let count = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    const complaint = isText ? undefined : refusal(lexeme);
    if (complaint) return fail([refuse(offset, offset + lexeme.length, complaint)]);
    if (++count > LEXEMES_MAX)
      return fail([refuse(offset, offset + 1, { code: 'too_large', message: 'the document is too large' })]);
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (depthOf(parser) > DEPTH_MAX)
      return fail([refuse(offset, offset + 1, { code: 'too_deep', message: tooDeep })]);
    // What follows this mark is the text of a scalar, whatever it looks like.
    isText = lexeme === CST.SCALAR;
  }
  for (const token of parser.end()) tokens.push(token);
  return ok(tokens);
}

/** Open collections. The stack also holds the document and what is just being read, so a short one needs no count. */
const depthOf = ({ stack }: Parser): number =>
  stack.length <= DEPTH_MAX ? 0 : stack.filter(CST.isCollection).length;

export const tooDeep = `nested deeper than ${DEPTH_MAX} levels`;

function refusal(lexeme: string): Complaint | undefined {
  if (lexeme.startsWith('!')) {
    const help = 'remove it; to make a value text, put it in quotes';
    return { code: 'yaml_tag', message: `the tag ${lexeme} is not allowed`, help };
  }
  if (lexeme.startsWith('%') && !/^%YAML[ \t]+1\.2[ \t]*(?:#.*)?$/.test(lexeme))
    return { code: 'yaml_directive', message: 'directives are not allowed', help: 'remove the line' };
  return undefined;
}

function composeTokens(tokens: readonly CST.Token[], refuse: Refuse): Parsed<Document.Parsed | undefined> {
  // Directives were checked and `...` is a mark that files are cut at; neither changes what is said.
  const content = tokens.filter(({ type }) => type !== 'directive' && type !== 'doc-end');
  const composer = new Composer(OPTIONS);
  const documents = [...composer.compose(content)] as Document.Parsed<ParsedNode>[];
  const errors = [...documents.flatMap((document) => document.errors), ...composer.streamInfo().errors];
  if (errors.length > 0) {
    // Indentation by tabs makes nonsense of the lines around it: whatever else is said only confuses.
    const tab = errors.find(({ code }) => code === 'TAB_AS_INDENT');
    const shown = tab ? [tab] : errors.slice(0, SYNTAX_ERRORS_MAX);
    const help = tab && 'indent with spaces';
    return fail(
      shown.map(({ pos: [start, end], message }) =>
        refuse(start, end, { code: 'yaml_syntax', message, help }),
      ),
    );
  }
  const [document, second] = documents;
  if (second) {
    const [start, end] = second.range;
    return fail([
      refuse(start, end, { code: 'yaml_syntax', message: 'a second document begins without ---' }),
    ]);
  }
  return ok(document === undefined || isBlank(document) ? undefined : document);
}

/** `---` alone, or nothing but comments: no document, which is not an error. */
const isBlank = ({ contents }: Document.Parsed): boolean =>
  contents === null ||
  ('source' in contents && contents.source === '' && contents.range[0] === contents.range[1]);

export const invisible = (character: string): Complaint => ({
  code: 'control_character',
  message: `an invisible or control character, ${codePointText(character)}, is not allowed`,
  help: 'remove it; it may have come from copying formatted text',
});

const codePointText = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * A dotenv file, read as the npm package `dotenv` reads it and changed as a careful person would: one value
 * at a time, every other character left as it is. A variable that is defined more than once is read from its
 * last definition and set in all of them, because shells, Docker and systemd do not all agree on which wins,
 * and so that no old secret stays behind.
 *
 *     # keywright: ApiKey/billing-prod version 2
 *     export BILLING_API_KEY=sk_live_…  # kept
 */
import type { Content, Entry } from './managed-block.js';

/**
 * One definition, from the start of its line: up to and with the separator, the name in that, the value, an
 * inline comment.
 * A quoted value may span lines. Differs from the package only where white space would span lines.
 */
const DEFINITION =
  /([^\S\r\n]*(?:export[^\S\r\n]+)?([\w.-]+)(?:[^\S\r\n]*=|:[^\S\r\n]))([^\S\r\n]*'(?:\\'|[^'])*'|[^\S\r\n]*"(?:\\"|[^"])*"|[^\S\r\n]*`(?:\\`|[^`])*`|[^#\r\n]+)?[^\S\r\n]*(#[^\r\n]*)?(?=\r|\n|$)/y;

const OUR_COMMENT = '# keywright: ';

/** Text that belongs together: one definition with our comment above it, or one line of anything else. */
interface Piece {
  note: string;
  text: string;
  /** The line ending: `\n`, `\r\n`, `\r`, or nothing at the end of the file. */
  end: string;
  readonly definition: Definition | undefined;
}

interface Definition {
  readonly name: string;
  /** Up to and with the separator. */
  readonly head: string;
  readonly value: string;
  readonly comment: string;
}

export function dotenvContent(original: string): Content {
  const pieces = piecesOf(original);
  const newline = pieces.find(({ end }) => end !== '')?.end ?? '\n';
  const definitions = new Map<string, Piece[]>();
  for (const piece of pieces) if (piece.definition) index(definitions, piece.definition.name, piece);
  const values = new Map<string, string>();
  return {
    value: (name) =>
      (values.get(name) ?? readable(definitions.get(name)?.at(-1)?.definition?.value ?? '')) || undefined,
    set: (name, entry) => {
      if (!definitions.has(name)) {
        const last = pieces.at(-1);
        if (last?.end === '') last.end = newline;
        const added = { note: '', text: '', end: newline, definition: newDefinition(name) };
        pieces.push(added);
        index(definitions, name, added);
      }
      for (const piece of definitions.get(name) ?? []) redefine(piece, entry, newline);
      values.set(name, entry.token);
    },
    remove: (name) => {
      const own = new Set(definitions.get(name));
      pieces.splice(0, pieces.length, ...pieces.filter((piece) => !own.has(piece)));
      definitions.delete(name);
      values.delete(name);
    },
    text: () => pieces.map(({ note, text, end }) => note + text + end).join(''),
  };
}

function index(definitions: Map<string, Piece[]>, name: string, piece: Piece): void {
  const known = definitions.get(name);
  if (known) known.push(piece);
  else definitions.set(name, [piece]);
}

const newDefinition = (name: string): Definition => ({ name, head: `${name}=`, value: '', comment: '' });

/** Tokens are letters, digits and underscores, so none needs quotes. */
function redefine(piece: Piece, { token, object, generation }: Entry, newline: string): void {
  if (!piece.definition) return;
  const { head, comment } = piece.definition;
  piece.note = `${OUR_COMMENT}${object} version ${generation}${newline}`;
  piece.text = `${head}${token}${comment && ` ${comment}`}`;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let note = '';
  let at = 0;
  while (at < text.length) {
    DEFINITION.lastIndex = at;
    const definition = definitionIn(DEFINITION.exec(text));
    const lineEnd = definition ? DEFINITION.lastIndex : endOfLine(text, at);
    const end = lineEndAt(text, lineEnd);
    const line = text.slice(at, lineEnd);
    at = lineEnd + end.length;
    if (note !== '' && !definition) pieces.push({ note: '', text: note, end: '', definition: undefined });
    if (line.startsWith(OUR_COMMENT) && end !== '') {
      note = line + end;
    } else {
      pieces.push({ note: definition ? note : '', text: line, end, definition });
      note = '';
    }
  }
  if (note !== '') pieces.push({ note: '', text: note, end: '', definition: undefined });
  return pieces;
}

function definitionIn(match: RegExpExecArray | null): Definition | undefined {
  if (match === null) return undefined;
  const [, head = '', name = '', value = '', comment = ''] = match;
  return { name, head, value, comment };
}

function lineEndAt(text: string, at: number): string {
  if (text[at] === '\r') return text[at + 1] === '\n' ? '\r\n' : '\r';
  return text[at] === '\n' ? '\n' : '';
}

function endOfLine(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}

/** What a reader makes of the value as written: no quotes around it, escaped line ends only in double quotes. */
function readable(written: string): string {
  const trimmed = written.trim();
  if (!/^['"`]/.test(trimmed)) return trimmed;
  const inner = /^(['"`])([\s\S]*)\1$/.exec(trimmed)?.[2] ?? trimmed;
  const value = inner.replaceAll(/\r\n?/g, '\n');
  return trimmed.startsWith('"') ? value.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : value;
}

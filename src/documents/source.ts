/**
 * The text of one file: from offsets to lines and columns, and from the text to its documents. Splitting
 * looks only at the marks at the beginning of a line, which YAML allows nowhere but between documents.
 */
import type { Place } from './diagnostics.js';

export class Source {
  readonly file: string;
  readonly text: string;
  #lineStarts: readonly number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
  }

  /** The stretch from `start` to `end` (offsets), cut at the end of its first line. */
  place(start: number, end = start + 1): Place {
    const from = Math.max(0, Math.min(start, this.text.length));
    const line = this.#lineAt(from);
    const lineStart = this.#starts()[line] ?? 0;
    const nextStart = this.#starts()[line + 1] ?? this.text.length + 1;
    const sourceLine = this.text.slice(lineStart, nextStart - 1).replace(/\r$/, '');
    const column = from - lineStart;
    const length = Math.max(1, Math.min(end - from, sourceLine.length - column));
    return {
      position: { file: this.file, line: line + 1, column: column + 1 },
      length,
      sourceLine,
    };
  }

  /** Index of the line that holds `offset`, by bisection. */
  #lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #starts(): readonly number[] {
    this.#lineStarts ??= lineStartsOf(this.text);
    return this.#lineStarts;
  }
}

function lineStartsOf(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

/** The raw text of at most one document, with its mark, and where it begins in its file. */
export interface Chunk {
  readonly offset: number;
  readonly text: string;
}

const MARK = /\n(?:---|\.\.\.)(?=[ \t\r\n]|$)/g;

/** Cuts a file at its document marks. Together the chunks are the whole text. */
export function split(text: string): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let offset = 0;
  for (const match of text.matchAll(MARK)) {
    chunks.push({ offset, text: text.slice(offset, match.index + 1) });
    offset = match.index + 1;
  }
  chunks.push({ offset, text: text.slice(offset) });
  return chunks;
}

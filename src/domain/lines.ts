/**
 * Tables kept as one text: a line a row, its cells parted by tabs. A fleet is read and compared so, because a
 * cell that is never read costs nothing, and one that is asked for and forgotten next to nothing. The one module
 * that knows how cells are found.
 */

/** In no cell, as is the end of a line: who makes a line refuses or escapes both. */
export const TAB = '\t';
export const LINE = '\n';

/** The lines of a table; none of an empty text. */
export const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.split(LINE));

/**
 * Lines that begin with a kind and a name, in the order of `compareRefs`: by code unit, as the tab between them comes before
 * every character that a name may hold. What comes from an engine or from memory mostly is in order already.
 */
export function inOrder(lines: readonly string[]): readonly string[] {
  let before = '';
  for (const line of lines) {
    if (line < before) return [...lines].sort();
    before = line;
  }
  return lines;
}

/** The nth cell of a line, counted from 0; empty where the line is shorter. */
export function cellOf(line: string, nth: number): string {
  let start = 0;
  for (let left = nth; left > 0; left--) {
    start = line.indexOf(TAB, start) + 1;
    if (start === 0) return '';
  }
  return cellAt(line, start);
}

/** The first cells of a line, as they stand there. */
export function cellsUpTo(line: string, count: number): string {
  let end = -1;
  for (let left = count; left > 0; left--) {
    end = line.indexOf(TAB, end + 1);
    if (end === -1) return line;
  }
  return line.slice(0, end);
}

/** The cell that begins there. */
export function cellAt(line: string, start: number): string {
  const end = line.indexOf(TAB, start);
  return end === -1 ? line.slice(start) : line.slice(start, end);
}

/**
 * What plan, drift, explain and report say, as titled rows: one description that text and Markdown renderers share. Cells
 * are plain text, a line each where there are several.
 */
import { escaped } from './markdown.js';
import { counted, type Painter, printable, type Tone, table } from './text-format.js';

/** One line of a terminal; what has a tone is painted. Printable. */
export type Line = readonly (string | readonly [Tone, string])[];

export interface Section {
  /** Empty for none. */
  readonly title: string;
  /** With them it is a table in Markdown, without a list. */
  readonly columns?: readonly string[];
  /** Most important first: what does not fit is cut from the end. A terminal shows them as columns, unless there are `lines`. */
  readonly rows: readonly (readonly string[])[];
  /** What a terminal shows instead, in the order in which things happen. */
  readonly lines?: readonly Line[];
  /** One row of them: `object`. */
  readonly noun?: string;
}

/** Ends with a newline. Without columns' titles: a terminal shows them by their order. */
export const sectionText = ({ title, rows }: Section, paint: Painter): string =>
  `${paint('bold', title)}\n${table(rows.map((row) => ['', ...row]))}`;

/** Blank lines between blocks, of which empty ones are left out. No newline at the end. */
export const blocksText = (blocks: readonly (readonly Line[])[], paint: Painter): string =>
  blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map((parts) => lineText(parts, paint)).join('\n'))
    .join('\n\n');

const lineText = (parts: Line, paint: Painter): string =>
  parts.map((part) => (typeof part === 'string' ? part : paint(...part))).join('');

/** What a terminal shows of these sections, one after another. */
export const linesOf = (...sections: readonly Section[]): readonly Line[] =>
  sections.flatMap(({ lines = [] }) => lines);

/** GitHub takes comments of 65,536 characters, and a pipeline has a word to say itself. */
export const MARKDOWN_MAX = 60_000;

/** How much of what is left one section may take, so that those after it are heard too. */
const SHARE = 0.7;
/** For the line that says what was cut, and the line breaks around. */
const NOTE_LENGTH = 120;

/**
 * Under a heading that is Markdown already; sections without rows are left out. No newline at the end. What does not
 * fit into `max` characters is cut, and the section says so.
 */
export function sectionsMarkdown(head: string, sections: readonly Section[], max = MARKDOWN_MAX): string {
  const parts = [head];
  const shown = sections.filter(({ rows }) => rows.length > 0);
  const frames = shown.map((section) => frameOf(section).length + NOTE_LENGTH);
  let left = max - head.length - frames.reduce((sum, length) => sum + length, 0);
  for (const [nth, section] of shown.entries()) {
    const budget = Math.floor(nth === shown.length - 1 ? left : left * SHARE);
    const { text, used } = fitted(section, budget);
    parts.push(text);
    left -= used;
  }
  return parts.join('\n\n');
}

function frameOf({ title, columns }: Section): string {
  const heading = title === '' ? '' : `**${escaped(title)}**\n\n`;
  return columns === undefined ? heading : `${heading}${line(columns)}\n${line(columns.map(() => '---'))}\n`;
}

function fitted(section: Section, budget: number): { readonly text: string; readonly used: number } {
  const { columns, rows, noun = 'line' } = section;
  const lines: string[] = [];
  let used = 0;
  for (const row of rows) {
    const text = columns === undefined ? `- ${row.map(markup).join(' · ')}` : line(row.map(markup));
    if (used + text.length + 1 > budget) break;
    lines.push(text);
    used += text.length + 1;
  }
  const cut = rows.length - lines.length;
  const note =
    cut === 0 ? '' : `\n\n… and ${counted(cut, `more ${noun}`)}, cut to fit. All of them: \`--output json\``;
  return { text: `${frameOf(section)}${lines.join('\n')}${note}`, used };
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** A reader needs no more about one object in a table. */
const CELL_LINES_MAX = 20;

/** The lines of a cell, of which no value becomes markup. */
function markup(cell: string): string {
  const lines = cell.split('\n');
  const shown = lines.slice(0, CELL_LINES_MAX).map(escaped);
  const more = lines.length - shown.length;
  return (more > 0 ? [...shown, `… and ${counted(more, 'more line')}`] : shown).join('<br>');
}

/** Several lines as one cell. */
export const cellOf = (lines: readonly string[]): string => lines.map(printable).join('\n');

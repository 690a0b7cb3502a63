/** Markdown for pull requests and tickets: tables, and text that stays text. */
import { printable } from './text-format.js';

/** Cells are Markdown already. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(rowText).join('\n');

const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** No name or value becomes markup, a mention or a link. */
export const escaped = (text: string): string =>
  printable(text)
    .replace(/[\\`*_[\]|#!~]/g, '\\$&')
    .replace(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`);

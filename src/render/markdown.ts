/** Markdown for pull requests and tickets: tables, lists, and text that stays text. */
import { printable } from './text-format.js';

/** Cells are Markdown already. */
export const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map(rowText).join('\n');

const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Empty where there are no lines. */
export const list = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `**${title}**\n\n${lines.map((line) => `- ${line}`).join('\n')}`;

/** Nobody's name or value becomes markup, a mention or a link. */
export const escaped = (text: string): string =>
  printable(text)
    .replace(/[\\`*_[\]|#!~]/g, '\\$&')
    .replace(/[&<>@]/g, (character) => `&#${character.charCodeAt(0)};`);

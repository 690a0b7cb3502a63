/**
 * Diagnostics as text for people: the position, what is wrong, the line with a caret, what to do. Documents
 * are written by anyone, so nothing of them reaches a terminal unescaped.
 */

import type { Diagnostic } from '../documents/diagnostics.js';
import { positionText } from '../domain/objects.js';
import { withoutTokens } from '../domain/secret.js';

export interface DiagnosticsStyle {
  /** `always` adds ANSI colours. */
  readonly color: 'always' | 'never';
}

/** How much of a long line is shown before and after the position. */
const BEFORE_MAX = 60;
const AFTER_MAX = 100;

/** One block a diagnostic, in the order given, with a blank line between; empty for none. */
export function diagnosticsText(diagnostics: readonly Diagnostic[], style: DiagnosticsStyle): string {
  const paint = style.color === 'always' ? painted : plain;
  return diagnostics.map((diagnostic) => `${block(diagnostic, paint)}\n`).join('\n');
}

type Paint = (role: keyof typeof ANSI, text: string) => string;

const ANSI = { place: '1', error: '1;31', warning: '1;33', caret: '31', help: '36' } as const;
const painted: Paint = (role, text) => `\u001b[${ANSI[role]}m${text}\u001b[0m`;
const plain: Paint = (_role, text) => text;

function block(diagnostic: Diagnostic, paint: Paint): string {
  const { code, severity, message, help, position, sourceLine } = diagnostic;
  if (code === 'more') return escaped(message);
  const place = escaped(positionText(position));
  const lines = [`${paint('place', place)} ${paint(severity, severity)}: ${said(message)}`];
  if (sourceLine.trim() !== '') lines.push(...excerpt(diagnostic, paint));
  if (help !== undefined) lines.push(`  ${paint('help', 'help')}: ${said(help)}`);
  return lines.join('\n');
}

function excerpt({ position, length, sourceLine }: Diagnostic, paint: Paint): readonly string[] {
  const line = covered(sourceLine);
  const column = position.column - 1;
  const from = Math.max(0, column - BEFORE_MAX);
  const before = (from > 0 ? '…' : '') + shown(line.slice(from, column));
  const marked = shown(line.slice(column, column + Math.min(length, AFTER_MAX)));
  const rest = line.slice(column + Math.min(length, AFTER_MAX));
  const after = shown(rest.slice(0, AFTER_MAX)) + (rest.length > AFTER_MAX ? '…' : '');
  const number = position.line === 0 ? '' : String(position.line);
  const caret = '^'.repeat(Math.max(1, width(marked)));
  return [
    `  ${number} | ${before}${marked}${after}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(width(before))}${paint('caret', caret)}`,
  ];
}

/** Diagnostics for programs, as they are but for tokens, and passwords in addresses. */
export const diagnosticsJson = (diagnostics: readonly Diagnostic[]): readonly Diagnostic[] =>
  diagnostics.map(({ message, help, sourceLine, ...one }) => ({
    ...one,
    message: withoutTokens(message),
    ...(help !== undefined && { help: withoutTokens(help) }),
    sourceLine: uncounted(covered(sourceLine)),
  }));

/** Stands for a character of a secret until the line is cut, so that columns stay right. */
const COVER = '\uffff';

/** Tokens, and the password of `store: postgres://user:password@host/database`, must not be shown, however written. */
const covered = (line: string): string =>
  withoutTokens(line, cover).replace(/(?<=:\/\/[^\s/@:]*:).*(?=@)/g, cover);

const cover = (secret: string): string => COVER.repeat(secret.length);

/** Without the length of what is covered. */
const uncounted = (text: string): string => text.replace(/\uffff+/g, '…');

const said = (text: string): string => escaped(withoutTokens(text));

const shown = (text: string): string => escaped(uncounted(text));

/** Characters that a terminal would obey, hide or reorder, as `\u{1b}`; a tab as one space. */
export const escaped = (text: string): string =>
  text
    .replaceAll('\t', ' ')
    .replace(
      /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
    );

/** Columns on a terminal, as far as carets need it: wide characters take two, combining ones none. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}

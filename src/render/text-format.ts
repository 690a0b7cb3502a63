/** Words on a page: what every text view shares. Anything that came from outside goes through `printable`. */
import type { SinkId } from '../domain/kinds/index.js';
import { withoutTokens } from '../domain/secret.js';
import { sinkPhrase } from '../domain/sinks/index.js';
import { formatDuration, type Instant } from '../domain/time.js';
import type { ForecastEvent } from '../plan/reasons.js';

/** Control, bidirectional, invisible and unassigned characters, which could move the cursor or hide text. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

/** The text without the secrets of tokens, and with everything that does not show as itself written out: `\u{202e}`. Never throws. */
export const printable = (text: string): string =>
  withoutTokens(text).replace(
    UNPRINTABLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

/** Left-aligned columns, two spaces apart; no trailing blanks; ends with a newline. Cells are printable. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

const widthOf = (text: string): number => [...text].length;

/** `1 key`, `3 keys`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `in 23h`, or `now` for what has come. */
export const inTime = (until: Instant, now: Instant): string =>
  until <= now ? 'now' : `in ${formatDuration(until - now)}`;

/** The event in a sentence. A key or a guest that `lapses`, for programs, expires for people, as versions do. */
export const eventText = (event: ForecastEvent): string => (event === 'lapses' ? 'expires' : event);

/** A sink as people say it: `dotenv secrets/billing.env#BILLING_API_KEY`, `file secrets/key`. */
export function sinkText(id: SinkId): string {
  return printable(sinkPhrase(id));
}

/** A declared value on one line, shortened. */
export function valueText(value: unknown): string {
  if (value === undefined) return '(absent)';
  const text = printable(typeof value === 'string' ? value : JSON.stringify(value));
  return text.length > VALUE_MAX ? `${text.slice(0, VALUE_MAX - 1)}…` : text;
}

const VALUE_MAX = 120;

export interface TextOptions {
  readonly color: boolean;
}

const CODES = { green: 32, yellow: 33, red: 31, cyan: 36, dim: 2, bold: 1 } as const;
export type Tone = keyof typeof CODES;
export type Painter = (tone: Tone, text: string) => string;

/** Colours where the terminal shows them. */
export const painter = ({ color }: TextOptions): Painter =>
  color ? (tone, text) => `\u001b[${CODES[tone]}m${text}\u001b[0m` : (_, text) => text;

/** What a row of the table is (table.ts). */
import type { Caller } from './callers.js';
import type { At } from './places.js';

export interface Sent {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface Row {
  /** As in /openapi.json, and after `#` which of several cases of that route. */
  readonly line: string;
  /** Letters of those who get in, in their own environment. */
  readonly who: string;
  readonly isOfAccount?: true;
  /** What to send, so that it succeeds for a caller who may. */
  readonly ask?: (at: At, caller: Caller) => Sent | Promise<Sent>;
  /** Of a list: a caller who sees this in the answer gets in, and one who does not is refused. */
  readonly shows?: (at: At) => string;
  /** Instead of 2xx. */
  readonly answers?: number;
  /** Letters of those who get in in every environment, for an apply does that anywhere. */
  readonly everywhere?: string;
  /** Who gets in and is not asked, for it would take away what others are asked about. */
  readonly unasked?: string;
  /** Puts back what the next call needs. */
  readonly after?: (at: At) => Promise<unknown>;
}

type More = Omit<Row, 'line' | 'who' | 'isOfAccount'>;
type Ask = NonNullable<Row['ask']>;

/** Of what is in an environment. */
export const inPlace = (line: string, who: string, ask?: Ask, more: More = {}): Row => ({
  ...{ line, who },
  ...(ask && { ask }),
  ...more,
});

/** Of what belongs to no environment. */
export const ofAccount = (line: string, who: string, ask?: Ask, more: More = {}): Row => ({
  ...inPlace(line, who, ask, more),
  isOfAccount: true,
});

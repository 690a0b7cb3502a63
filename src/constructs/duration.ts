/** A length of time, with its unit: `Duration.days(30)`. Documents have it as `30d`. */
import { DAY_MS, type DurationMs, HOUR_MS, MINUTE_MS, parseDuration, SECOND_MS } from '../domain/time.js';

/**
 * Is a length of time with its unit, which documents write as `30d`.
 *
 * @example
 * ```ts
 * import { Duration } from 'keywright/constructs';
 * Duration.days(30).toString(); // '30d'
 * Duration.parse('PT24H').toSeconds(); // 86400
 * ```
 */
export class Duration {
  readonly #text: string;
  readonly #ms: DurationMs;

  private constructor(text: string) {
    const parsed = parseDuration(text);
    if (!parsed.ok) throw new Error(`${JSON.stringify(text)} ${parsed.error}`);
    this.#text = text;
    this.#ms = parsed.value;
  }

  static days(amount: number): Duration {
    return Duration.#of(amount, 'd');
  }

  static hours(amount: number): Duration {
    return Duration.#of(amount, 'h');
  }

  static minutes(amount: number): Duration {
    return Duration.#of(amount, 'm');
  }

  static seconds(amount: number): Duration {
    return Duration.#of(amount, 's');
  }

  /** Parses `90d`, `24h`, `15m`, `30s`, or ISO 8601 (`P90D`, `PT24H`). Throws for anything else. */
  static parse(text: string): Duration {
    return new Duration(text);
  }

  static #of(amount: number, unit: 'd' | 'h' | 'm' | 's'): Duration {
    if (!Number.isSafeInteger(amount) || amount < 1)
      throw new Error(
        `a duration of ${amount}${unit}: use a whole number above 0, in a smaller unit if necessary`,
      );
    return new Duration(`${amount}${unit}`);
  }

  toMilliseconds(): number {
    return this.#ms;
  }

  toSeconds(): number {
    return this.#ms / SECOND_MS;
  }

  isLongerThan(other: Duration): boolean {
    return this.#ms > other.#ms;
  }

  /** Returns it in its largest whole unit: `Duration.hours(48)` is `2d`. */
  toString(): string {
    if (this.#ms % DAY_MS === 0) return `${this.#ms / DAY_MS}d`;
    if (this.#ms % HOUR_MS === 0) return `${this.#ms / HOUR_MS}h`;
    if (this.#ms % MINUTE_MS === 0) return `${this.#ms / MINUTE_MS}m`;
    return `${this.#ms / SECOND_MS}s`;
  }

  /** Returns it as it was written. */
  toJSON(): string {
    return this.#text;
  }
}

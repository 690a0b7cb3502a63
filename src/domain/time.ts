/**
 * Instants and durations. An instant is integer milliseconds since the epoch; a duration is integer
 * milliseconds. Nothing here reads a clock: *now* is always an argument.
 */
import { fail, ok, type Result } from './result.js';

export type Instant = number;
export type DurationMs = number;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Later than anything that happens: "never" as an instant that sorts and compares. */
export const NEVER: Instant = 8.64e15;

/** The longest duration a document may state: 100 years. */
export const DURATION_MAX_MS = 36_525 * DAY_MS;

const SHORT = /^(?<amount>[1-9][0-9]{0,8})(?<unit>[smhd])$/;
const ISO =
  /^P(?!$)(?:(?<weeks>[0-9]{1,6})W|(?:(?<days>[0-9]{1,6})D)?(?:T(?=[0-9])(?:(?<hours>[0-9]{1,8})H)?(?:(?<minutes>[0-9]{1,8})M)?(?:(?<seconds>[0-9]{1,9})S)?)?)$/;
/** ISO 8601 with years or months. */
const CALENDAR = /^P[0-9]+[YM]/;
const UNIT_MS: Readonly<Record<string, number>> = { s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/**
 * Parses `90d`, `24h`, `15m`, `30s`, or ISO 8601 (`P90D`, `PT24H`, `P2W`; no years or months, whose length varies) into
 * milliseconds. The error is a sentence that fits after a field's path.
 *
 * @example
 * ```ts
 * const parsed = parseDuration('90d');
 * if (parsed.ok) console.log(parsed.value); // 7776000000
 * else console.error(`spec.expiresAfter ${parsed.error}`);
 * ```
 */
export function parseDuration(text: string): Result<DurationMs, string> {
  const ms = shortMs(text) ?? isoMs(text);
  if (ms === undefined && CALENDAR.test(text))
    return fail('must be a duration in days or less, such as 90d: months and years differ in length');
  if (ms === undefined) return fail('must be a duration such as 90d, 24h, 15m, 30s or PT24H');
  if (ms <= 0) return fail('must be longer than zero');
  if (ms > DURATION_MAX_MS) return fail('must be at most 36525d (100 years)');
  return ok(ms);
}

function shortMs(text: string): DurationMs | undefined {
  const groups = SHORT.exec(text)?.groups;
  return groups && Number(groups['amount']) * (UNIT_MS[groups['unit'] ?? ''] ?? Number.NaN);
}

function isoMs(text: string): DurationMs | undefined {
  const groups = ISO.exec(text)?.groups;
  if (!groups) return undefined;
  const part = (name: string, unitMs: number): number => Number(groups[name] ?? 0) * unitMs;
  return (
    part('weeks', 7 * DAY_MS) +
    part('days', DAY_MS) +
    part('hours', HOUR_MS) +
    part('minutes', MINUTE_MS) +
    part('seconds', SECOND_MS)
  );
}

/** Milliseconds of a duration that a document's schema has already checked. */
export function durationMs(text: string): DurationMs {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(`unchecked duration ${JSON.stringify(text)}`);
  return parsed.value;
}

/**
 * Formats milliseconds in the largest whole unit that is exact enough for people: `90d`, `24h`, `45s`.
 *
 * @example
 * ```ts
 * formatDuration(36 * 60 * 60 * 1000); // '36h'
 * ```
 */
export function formatDuration(ms: DurationMs): string {
  if (ms >= 2 * DAY_MS) return `${Math.round(ms / DAY_MS)}d`;
  if (ms >= 2 * HOUR_MS) return `${Math.round(ms / HOUR_MS)}h`;
  if (ms >= 2 * MINUTE_MS) return `${Math.round(ms / MINUTE_MS)}m`;
  return `${Math.max(0, Math.ceil(ms / SECOND_MS))}s`;
}

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

export const INSTANT_EXPECTED = 'an instant such as 2027-01-31T12:00:00Z';

/** An RFC 3339 timestamp with a zone. A bare date is refused: midnight where? */
export function parseInstant(text: string): Result<Instant, string> {
  const isInstant = RFC3339.test(text) && isOnCalendar(text.slice(0, 'yyyy-mm-ddThh:mm:ss'.length));
  const instant = isInstant ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? fail(`must be ${INSTANT_EXPECTED}`) : ok(instant);
}

/** `Date.parse` takes the 30th of February for the 2nd of March, and 24 o'clock for the day after. */
function isOnCalendar(local: string): boolean {
  const parsed = Date.parse(`${local}Z`);
  return !Number.isNaN(parsed) && formatInstant(parsed).startsWith(local);
}

export const formatInstant = (instant: Instant): string => new Date(instant).toISOString();

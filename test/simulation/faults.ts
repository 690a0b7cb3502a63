/**
 * What goes wrong, and when. Each decision is drawn from hash(seed, process, operation, nth, kind) and not
 * from one stream: taking one fault out of a run leaves the others where they were, so a failing run
 * shrinks. Each seed enables a random subset of the kinds (swarm), so that rare combinations come up.
 */

/** Of the calls of a process to a port: request → effect → response, and each leg can go wrong. */
export const CALL_FAULTS = [
  'request-lost',
  'request-late',
  'doubled',
  'response-lost',
  'response-late',
  'crash-before',
  'crash-sending',
  'crash-receiving',
  'stop-before',
  'stop-waiting',
  'freeze-before',
  'refused',
] as const;

/** What people and the world do to it meanwhile. */
export const EVENT_FAULTS = [
  'store-down',
  'edit-add',
  'edit-remove',
  'edit-permissions',
  'edit-owner',
  'edit-places',
  'edit-swap',
  'edit-expiry',
  'edit-suspend',
  'rotate',
  'revoke',
  'revoke-now',
  'deactivate',
  'spoil',
  'empty',
  'put-back',
  'restore',
] as const;

export type CallFault = (typeof CALL_FAULTS)[number];
export type EventFault = (typeof EVENT_FAULTS)[number];
export type FaultKind = CallFault | EventFault;

/** Where a decision is taken: the n-th time that this process does this. */
export interface Occasion {
  readonly process: string;
  readonly operation: string;
  readonly nth: number;
}

/** What goes wrong instead of what the seed draws, for a planted bug that other faults would hide. */
export interface Weather {
  /** How often; kinds that are not named do not happen. */
  readonly rates: Readonly<Partial<Record<FaultKind, number>>>;
  /** For how long a process is stopped or frozen, in milliseconds. */
  readonly stopMs: Span;
}

/** From the least up to and without the most. */
export type Span = readonly [number, number];

const STOP_MS: Span = [500, 300_000];
const CALL_RATES = [0.002, 0.01, 0.04];
const EVENT_RATES = [0.01, 0.03, 0.1];

export interface FaultOptions {
  readonly seed: number;
  /** Only these may happen: for shrinking. Names as `happened` gives them. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly weather?: Weather | undefined;
}

export class Faults {
  readonly chance: Chance;
  readonly stopMs: Span;
  readonly #rates: ReadonlyMap<FaultKind, number>;
  readonly #only: ReadonlySet<string> | undefined;
  #isCalm = false;
  /** In order, by name: `c1 mutate issue 3 response-lost`. */
  readonly happened: string[] = [];

  constructor({ seed, only, weather }: FaultOptions) {
    this.chance = chanceOf(seed);
    this.#only = only;
    this.#rates = weather ? ratesOf(weather) : swarm(this.chance);
    this.stopMs = weather?.stopMs ?? STOP_MS;
  }

  happens(occasion: Occasion, kind: FaultKind): boolean {
    if (this.#isCalm) return false;
    const rate = this.#rates.get(kind);
    if (rate === undefined) return false;
    const name = nameOf(occasion, kind);
    if (this.#only && !this.#only.has(name)) return false;
    if (this.chance.fraction(name) >= rate) return false;
    this.happened.push(name);
    return true;
  }

  /** How much of it: a whole number from `least` up to and without `most`, small ones likelier. */
  amount(occasion: Occasion, what: string, [least, most]: Span): number {
    const fraction = this.chance.fraction(nameOf(occasion, what));
    return least + Math.floor((most - least) * fraction ** 3);
  }

  /** Nothing goes wrong any more. */
  calm(): void {
    this.#isCalm = true;
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }
}

const nameOf = ({ process, operation, nth }: Occasion, what: string): string =>
  `${process} ${operation} ${nth} ${what}`;

function ratesOf({ rates }: Weather): ReadonlyMap<FaultKind, number> {
  const kinds: readonly FaultKind[] = [...CALL_FAULTS, ...EVENT_FAULTS];
  return new Map(kinds.map((kind) => [kind, rates[kind] ?? 0]));
}

/** About half of the kinds, each as often as the seed says. */
function swarm(chance: Chance): ReadonlyMap<FaultKind, number> {
  const rates = new Map<FaultKind, number>();
  const enable = (kind: FaultKind, among: readonly number[]): void => {
    if (chance.fraction(`enabled ${kind}`) < 0.5) rates.set(kind, chance.pick(`rate ${kind}`, among));
  };
  for (const kind of CALL_FAULTS) enable(kind, CALL_RATES);
  for (const kind of EVENT_FAULTS) enable(kind, EVENT_RATES);
  return rates;
}

/** Chance that depends on the seed and on what is asked, not on what was asked before. */
export interface Chance {
  /** From 0 up to and without 1. */
  fraction(what: string): number;
  /** A whole number from `least` up to and without `most`. */
  between(what: string, least: number, most: number): number;
  pick<T>(what: string, from: readonly T[]): T;
}

export function chanceOf(seed: number): Chance {
  const fraction = (what: string): number => hash53(`${seed}|${what}`) / 2 ** 53;
  return {
    fraction,
    between: (what, least, most) => least + Math.floor((most - least) * fraction(what)),
    pick: (what, from) => {
      const one = from[Math.floor(fraction(what) * from.length)];
      if (one === undefined) throw new Error(`nothing to pick from for ${what}`);
      return one;
    },
  };
}

// Read once: in a test's sandbox every look at a global costs more than the multiplication.
const { imul } = Math;

/** cyrb53: 53 well-mixed bits of a text. */
export function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = imul(a ^ code, 2654435761);
    b = imul(b ^ code, 1597334677);
  }
  a = imul(a ^ (a >>> 16), 2246822507) ^ imul(b ^ (b >>> 13), 3266489909);
  b = imul(b ^ (b >>> 16), 2246822507) ^ imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

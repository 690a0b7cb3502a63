/**
 * Is there an order of these operations that explains all answers, with each at one instant between its call and its
 * return? The search of Wing and Gong, with the states that led nowhere remembered. The object is one key: its
 * versions come, are good, and end for good.
 */

/** What is asked of a key, or done to it. Versions by their generation. */
export type Deed =
  | { readonly kind: 'issue'; readonly generation: number }
  | { readonly kind: 'end'; readonly generation: number }
  /** All that there are. */
  | { readonly kind: 'revoke' }
  | { readonly kind: 'verify'; readonly generation: number; readonly found: Found };

export type Found = 'absent' | 'good' | 'ended';

export interface Operation {
  readonly deed: Deed;
  readonly calledMs: number;
  /** Infinity: it is unknown whether it was done, or when. */
  readonly returnedMs: number;
  /** By when it is seen by every server that is asked; `returnedMs` if absent. What is done keeps its order all the same. */
  readonly seenMs?: number;
  /** The server that was asked. */
  readonly at: string;
}

/** A version's state by its generation less one: `.` absent, `g` good, `e` ended. */
type State = string;

const LETTERS: Readonly<Record<Found, string>> = { absent: '.', good: 'g', ended: 'e' };

/** The state afterwards; undefined if that cannot have been answered in this state. */
function after(state: State, deed: Deed): State | undefined {
  switch (deed.kind) {
    case 'issue':
      return letterAt(state, deed.generation) === '.' ? withOutcome(state, deed.generation, 'g') : undefined;
    case 'end':
      return letterAt(state, deed.generation) === '.' ? undefined : withOutcome(state, deed.generation, 'e');
    case 'revoke':
      return state.replaceAll('g', 'e');
    case 'verify':
      return letterAt(state, deed.generation) === LETTERS[deed.found] ? state : undefined;
  }
}

const letterAt = (state: State, generation: number): string => state[generation - 1] ?? '.';

const withOutcome = (state: State, generation: number, outcome: string): State => {
  const padded = state.padEnd(generation, '.');
  return padded.slice(0, generation - 1) + outcome + padded.slice(generation);
};

const isChange = ({ deed }: Operation): boolean => deed.kind !== 'verify';

/** True if some order explains everything. */
export function isLinearizable(history: readonly Operation[]): boolean {
  const operations = [...history].sort((a, b) => a.calledMs - b.calledMs);
  const deadEnds = new Set<string>();
  const isDone = new Array<boolean>(operations.length).fill(false);
  const search = (state: State): boolean => {
    const left = operations.filter((_, index) => !isDone[index]);
    const nextReturnMs = Math.min(...left.map(({ returnedMs, seenMs = returnedMs }) => seenMs));
    const nextDoneMs = Math.min(...left.filter(isChange).map(({ returnedMs }) => returnedMs));
    // What is unknown may never have happened.
    if (nextReturnMs === Number.POSITIVE_INFINITY) return true;
    const place = `${state} ${isDone.map(Number).join('')}`;
    if (deadEnds.has(place)) return false;
    for (const [index, one] of operations.entries()) {
      const { calledMs, deed } = one;
      if (calledMs > nextReturnMs) break;
      if (isDone[index] || (isChange(one) && calledMs > nextDoneMs)) continue;
      const next = after(state, deed);
      if (next === undefined) continue;
      isDone[index] = true;
      if (search(next)) return true;
      isDone[index] = false;
    }
    deadEnds.add(place);
    return false;
  };
  return search('');
}

/**
 * The history as one server may tell it: what it was asked itself at its time, what others did up to `boundMs` later,
 * and nothing of what others were asked.
 */
export const asSeenAt = (
  server: string,
  history: readonly Operation[],
  boundMs: number,
): readonly Operation[] =>
  history
    .filter((one) => one.at === server || isChange(one))
    .map((one) => (one.at === server ? one : { ...one, seenMs: one.returnedMs + boundMs }));

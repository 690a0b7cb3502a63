/**
 * Which objects need a look: one merge-join over the declared and the live, both sorted by `compareRefs`.
 * What agrees is counted and forgotten here, so that a plan over a hundred thousand keys costs what has
 * changed. A property test holds that planning all objects gives what planning only the named ones gives.
 */
import type { DesiredEntry } from '../domain/desired.js';
import type { ProjectSpec } from '../domain/kinds/index.js';
import type { Delivery, LiveSummary, Ownership } from '../domain/live.js';
import { compareRefs, type ObjectRef, refText } from '../domain/objects.js';
import { type Instant, NEVER } from '../domain/time.js';

export interface Comparison {
  /** Sorted by `compareRefs`, each name once; so is `survey`. */
  readonly entries: readonly DesiredEntry[];
  readonly survey: readonly LiveSummary[];
  readonly ownership: Ownership;
  readonly now: Instant;
  /** What is to happen to live objects that no project declares; `report` unless it says otherwise. */
  readonly policy?: ProjectSpec['unmanaged'];
  /** Looked at even when they agree, and whoever owns them: as `refText`. */
  readonly suspects?: ReadonlySet<string>;
  /** Does the place hold what the store recorded? Asked only of declared sinks of objects that agree otherwise. */
  readonly agrees: (delivery: Delivery) => boolean;
}

export interface Attention {
  /** Objects to plan, sorted by `compareRefs`: declared here, live here, or both. */
  readonly refs: readonly ObjectRef[];
  readonly totals: Totals;
  /** The first of the live objects that no project declares, sorted by `compareRefs`. */
  readonly unmanaged: readonly ObjectRef[];
  /** Until when nothing can be due of the objects that need no look; NEVER when there are none. */
  readonly quietUntil: Instant;
}

/** Counts over all objects, also those that agree. */
export interface Totals {
  readonly desired: number;
  /** Live objects of this project and manager. */
  readonly owned: number;
  /** Declared objects that need no look. */
  readonly unchanged: number;
  /** Live objects that no project declares and that did not come with the store. */
  readonly unmanaged: number;
}

/** How many a plan names; the rest is counted. */
export const UNMANAGED_NAMED_MAX = 20;

const NONE: ReadonlySet<string> = new Set();

/** Live objects of other projects are named only as suspects, and so are those nobody owns unless the policy asks. */
export function attention(comparison: Comparison): Attention {
  const { entries, survey, ownership, suspects = NONE, policy = 'report' } = comparison;
  const isSuspect = (ref: ObjectRef): boolean => suspects.size > 0 && suspects.has(refText(ref));
  const refs: ObjectRef[] = [];
  let owned = 0;
  let unchanged = 0;
  let unmanaged = 0;
  const named: ObjectRef[] = [];
  let quietUntil = NEVER;
  let d = 0;
  let l = 0;
  while (d < entries.length || l < survey.length) {
    const entry = entries[d];
    const live = survey[l];
    const order = entry === undefined ? 1 : live === undefined ? -1 : orderOf(entry, live);
    if (order <= 0) d++;
    if (order >= 0) l++;
    const isOwned = order >= 0 && live !== undefined && isOwnedBy(live, ownership);
    if (isOwned) owned++;
    if (entry !== undefined && order < 0) refs.push(entry.ref);
    else if (entry !== undefined && live !== undefined && order === 0) {
      if (isQuiet(entry, live, comparison) && !isSuspect(entry.ref)) {
        unchanged++;
        quietUntil = Math.min(quietUntil, live.quietUntil);
      } else refs.push(entry.ref);
    } else if (live !== undefined) {
      const isUnmanaged = live.ownership === undefined && live.origin !== 'system';
      if (isUnmanaged && ++unmanaged <= UNMANAGED_NAMED_MAX) named.push(live.ref);
      const isPlanned = isOwned || (isUnmanaged && policy !== 'report');
      if (isPlanned || isSuspect(live.ref)) refs.push(live.ref);
    }
  }
  const totals = { desired: entries.length, owned, unchanged, unmanaged };
  return { refs, totals, unmanaged: named, quietUntil };
}

/** Of a fleet that agrees, nearly all have the same mark, and no name is looked at. */
const orderOf = (entry: DesiredEntry, live: LiveSummary): number =>
  haveSameMark(entry, live) ? 0 : compareRefs(entry.ref, live.ref);

const haveSameMark = (entry: DesiredEntry, live: LiveSummary): boolean =>
  entry.mark !== undefined && entry.mark === live.mark;

/** Removal and every other step stay within one project and manager. */
export const isOwnedBy = (live: Pick<LiveSummary, 'ownership'>, { project, manager }: Ownership): boolean =>
  live.ownership?.project === project && live.ownership.manager === manager;

/** Came with the store and nobody has taken charge: declared as it stands, it is ours without a step. */
const isUndisputed = (live: LiveSummary): boolean => live.origin === 'system' && live.ownership === undefined;

/** Nothing can be due. A sink that was declared later than the last promotion has no delivery yet. */
function isQuiet(entry: DesiredEntry, live: LiveSummary, { ownership, now, agrees }: Comparison): boolean {
  if (entry.digest !== live.digest || live.quietUntil <= now) return false;
  if (!isOwnedBy(live, ownership) && !isUndisputed(live)) return false;
  for (const sink of entry.sinks) {
    const delivery = live.deliveries.find((one) => one.sink === sink);
    if (delivery === undefined || !agrees(delivery)) return false;
  }
  return true;
}

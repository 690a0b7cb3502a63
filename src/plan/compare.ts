/**
 * Which objects need a look: one merge-join over the declared and the live, both sorted by `compareRefs`.
 * What agrees is counted and forgotten here, so that a plan over a hundred thousand keys costs what has
 * changed. A property test holds that planning all objects gives what planning only the named ones gives.
 */
import type { DesiredEntry } from '../domain/desired.js';
import type { ProjectSpec, SinkId } from '../domain/kinds/index.js';
import type { LiveSummary, Ownership } from '../domain/live.js';
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
  /** Looked at even when they agree, and whichever project owns them: as `refText`. */
  readonly suspects?: ReadonlySet<string>;
  /**
   * Did the store record something at that sink for the nth of the survey, and does it hold it? Asked only of declared
   * sinks of objects that agree otherwise.
   */
  readonly agrees: (nth: number, sink: SinkId) => boolean;
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

/** Live objects of other projects are named only as suspects, and so are those without an owner unless the policy asks. */
export function attention(comparison: Comparison): Attention {
  const { entries, survey, ownership, now, suspects = NONE, policy = 'report' } = comparison;
  const isSuspect = (one: { readonly ref: ObjectRef }): boolean =>
    suspects.size > 0 && suspects.has(refText(one.ref));
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
    const isSame = entry?.mark !== undefined && entry.mark === live?.mark;
    const order = isSame ? 0 : orderOf(entry, live);
    const isOwned = order >= 0 && live !== undefined && isOwnedBy(live, ownership);
    if (isOwned) owned++;
    if (entry !== undefined && order < 0) refs.push(entry.ref);
    else if (entry !== undefined && live !== undefined && order === 0) {
      const until = isSame || entry.digest === live.digest ? quietOf({ entry, live, nth: l }, comparison) : 0;
      if (until > now && !isSuspect(entry)) {
        unchanged++;
        quietUntil = Math.min(quietUntil, until);
      } else refs.push(entry.ref);
    } else if (live !== undefined) {
      const isUnmanaged = live.ownership === undefined && live.origin !== 'system';
      if (isUnmanaged && ++unmanaged <= UNMANAGED_NAMED_MAX) named.push(live.ref);
      const isPlanned = isOwned || (isUnmanaged && policy !== 'report');
      if (isPlanned || isSuspect(live)) refs.push(live.ref);
    }
    if (order <= 0) d++;
    if (order >= 0) l++;
  }
  const totals = { desired: entries.length, owned, unchanged, unmanaged };
  return { refs, totals, unmanaged: named, quietUntil };
}

/** What has no counterpart any more comes after everything. Of a fleet that agrees, nearly all have the same mark and are never asked. */
function orderOf(entry: DesiredEntry | undefined, live: LiveSummary | undefined): number {
  if (entry === undefined) return 1;
  return live === undefined ? -1 : compareRefs(entry.ref, live.ref);
}

/** Removal and every other step stay within one project and manager. */
export const isOwnedBy = (live: Pick<LiveSummary, 'ownership'>, { project, manager }: Ownership): boolean =>
  live.ownership?.project === project && live.ownership.manager === manager;

/** Came with the store and is not managed yet: declared as it stands, it is the project's without a step. */
const isUndisputed = (live: LiveSummary): boolean => live.origin === 'system' && live.ownership === undefined;

/** One object, declared and live as it is declared. */
interface Agreeing {
  readonly entry: DesiredEntry;
  readonly live: LiveSummary;
  /** Where it stands in the survey. */
  readonly nth: number;
}

/** Until when nothing can be due; 0 if it needs a look now. A sink that was declared later than the last promotion has no delivery yet. */
function quietOf({ entry, live, nth }: Agreeing, { ownership, agrees }: Comparison): Instant {
  if (!isOwnedBy(live, ownership) && !isUndisputed(live)) return 0;
  return entry.sinks.every((sink) => agrees(nth, sink)) ? live.quietUntil : 0;
}

/**
 * All places that the survey says something was delivered to, read at once. Nearly all of them hold what the
 * store recorded, so only the others are indexed, and those of the objects that are planned.
 */
import type { SinkId } from '../domain/kinds/index.js';
import type { Fingerprint, LiveSummary, Receipt } from '../domain/live.js';
import { compareRefs, type ObjectRef } from '../domain/objects.js';
import type { Sinks } from '../ports/sink.js';

export interface Places {
  /** Did the store record something at that place for the nth of the survey, and does it hold it? */
  agrees(nth: number, sink: SinkId): boolean;
  /** Places of the nth of the survey that do not hold what the store recorded. */
  differing(nth: number): readonly SinkId[];
  /** Of all that does not agree, and of all places of these objects, sorted by `compareRefs`. */
  receiptsOf(refs: readonly ObjectRef[]): Map<SinkId, Receipt>;
}

/** `survey` is sorted by `compareRefs`. */
export async function placesOf(survey: readonly LiveSummary[], sinks: Pick<Sinks, 'read'>): Promise<Places> {
  const recorded = recordedIn(survey);
  const { ids, fingerprints, starts } = recorded;
  const receipts = await sinks.read(ids);
  const differing = new Set<number>();
  for (let at = 0; at < ids.length; at++) {
    const receipt = receipts[at];
    if (receipt?.kind !== 'holds' || receipt.fingerprint !== fingerprints[at]) differing.add(at);
  }
  const receiptAt = (at: number): Receipt =>
    receipts[at] ?? { kind: 'unknown', why: `${ids[at]} was not read` };
  return {
    agrees: (nth, sink) => {
      const end = starts[nth + 1] ?? ids.length;
      for (let at = starts[nth] ?? end; at < end; at++) if (ids[at] === sink) return !differing.has(at);
      return false;
    },
    differing: (nth) => {
      if (differing.size === 0) return NOWHERE;
      const [start = ids.length, end = ids.length] = [starts[nth], starts[nth + 1]];
      return ids.slice(start, end).filter((_, after) => differing.has(start + after));
    },
    receiptsOf: (refs) => {
      const known = new Map<SinkId, Receipt>();
      for (const at of [...differing, ...positionsOf(refs, survey, recorded)])
        known.set(ids[at] ?? '', receiptAt(at));
      return known;
    },
  };
}

const NOWHERE: readonly SinkId[] = [];

/** Places in the order of the survey; those of the nth object begin at `starts[nth]`. */
interface Recorded {
  readonly ids: readonly SinkId[];
  readonly fingerprints: readonly Fingerprint[];
  readonly starts: Uint32Array;
}

function recordedIn(survey: readonly LiveSummary[]): Recorded {
  const ids: SinkId[] = [];
  const fingerprints: Fingerprint[] = [];
  const starts = new Uint32Array(survey.length);
  for (let nth = 0; nth < survey.length; nth++) {
    starts[nth] = ids.length;
    for (const { sink, fingerprint } of survey[nth]?.deliveries ?? []) {
      ids.push(sink);
      fingerprints.push(fingerprint);
    }
  }
  return { ids, fingerprints, starts };
}

/** Where the places of these objects stand: one pass over both. */
function* positionsOf(
  refs: readonly ObjectRef[],
  survey: readonly LiveSummary[],
  { ids, starts }: Recorded,
): Generator<number> {
  let next = 0;
  for (let nth = 0; nth < survey.length && next < refs.length; nth++) {
    const ref = survey[nth]?.ref;
    if (ref === undefined) return;
    let wanted = refs[next];
    while (wanted !== undefined && compareRefs(wanted, ref) < 0) wanted = refs[++next];
    if (wanted === undefined || compareRefs(wanted, ref) !== 0) continue;
    const end = starts[nth + 1] ?? ids.length;
    for (let at = starts[nth] ?? end; at < end; at++) yield at;
  }
}

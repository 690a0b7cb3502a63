/**
 * All sinks that the survey says something was delivered to, read at once. Nearly all of them hold what the
 * store recorded, so only the others are indexed, and those of the objects that are planned.
 */
import type { SinkId } from '../domain/kinds/index.js';
import type { Fingerprint, LiveSummary, Receipt } from '../domain/live.js';
import { compareRefs, type ObjectRef } from '../domain/objects.js';
import type { Sinks } from '../ports/sink.js';
import { asRecorded, isAsRecorded, isAtHand, type Whereabouts } from './receipts.js';

export interface Places {
  /** Did the store record something at that sink for the nth of the survey, and does it hold it, or is it elsewhere? */
  agrees(nth: number, sink: SinkId): boolean;
  /** Of all that does not agree, and of all sinks of these objects, sorted by `compareRefs`. */
  receiptsOf(refs: readonly ObjectRef[]): Map<SinkId, Receipt>;
}

/** `survey` is sorted by `compareRefs`. `redeliver`: what was delivered elsewhere is wanted here. */
export async function placesOf(
  survey: readonly LiveSummary[],
  sinks: Pick<Sinks, 'read'> & Whereabouts,
  redeliver = false,
): Promise<Places> {
  const recorded = recordedIn(survey);
  const { ids, fingerprints, machines, revisions, starts } = recorded;
  const receipts = await sinks.read(ids);
  const differing = new Set<number>();
  for (let at = 0; at < ids.length; at++) {
    const receipt = receipts[at];
    const [sink = '', fingerprint = '', machine = ''] = [ids[at], fingerprints[at], machines[at]];
    if (receipt?.kind === 'holds' && receipt.fingerprint === fingerprint) continue;
    const revision = revisions.get(at);
    const delivery = { sink, fingerprint, machine, ...(revision !== undefined && { revision }) };
    const seen = receipt && asRecorded(sinks, receipt, delivery);
    if (isAsRecorded(seen, delivery)) continue;
    if (redeliver || isAtHand(sinks, seen, delivery)) differing.add(at);
  }
  const receiptAt = (at: number): Receipt =>
    receipts[at] ?? { kind: 'unknown', why: `${ids[at]} was not read` };
  return {
    agrees: (nth, sink) => {
      const end = starts[nth + 1] ?? ids.length;
      for (let at = starts[nth] ?? end; at < end; at++) if (ids[at] === sink) return !differing.has(at);
      return false;
    },
    receiptsOf: (refs) => {
      const known = new Map<SinkId, Receipt>();
      for (const at of [...differing, ...positionsOf(refs, survey, recorded)])
        known.set(ids[at] ?? '', receiptAt(at));
      return known;
    },
  };
}

/** Sinks in the order of the survey; those of the nth object begin at `starts[nth]`. */
interface Recorded {
  readonly ids: readonly SinkId[];
  readonly fingerprints: readonly Fingerprint[];
  readonly machines: readonly string[];
  /** By position: only sinks that show no values have one. */
  readonly revisions: ReadonlyMap<number, string>;
  readonly starts: Uint32Array;
}

function recordedIn(survey: readonly LiveSummary[]): Recorded {
  const ids: SinkId[] = [];
  const fingerprints: Fingerprint[] = [];
  const machines: string[] = [];
  const revisions = new Map<number, string>();
  const starts = new Uint32Array(survey.length);
  for (let nth = 0; nth < survey.length; nth++) {
    starts[nth] = ids.length;
    for (const { sink, fingerprint, machine, revision } of survey[nth]?.deliveries ?? []) {
      if (revision !== undefined) revisions.set(ids.length, revision);
      ids.push(sink);
      fingerprints.push(fingerprint);
      machines.push(machine);
    }
  }
  return { ids, fingerprints, machines, revisions, starts };
}

/** Where the sinks of these objects stand: one pass over both. */
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

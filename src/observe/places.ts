/**
 * All places that the survey says something was delivered to, read at once. Nearly all of them hold what the
 * store recorded, so only the others are indexed, and those of the objects that are planned.
 */
import type { SinkId } from '../domain/kinds/index.js';
import type { Delivery, LiveSummary, Receipt } from '../domain/live.js';
import { compareRefs, type ObjectRef } from '../domain/objects.js';
import type { Sinks } from '../ports/sink.js';

export interface Places {
  /** Does the place hold what the store recorded? Of deliveries of the survey. */
  agrees(delivery: Delivery): boolean;
  /** Of all that does not agree, and of all places of these objects, sorted by `compareRefs`. */
  receiptsOf(refs: readonly ObjectRef[]): Map<SinkId, Receipt>;
}

/** `survey` is sorted by `compareRefs`. */
export async function placesOf(survey: readonly LiveSummary[], sinks: Pick<Sinks, 'read'>): Promise<Places> {
  const deliveries = survey.flatMap((live) => live.deliveries);
  const receipts = await sinks.read(deliveries.map(({ sink }) => sink));
  const differing = new Map<string, Differing>();
  let at = 0;
  for (const delivery of deliveries) {
    const receipt = receipts[at++] ?? { kind: 'unknown', why: `${delivery.sink} was not read` };
    if (receipt.kind !== 'holds' || receipt.fingerprint !== delivery.fingerprint)
      differing.set(recordOf(delivery), { sink: delivery.sink, receipt });
  }
  return {
    agrees: (delivery) => differing.size === 0 || !differing.has(recordOf(delivery)),
    receiptsOf: (refs) => {
      const known = new Map<SinkId, Receipt>();
      for (const { sink, receipt } of differing.values()) known.set(sink, receipt);
      for (const at of positionsOf(refs, survey)) {
        const [delivery, receipt] = [deliveries[at], receipts[at]];
        if (delivery && receipt) known.set(delivery.sink, receipt);
      }
      return known;
    },
  };
}

interface Differing {
  readonly sink: SinkId;
  readonly receipt: Receipt;
}

/** What the store says a place holds: two records of one place may say different things. */
const recordOf = ({ sink, fingerprint }: Delivery): string => `${fingerprint} ${sink}`;

/** Where the deliveries of these objects stand among those of the whole survey: one pass over both. */
function* positionsOf(refs: readonly ObjectRef[], survey: readonly LiveSummary[]): Generator<number> {
  let next = 0;
  let at = 0;
  for (const { ref, deliveries } of survey) {
    let wanted = refs[next];
    while (wanted !== undefined && compareRefs(wanted, ref) < 0) wanted = refs[++next];
    if (wanted === undefined) return;
    if (compareRefs(wanted, ref) === 0) for (let nth = 0; nth < deliveries.length; nth++) yield at + nth;
    at += deliveries.length;
  }
}

/** Receipts, and what they are worth to us: whether a place agrees with the store, and whether we can tell. */
import type { SinkId } from '../domain/kinds/index.js';
import type { Delivery, Receipt } from '../domain/live.js';
import type { Sinks } from '../ports/sink.js';

/** Reads the places that are not there yet, all in one call. */
export async function readInto(
  receipts: Map<SinkId, Receipt>,
  ids: readonly SinkId[],
  sinks: Sinks,
): Promise<void> {
  const unread = [...new Set(ids)].filter((id) => !receipts.has(id));
  const read = await sinks.read(unread);
  for (const [at, id] of unread.entries()) {
    const receipt = read[at];
    if (receipt) receipts.set(id, receipt);
  }
}

/**
 * What a receipt tells about a delivery that was recorded. Files are per machine: a place that was written on
 * another one, and does not hold it here, says nothing about what it holds there (contract.md, fine print 15).
 */
export function seenFrom(machine: string, receipt: Receipt, recorded: Delivery | undefined): Receipt {
  const isElsewhere = recorded !== undefined && recorded.machine !== machine;
  const isHere = receipt.kind === 'holds' && receipt.fingerprint === recorded?.fingerprint;
  if (!isElsewhere || isHere) return receipt;
  return {
    kind: 'unknown',
    why: `it was delivered on machine ${recorded.machine}, and this is ${machine}; run Keywright there`,
  };
}

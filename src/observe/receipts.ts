/** Receipts, and what they prove: whether a sink agrees with the store, and whether that is known. */
import type { SinkId } from '../domain/kinds/index.js';
import type { Delivery, Receipt } from '../domain/live.js';
import type { Sinks } from '../ports/sink.js';

/** Reads the sinks that are missing yet, all in one call. */
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
 * What a receipt tells about a delivery that was recorded. Files are a machine's and a folder's own: what was written
 * on another one, and is not here, is elsewhere, whatever this one holds (contract.md, fine print 15).
 */
export function seenFrom(
  sinks: Pick<Sinks, 'isHere'>,
  receipt: Receipt,
  recorded: Delivery | undefined,
): Receipt {
  if (recorded === undefined || isAtHand(sinks, receipt, recorded)) return receipt;
  return { kind: 'elsewhere', where: recorded.machine, fingerprint: recorded.fingerprint };
}

/** What holds just what was recorded is the recorded sink, though its folder was moved or is shared since. */
export const isAtHand = (
  sinks: Pick<Sinks, 'isHere'>,
  receipt: Receipt | undefined,
  { sink, fingerprint, machine }: Pick<Delivery, 'sink' | 'fingerprint' | 'machine'>,
): boolean =>
  (receipt?.kind === 'holds' && receipt.fingerprint === fingerprint) || sinks.isHere(sink, machine);

/** Receipts, and what they prove: whether a sink agrees with the store, and whether that is known. */
import type { SinkId } from '../domain/kinds/index.js';
import type { Delivery, Receipt } from '../domain/live.js';
import { parseSinkId, sinkPath } from '../domain/sinks/index.js';
import { abilityAt } from '../plan/abilities.js';
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

/** What compares receipts with records asks of the sinks. */
export type Whereabouts = Pick<Sinks, 'isHere' | 'locate'>;

type Recorded = Pick<Delivery, 'sink' | 'fingerprint' | 'machine' | 'revision'>;

/**
 * What a receipt tells about a delivery that was recorded. Files are a machine's and a folder's own: what was written
 * on another one, and is not here, is elsewhere, whatever this one holds (contract.md, fine print 15); unless `redeliver`
 * says that what is here counts.
 */
export function seenFrom(
  sinks: Whereabouts,
  { receipt, redeliver }: { readonly receipt: Receipt; readonly redeliver: boolean },
  recorded: Recorded | undefined,
): Receipt {
  if (recorded === undefined) return receipt;
  const seen = asRecorded(sinks, receipt, recorded);
  if (redeliver || isAtHand(sinks, seen, recorded)) return seen;
  return { kind: 'elsewhere', where: recorded.machine, fingerprint: recorded.fingerprint };
}

/**
 * A sink that shows no values holds what was recorded as long as it shows the revision that was; of one that shows nothing
 * the record is all there is. Both only where it was written then.
 */
export function asRecorded(sinks: Whereabouts, receipt: Receipt, recorded: Recorded): Receipt {
  const { sink, fingerprint } = recorded;
  if (receipt.kind !== 'holds' && receipt.kind !== 'missing') return receipt;
  if (receipt.kind === 'holds' && receipt.fingerprint === fingerprint) return receipt;
  const ability = abilityAt(sink, receipt);
  const formerly = movedFrom(sinks, recorded);
  if (formerly !== undefined) return { ...receipt, formerly };
  const asked = receipt.ability && { ability: receipt.ability };
  if (receipt.kind === 'missing')
    return ability?.read === 'nothing' ? { kind: 'unseen', fingerprint, ...asked } : receipt;
  const isSame = receipt.revision !== undefined && receipt.revision === recorded.revision;
  return ability?.read === 'revision' && isSame ? { ...receipt, fingerprint } : receipt;
}

/** Where it was written, when that is not where the sink is now. A file that was moved is elsewhere, or at hand. */
function movedFrom(sinks: Whereabouts, { sink, machine }: Recorded): string | undefined {
  const address = parseSinkId(sink);
  const isFile = address === undefined || sinkPath(address) !== undefined;
  return isFile || sinks.locate(sink) === machine ? undefined : machine;
}

/** Does the receipt, seen as `asRecorded`, show what was recorded? */
export const isAsRecorded = (
  receipt: Receipt | undefined,
  { fingerprint }: Pick<Recorded, 'fingerprint'>,
): boolean =>
  (receipt?.kind === 'holds' || receipt?.kind === 'unseen') && receipt.fingerprint === fingerprint;

/** What holds just what was recorded is the recorded sink, though its folder was moved or is shared since. */
export const isAtHand = (
  sinks: Pick<Sinks, 'isHere'>,
  receipt: Receipt | undefined,
  recorded: Pick<Delivery, 'sink' | 'fingerprint' | 'machine'>,
): boolean => isAsRecorded(receipt, recorded) || sinks.isHere(recorded.sink, recorded.machine);

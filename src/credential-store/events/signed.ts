/** Events under their MACs: a list of what happened is believed, though nothing is decided by it. */
import type { Keyring } from '../keyring.js';
import { isSameMac } from '../rows.js';
import { BrokenRow } from '../storage-port/broken-row.js';
import type { EventRow, Transaction } from '../storage-port.js';

/** Set by the migration that brought the MACs, where there were events. */
const UNSIGNED = 'unsigned_events';
const PAGE = 1_000;

export const signEvent = (row: Omit<EventRow, 'row_mac'>, keyring: Keyring): EventRow => ({
  ...row,
  row_mac: keyring.rowMac(eventText(row)),
});

export const isGenuineEvent = (row: EventRow, keyring: Keyring): boolean =>
  isSameMac(row.row_mac ?? '', keyring.rowMac(eventText(row)));

/** Throws `BrokenRow` for one that the store did not write. */
export function genuineEvent(row: EventRow, keyring: Keyring): EventRow {
  if (!isGenuineEvent(row, keyring)) throw new BrokenRow(`event ${row.id}`);
  return row;
}

/** Signs what an older version wrote, once. */
export async function signOlderEvents(tx: Transaction, keyring: Keyring): Promise<void> {
  if ((await tx.meta.get(UNSIGNED)) !== '1') return;
  for (let after = ''; ; ) {
    const page = await tx.events.after(after, PAGE);
    for (const row of page) if (row.row_mac === null) await tx.events.sign(signEvent(row, keyring));
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.id;
  }
  await tx.meta.put({ name: UNSIGNED, value: '0' });
}

const eventText = (row: Omit<EventRow, 'row_mac'>): string =>
  JSON.stringify([
    'event',
    ...[row.id, row.seq, row.at, row.environment_id, row.space_id, row.workbook_id, row.topic, row.domain],
    ...[row.payload, row.members, row.actor_id, row.acknowledged_at, row.acknowledged_by],
  ]);

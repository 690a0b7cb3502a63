/** Events under their MACs: a list of what happened is believed, though nothing is decided by it. */
import type { Keyring } from '../keyring.js';
import { isSameMac } from '../rows.js';
import { BrokenRow } from '../storage-port/broken-row.js';
import type { EventRow } from '../storage-port.js';

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

const eventText = (row: Omit<EventRow, 'row_mac'>): string =>
  JSON.stringify([
    'event',
    ...[row.id, row.seq, row.at, row.environment_id, row.space_id, row.workbook_id, row.topic, row.domain],
    ...[row.payload, row.members, row.actor_id, row.acknowledged_at, row.acknowledged_by],
  ]);

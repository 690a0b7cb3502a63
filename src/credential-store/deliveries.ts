/** Confirmed sinks as a row keeps them: JSON, of which what is written here is read back without a parser. */

import type { Delivery } from '../domain/live.js';
import type { ConfirmedDelivery } from '../ports/live-store.js';
import { parsedRow } from './storage-port/broken-row.js';

export const deliveriesText = (deliveries: readonly ConfirmedDelivery[], generation: number): string =>
  JSON.stringify(
    deliveries.map(
      ({ sink, fingerprint, machine, revision }): Delivery => ({
        ...{ sink, generation, fingerprint, machine },
        ...(revision !== undefined && { revision }),
      }),
    ),
  );

/** Shared: most objects have none. */
const NOWHERE: readonly Delivery[] = [];

/** One delivery as `deliveriesText` writes it, if nothing in it has to be escaped. */
const PLAIN =
  /[[,]\{"sink":"([^"\\]*)","generation":([0-9]+),"fingerprint":"([^"\\]*)","machine":"([^"\\]*)"\}/y;

export function deliveriesOf(text: string): readonly Delivery[] {
  if (text === '[]') return NOWHERE;
  return plainDeliveries(text) ?? parsedRow<readonly Delivery[]>(text, 'deliveries');
}

/** Undefined unless the whole text is plain. Parsing JSON takes five times as long, and a fleet has one for each key. */
function plainDeliveries(text: string): readonly Delivery[] | undefined {
  const deliveries: Delivery[] = [];
  PLAIN.lastIndex = 0;
  for (let end = 0; end < text.length - 1; end = PLAIN.lastIndex) {
    const match = PLAIN.exec(text);
    if (match === null) return undefined;
    const [, sink = '', generation, fingerprint = '', machine = ''] = match;
    deliveries.push({ sink, generation: Number(generation), fingerprint, machine });
  }
  return text.endsWith(']') ? deliveries : undefined;
}

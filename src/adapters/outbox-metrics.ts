/** Exposes the outcome of messages to Prometheus. No address, no id. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DeliveryEvent } from '../outbox/delivery-worker.js';
import type { Outbox } from '../ports/outbox.js';

export interface OutboxMetrics {
  count(event: DeliveryEvent): void;
}

export function newOutboxMetrics(registry: Registry, outbox: Pick<Outbox, 'pending'>): OutboxMetrics {
  const registers = [registry];
  new Gauge({
    name: 'keywright_outbox_pending',
    help: 'Messages waiting to be sent, of all servers of this store.',
    registers,
    async collect() {
      const pending = await outbox.pending();
      // While the store is away, it is unknown.
      this.set(pending.ok ? pending.value : Number.NaN);
    },
  });
  const sent = new Counter({ name: 'keywright_outbox_sent_total', help: 'Messages sent.', registers });
  const failed = new Counter({
    name: 'keywright_outbox_failed_total',
    help: 'Failed attempts to send a message.',
    registers,
  });
  const dropped = new Counter({
    name: 'keywright_outbox_dropped_total',
    help: 'Messages no longer sent: no longer needed (ended), not sent in time (expired), rejected permanently (refused), modified outside Keywright (tampered).',
    labelNames: ['because'],
    registers,
  });
  return {
    count: (event) => {
      if (event.kind === 'sent') sent.inc();
      else if (event.kind === 'failed') failed.inc();
      else dropped.inc({ because: event.kind === 'refused' ? 'refused' : event.because });
    },
  };
}

/** What became of letters, as Prometheus counts it. No address, no id. */
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
    help: 'Letters that wait to be handed over; those of all servers of this store.',
    registers,
    async collect() {
      const pending = await outbox.pending();
      // While the store is away, nobody knows.
      this.set(pending.ok ? pending.value : Number.NaN);
    },
  });
  const sent = new Counter({ name: 'keywright_outbox_sent_total', help: 'Letters handed over.', registers });
  const failed = new Counter({
    name: 'keywright_outbox_failed_total',
    help: 'Times that a letter could not be handed over.',
    registers,
  });
  const dropped = new Counter({
    name: 'keywright_outbox_dropped_total',
    help: 'Letters not sent any more: no longer wanted (ended), not handed over in time (expired), refused for good (refused), not ours (tampered).',
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

/** Sends messages for as long as a server runs: where to, what is logged of it, and what is counted. */

import type { OpenLog } from '../adapters/http-log.js';
import type { OutboxMetrics } from '../adapters/outbox-metrics.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import { unreachable } from '../domain/result.js';
import { consoleTransport } from '../outbox/console-transport.js';
import { deliverMessages } from '../outbox/delivery-worker.js';
import type { OutboxSettings } from '../outbox/settings.js';
import { smtpTransport } from '../outbox/smtp.js';
import { webhookTransport } from '../outbox/webhook.js';
import type { Clock } from '../ports/clock.js';
import type { Outbox, Transport } from '../ports/outbox.js';

export interface MailWorker extends Pick<Dependencies, 'clock' | 'entropy'> {
  readonly outbox: Outbox;
  readonly settings: OutboxSettings;
  readonly log: Pick<OpenLog, 'failure' | 'say'>;
  readonly metrics: OutboxMetrics;
  /** Where messages are shown that are not sent. */
  print(text: string): void;
}

/** Gives what ends it. */
export async function startMailWorker({
  settings,
  log,
  metrics,
  ...rest
}: MailWorker): Promise<() => Promise<void>> {
  const post = await postFor(settings, rest);
  log.say('sending messages', { by: settings.kind });
  return deliverMessages({
    ...{ ...rest, post },
    tell: (event) => {
      metrics.count(event);
      if (event.kind === 'failed')
        log.failure(event.id, `a message could not be sent and will be retried: ${event.why}`, event.cause);
      if (event.kind === 'refused')
        log.failure(
          event.id,
          `a message was rejected permanently and is not sent: ${event.why}; correct the address, and create another invitation or link`,
          undefined,
        );
      if (event.kind === 'dropped' && event.because !== 'ended')
        log.failure(event.id, DROPPED[event.because], undefined);
    },
  });
}

const DROPPED = {
  expired: 'a message could not be sent before it expired; create another invitation or link',
  tampered:
    'a message was not sent: its row does not match its MAC, so the database was changed outside Keywright',
} as const;

async function postFor(
  settings: OutboxSettings,
  { clock, print }: { readonly clock: Clock; print(text: string): void },
): Promise<Transport> {
  switch (settings.kind) {
    case 'webhook':
      return webhookTransport(settings, { clock });
    case 'smtp':
      return smtpTransport(settings);
    case 'print':
      return consoleTransport(settings, print);
    default:
      return unreachable(settings);
  }
}

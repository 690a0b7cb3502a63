/** Sends letters for as long as a server runs: where to, what is logged of it, and what is counted. */

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
  /** Where letters are shown that are not sent. */
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
  log.say('letters go out', { by: settings.kind });
  return deliverMessages({
    ...{ ...rest, post },
    tell: (event) => {
      metrics.count(event);
      if (event.kind === 'failed')
        log.failure(
          event.id,
          `a letter could not be handed over, and is tried again: ${event.why}`,
          event.cause,
        );
      if (event.kind === 'refused')
        log.failure(
          event.id,
          `a letter was refused for good, and is not sent: ${event.why}; correct the address, and make another invitation or link`,
          undefined,
        );
      if (event.kind === 'dropped' && event.because !== 'ended')
        log.failure(event.id, DROPPED[event.because], undefined);
    },
  });
}

const DROPPED = {
  expired: 'a letter could not be handed over in its time, and is not sent: make another invitation or link',
  tampered:
    'a letter was not sent: its row does not match its MAC, so somebody changed the database behind the store',
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

/**
 * Sends messages to a webhook, as Standard Webhooks has it: an id that stays the same, a time, and a signature over both and
 * the body. Redirects are answers like others: not followed.
 */
import { createHmac } from 'node:crypto';
import { request as plainRequest, type RequestOptions } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { type DurationMs, formatInstant, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Message, NotSent, Transport } from '../ports/outbox.js';
import { isLoopback, NOT_PUBLIC, publicLookup, type Resolve, systemResolve } from './addresses.js';
import { hostOf, type WebhookSettings } from './settings.js';
import { linkOf } from './templates.js';

/** A connection on which nothing comes for so long is ended; longer than a message may take. */
const TIMEOUT_MS: DurationMs = MINUTE_MS;

export interface WebhookWorld {
  readonly clock: Pick<Clock, 'now'>;
  readonly resolve?: Resolve;
}

export function webhookTransport(
  settings: WebhookSettings,
  { clock, resolve = systemResolve }: WebhookWorld,
): Transport {
  const { url, secret } = settings;
  const key = Buffer.from(secret.reveal(), 'base64');
  const lookup = isTrusted(settings) ? {} : { lookup: publicLookup(resolve) };
  return {
    send: (message, signal) => {
      const body = JSON.stringify(bodyOf(message, settings.page));
      const timestamp = Math.floor(clock.now() / SECOND_MS);
      const signature = createHmac('sha256', key)
        .update(`${message.id}.${timestamp}.${body}`)
        .digest('base64');
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'keywright',
        'webhook-id': message.id,
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      };
      // A connection of its own: one that is kept was checked for a message before.
      return posted(
        url,
        { method: 'POST', headers, signal, agent: false, timeout: TIMEOUT_MS, ...lookup },
        body,
      );
    },
  };
}

/** The address, or the name, was configured by the operator. */
function isTrusted({ url, allowed }: WebhookSettings): boolean {
  const host = hostOf(url);
  return isIP(host) !== 0 || isLoopback(host) || allowed.includes(host);
}

const bodyOf = (message: Message, page: string | undefined) => ({
  type: message.kind === 'invitation' ? 'invitation.created' : 'magic-link.created',
  timestamp: formatInstant(message.createdAt),
  data: {
    email: message.to,
    token: message.token.reveal(),
    ...(page !== undefined && { link: linkOf(message, page) }),
    expiresAt: formatInstant(message.expiresAt),
    ...(message.environment !== undefined && { environment: message.environment }),
    ...(message.fromName !== undefined && { fromName: message.fromName }),
    ...(message.message !== undefined && { message: message.message }),
  },
});

const posted = (url: URL, options: RequestOptions, body: string): Promise<NotSent> =>
  new Promise((resolve) => {
    const asked =
      url.protocol === 'https:'
        ? tlsRequest(url, { ...options, rejectUnauthorized: true })
        : plainRequest(url, options);
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(whyOf(error)));
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('silence'), { code: 'ETIMEDOUT' })));
    asked.on('response', (response) => {
      resolve(answerOf(response.statusCode ?? 0));
      // What counts is the status: of a body no more is read than comes at once, whatever becomes of it.
      response.on('error', () => undefined);
      response.on('data', () => response.destroy());
    });
    asked.end(body);
  });

/** What is wrong with this message, or with its arrival at all; other faults a receiver may correct in time. */
const FOR_GOOD: readonly number[] = [400, 410, 413, 422];

function answerOf(status: number): NotSent {
  if (status >= 200 && status < 300) return undefined;
  const why = `the receiver responded with status ${status}`;
  if (FOR_GOOD.includes(status)) return { refused: why };
  return status >= 300 && status < 400 ? `${why}, and redirects are not followed` : why;
}

const whyOf = ({ code = 'no response' }: NodeJS.ErrnoException): string =>
  code === NOT_PUBLIC
    ? 'the host of the webhook has no public address; add it to KEYWRIGHT_OUTBOX_ALLOW if this is intended'
    : `the receiver could not be reached (${code})`;

/** Messages, and settings of where they go, as tests of the outbox need them. */
import { Secret } from '../../src/domain/secret.js';
import { DAY_MS } from '../../src/domain/time.js';
import { type OutboxSettings, outboxSettings } from '../../src/outbox/settings.js';
import type { Message } from '../../src/ports/outbox.js';
import { unwrap } from './store.js';
import { START } from './store-world.js';

export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const PAGE = 'https://app.example.com/welcome';
export const TOKEN = 'link_0123456789ab_what-somebody-comes-in-by';

export const testMessage = (more: Partial<Message> = {}): Message => ({
  ...{ id: 'us_msg_1', kind: 'invitation', to: 'ada@example.com', environment: undefined },
  ...{ token: new Secret(TOKEN), createdAt: START, expiresAt: START + 7 * DAY_MS },
  ...more,
});

/** Settings of that kind, as read from these variables. */
export function settings<Kind extends OutboxSettings['kind']>(
  kind: Kind,
  env: Readonly<Record<string, string>>,
): Extract<OutboxSettings, { readonly kind: Kind }> {
  const read = unwrap(outboxSettings(env));
  if (read?.kind !== kind) throw new Error(`these are settings of ${read?.kind}`);
  return read as Extract<OutboxSettings, { readonly kind: Kind }>;
}

export const signal = (): AbortSignal => new AbortController().signal;

/** A server tells the store every now and then that it is there, for `GET /instances` (F16). */
import { hostname } from 'node:os';
import type { World } from '../authority/authority.js';
import { base62 } from '../domain/secret.js';
import { SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { Accounts, Instance } from '../ports/accounts.js';

const EVERY_MS = 15 * SECOND_MS;

/** Gives what ends it. A store that does not answer hears of us the next time. */
export function reportBeingThere(
  accounts: Pick<Accounts, 'seen'>,
  { clock, entropy }: Pick<World, 'clock' | 'entropy'>,
): () => Promise<void> {
  const over = new AbortController();
  const instance: Instance = {
    id: `us_ins_${base62(16, entropy)}`,
    kind: 'server',
    name: `${hostname()}:${process.pid}`,
    version: VERSION,
    startedAt: clock.now(),
  };
  const reporting = (async () => {
    while (!over.signal.aborted) {
      await accounts.seen(instance);
      await clock.sleep(EVERY_MS, over.signal).catch(() => undefined);
    }
  })();
  return async () => {
    over.abort();
    await reporting;
  };
}

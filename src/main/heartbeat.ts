/** A server, or a verifier in somebody else's process, tells the store now and then that it is there (`GET /instances`, F16). */

import { hostname } from 'node:os';
import { pause } from '../async/pause.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import type { Result } from '../domain/result.js';
import { base62 } from '../domain/secret.js';
import { SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { Instance } from '../ports/accounts.js';

const EVERY_MS = 15 * SECOND_MS;

export interface Reporting {
  readonly kind: 'server' | 'verifier';
  readonly seen: (instance: Instance) => Promise<Result<void>>;
  /** Up to where its memory is complete. */
  readonly revision: () => number;
}

/** Gives what ends it. A store that does not answer hears of us the next time. */
export function startHeartbeat(
  { kind, seen, revision }: Reporting,
  { clock, entropy }: Pick<Dependencies, 'clock' | 'entropy'>,
): () => Promise<void> {
  const over = new AbortController();
  const instance: Instance = {
    id: `us_ins_${base62(16, entropy)}`,
    kind,
    name: `${hostname()}:${process.pid}`,
    version: VERSION,
    startedAt: clock.now(),
  };
  const reporting = (async () => {
    while (!over.signal.aborted) {
      await seen({ ...instance, revision: revision() });
      await pause(clock, EVERY_MS, over.signal);
    }
  })();
  return async () => {
    over.abort();
    await reporting;
  };
}

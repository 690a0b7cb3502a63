/**
 * The package export `keywright/verifier`: is this key good, answered inside your own process from an
 * embedded store's folder, or from a store on a server.
 *
 *     const opened = await openVerifier({ store: '.keywright' });
 *     if (opened.ok && opened.value.verify(token, { environment: 'production' }).valid) …
 */
import { ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { CredentialFeed } from '../ports/credential-feed.js';
import { isPostgresAddress } from '../storage/postgres/address.js';
import { createVerifier, type Verifier } from '../verifier/verifier.js';
import { openEmbeddedFeed } from './embedded-store.js';
import { openPostgresFeed } from './postgres-store.js';
import { sodiumSealing, systemClock, systemEntropy } from './system.js';

export type { Fault, FaultCode } from '../domain/errors.js';
export type { Result } from '../domain/result.js';
export { Secret } from '../domain/secret.js';
export type { VerificationCode, VerificationRequest } from '../domain/verification.js';
export type { Verification } from '../ports/live-store.js';
export type { IndexSize } from '../verifier/credential-index.js';
export { type Answer, STALE_AFTER_MS, type Unavailable, type Verifier } from '../verifier/verifier.js';

export interface VerifierOptions {
  /** The store's folder, or `postgres://USER@HOST:PORT/DATABASE`. */
  readonly store: string;
  /** 32 bytes in base64. Absent: the one in the folder; for a server, in `.keywright`. */
  readonly masterKey?: Secret;
  /** How often changes are read and uses reported, and so how late a revocation by another process is seen. 500 ms if absent. */
  readonly refreshEveryMs?: DurationMs;
  /** Whose uses are reported when a call of `verify` does not say; a name as in `rotation.consumers`. */
  readonly consumer?: string;
}

const REFRESH_EVERY_MS: DurationMs = 500;

/**
 * Reads every credential and follows the store until `close`, which the process needs to end. Faults:
 * `store_absent`, `store_foreign`, `store_unreachable`, `store_tampered`, `master_key`.
 */
export async function openVerifier(options: VerifierOptions): Promise<Result<Verifier>> {
  const { refreshEveryMs = REFRESH_EVERY_MS, consumer } = options;
  const feed = await openFeed(options);
  if (!feed.ok) return feed;
  const verifier = await createVerifier(feed.value, systemClock, consumer === undefined ? {} : { consumer });
  if (!verifier.ok) {
    await feed.value.close();
    return verifier;
  }
  return ok(following(verifier.value, refreshEveryMs));
}

function openFeed({ store, masterKey }: VerifierOptions): Promise<Result<CredentialFeed>> {
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const world = { ...adapters, ...(masterKey && { masterKey }) };
  return isPostgresAddress(store)
    ? openPostgresFeed({ ...world, address: new Secret(store), folder: '.keywright' })
    : openEmbeddedFeed({ ...world, folder: store });
}

/** The same verifier, kept true by itself. */
function following(verifier: Verifier, everyMs: DurationMs): Verifier {
  const stopping = new AbortController();
  const followed = verifier.follow(everyMs, stopping.signal);
  return {
    verify: (token, request, consumer) => verifier.verify(token, request, consumer),
    refresh: () => verifier.refresh(),
    follow: (ms, signal) => verifier.follow(ms, signal),
    size: () => verifier.size(),
    close: async () => {
      stopping.abort();
      await followed;
      return verifier.close();
    },
  };
}

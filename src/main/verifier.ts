/**
 * The package export `keywright/verifier`: is this key good, answered inside your own process from an
 * embedded store's folder.
 *
 *     const opened = await openVerifier({ store: '.keywright' });
 *     if (opened.ok && opened.value.verify(token, { environment: 'production' }).valid) …
 */
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import { createVerifier, type Verifier } from '../verifier/verifier.js';
import { openEmbeddedFeed } from './embedded-store.js';
import { sodiumSealing, systemClock, systemEntropy } from './system.js';

export type { Fault, FaultCode } from '../domain/errors.js';
export type { Result } from '../domain/result.js';
export { Secret } from '../domain/secret.js';
export type { VerificationCode, VerificationRequest } from '../domain/verification.js';
export type { Verification } from '../ports/live-store.js';
export type { IndexSize } from '../verifier/credential-index.js';
export { type Answer, STALE_AFTER_MS, type Unavailable, type Verifier } from '../verifier/verifier.js';

export interface VerifierOptions {
  /** The store's folder. */
  readonly store: string;
  /** 32 bytes in base64. Absent: the one in the folder. */
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
  const { store, masterKey, refreshEveryMs = REFRESH_EVERY_MS, consumer } = options;
  const adapters = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };
  const feed = await openEmbeddedFeed({ ...adapters, folder: store, ...(masterKey && { masterKey }) });
  if (!feed.ok) return feed;
  const verifier = await createVerifier(feed.value, systemClock, consumer === undefined ? {} : { consumer });
  if (!verifier.ok) {
    await feed.value.close();
    return verifier;
  }
  return ok(following(verifier.value, refreshEveryMs));
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

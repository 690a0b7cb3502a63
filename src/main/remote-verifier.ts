/** Verifies by asking a server over HTTP, with answers remembered for a moment. */

import { remoteVerification } from '../adapters/remote-verification.js';
import { systemClock, systemEntropy } from '../adapters/system.js';
import { fail, ok, type Result } from '../domain/result.js';
import { base62, Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { Verifying } from '../verifier/middleware.js';
import { RemoteVerifier } from '../verifier/remote.js';

export interface AskingOptions {
  readonly address: string;
  readonly token: Secret;
  readonly refreshEveryMs: DurationMs;
}

/** `store_unreachable`, `unauthenticated` or `forbidden`: a server that may not verify says so when it starts. */
export async function askingVerifier(options: AskingOptions): Promise<Result<Verifying>> {
  const authority = remoteVerification(options.address, options.token);
  const allowed = await authority.verify('may we ask?', {});
  if (!allowed.ok) return fail(allowed.error);
  const pepper = new Secret(base62(43, systemEntropy));
  const verifier = new RemoteVerifier(authority, { clock: systemClock, pepper });
  const stopping = new AbortController();
  const followed = verifier.follow(options.refreshEveryMs, stopping.signal);
  return ok({
    verify: (token, question) => verifier.verify(token, question),
    refresh: async () => ok(verifier.forget()),
    close: async () => {
      stopping.abort();
      await followed;
      return verifier.close();
    },
  });
}

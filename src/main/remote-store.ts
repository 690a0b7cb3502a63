/** Opens the live store of a server, with the token that the command line or the environment gives. */

import { systemClock } from '../adapters/system.js';
import type { StorePlace } from '../cli/dependencies.js';
import { openRemoteStore } from '../client/remote-store.js';
import type { Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { LiveStore } from '../ports/live-store.js';

/** `KEYWRIGHT_TOKEN` where no flag was given. Faults as those of `openRemoteStore`. */
export function openRemote(
  { location, namedBy = 'operator', token, plainHttp = 'loopback' }: StorePlace,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Result<LiveStore>> {
  const fromEnvironment = env['KEYWRIGHT_TOKEN'];
  const given = token ?? (fromEnvironment ? new Secret(fromEnvironment.trim()) : undefined);
  const binding = { namedBy, tokenHost: env['KEYWRIGHT_TOKEN_HOST']?.trim() || undefined };
  return openRemoteStore({ location, token: given, plainHttp, binding, clock: systemClock });
}

/** To which servers PGPASSWORD goes: as with tokens, an address in a document is no reason to send it (ADR 29). */
import type { StorePlace } from '../cli/dependencies.js';
import { isLoopback } from '../client/address.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

/** `usage`, before anything is sent, where a document names a server that PGHOST does not. */
export function refuseUnboundPassword(
  { location, namedBy = 'operator' }: StorePlace,
  env: Readonly<Record<string, string | undefined>>,
): Result<void> {
  const { PGPASSWORD: password, PGHOST: host } = env;
  if (namedBy === 'operator' || !password || !URL.canParse(location)) return ok(undefined);
  const { hostname, searchParams, password: own } = new URL(location);
  const named = [...searchParams.getAll('host'), decodeURIComponent(hostname)].find(
    (one) => !isHere(one) && one !== host,
  );
  // An address with a password of its own needs no other.
  if (own !== '' || named === undefined) return ok(undefined);
  return fail(
    fault(
      'usage',
      `keywright.yaml names the server ${named}, and nothing says that PGPASSWORD belongs there, so it was not sent. If it does, set PGHOST=${named} beside it, or name the store with --store or KEYWRIGHT_STORE`,
    ),
  );
}

/** A socket is on this machine, as is what listens on it. */
const isHere = (host: string): boolean => host === '' || host.startsWith('/') || isLoopback(host);

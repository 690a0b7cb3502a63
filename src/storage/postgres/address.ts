/** The address of a server's database. It may hold a password, so only a part of it is ever shown. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';

export const isPostgresAddress = (location: string): boolean => /^postgres(?:ql)?:\/\//i.test(location);

/**
 * `HOST:PORT/DATABASE` of an address, which is all that messages say of it. `usage` if it is not a URL
 * that names a database; whatever could be a part of a badly encoded password makes it one.
 */
export function shownAddress(address: Secret): Result<string> {
  const url = parse(address.reveal());
  if (url === undefined || url.hash !== '' || !/^\/[^/@:]+$/.test(url.pathname)) return fail(MALFORMED);
  const host = url.host === '' ? (url.searchParams.get('host') ?? 'localhost') : url.host;
  return ok(decodeURIComponent(host) + url.pathname);
}

function parse(text: string): URL | undefined {
  try {
    // Fails where the driver would: at a stray % in what it decodes.
    const url = new URL(text);
    decodeURIComponent(`${url.username}${url.password}${url.host}`);
    return url;
  } catch {
    // The error quotes the address, so nothing of it goes on.
    return undefined;
  }
}

const MALFORMED = fault(
  'usage',
  "the address of the store is malformed; use postgres://USER@HOST:PORT/DATABASE, with special characters written as %XX, and the password in PGPASSWORD or in PostgreSQL's password file",
);

/**
 * The address of a server's database, or of several servers of which one takes writes:
 * `postgres://USER@HOST:PORT,HOST:PORT/DATABASE?target_session_attrs=read-write`. It may hold a password, so only a
 * part of it is ever shown.
 */
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';

export const isPostgresAddress = (location: string): boolean => /^postgres(?:ql)?:\/\//i.test(location);

/** Scheme, who signs in, hosts, and the rest. */
const PARTS = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#]*)(.*)$/is;

const ATTRIBUTE = 'target_session_attrs';
/** Of libpq's words, those under which a store can work. Under each, only a server that takes writes will do. */
const ATTRIBUTES: readonly (string | null)[] = [null, 'any', 'read-write', 'primary'];

/**
 * `HOST:PORT/DATABASE` of an address, which is all that messages say of it. `usage` if it is not a URL
 * that names a database; whatever could be a part of a badly encoded password makes it one.
 */
export function shownAddress(address: Secret): Result<string> {
  const urls = addressesOf(address).map((one) => parse(one.reveal()));
  const hosts: string[] = [];
  for (const url of urls) {
    if (url === undefined || url.hash !== '' || !/^\/[^/@:]+$/.test(url.pathname)) return fail(MALFORMED);
    const asked = parse(address.reveal(), urls.length > 1)?.searchParams.get(ATTRIBUTE) ?? null;
    if (!ATTRIBUTES.includes(asked)) return fail(unfit(asked));
    hosts.push(url.host === '' ? (url.searchParams.get('host') ?? 'localhost') : url.host);
  }
  return ok(decodeURIComponent(hosts.join(',')) + (urls[0]?.pathname ?? ''));
}

/** One address for each host, as the driver reads it. */
export function addressesOf(address: Secret): readonly Secret[] {
  const parts = PARTS.exec(address.reveal());
  if (parts === null) return [address];
  const [, scheme = '', user = '', hosts = '', rest = ''] = parts;
  return hosts.split(',').map((host) => new Secret(scheme + user + host + withoutAttribute(rest)));
}

/** What the driver does not know it would hand to the server. */
function withoutAttribute(rest: string): string {
  const [path = '', ...query] = rest.split('?');
  const kept = query
    .join('?')
    .split('&')
    .filter((one) => one !== '' && !one.startsWith(`${ATTRIBUTE}=`));
  return kept.length === 0 ? path : `${path}?${kept.join('&')}`;
}

function parse(text: string, isOfSeveral = false): URL | undefined {
  try {
    // Fails where the driver would: at a stray % in what it decodes.
    const url = new URL(isOfSeveral ? text.replace(PARTS, '$1$2host$4') : text);
    decodeURIComponent(`${url.username}${url.password}${url.host}`);
    return url;
  } catch {
    // The error quotes the address, so nothing of it is passed on.
    return undefined;
  }
}

const MALFORMED = fault(
  'usage',
  "the address of the store is malformed; use postgres://USER@HOST:PORT/DATABASE, with special characters written as %XX, and the password in PGPASSWORD or in PostgreSQL's password file",
);

const unfit = (asked: string | null): Fault =>
  fault(
    'usage',
    `${ATTRIBUTE}=${JSON.stringify(asked)} is not supported because Keywright needs a server that accepts writes; use read-write or remove it`,
  );

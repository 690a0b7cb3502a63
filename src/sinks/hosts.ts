/**
 * Which hosts connections may lead to, and which of them are reached without a proxy. Both are said by the operator, in
 * environment variables, and never by a document.
 */
import { BlockList, isIP } from 'node:net';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** Where a connection leads: the name or address without brackets, and the port. */
export interface Host {
  readonly host: string;
  readonly port: number;
}

export function hostOf(url: URL): Host {
  const port = url.port === '' ? (url.protocol === 'http:' ? 80 : 443) : Number(url.port);
  return { host: bare(url.hostname), port };
}

/** `vault.example.com:8200`, with brackets around an IPv6 address. */
export const authorityOf = ({ host, port }: Host): string =>
  `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;

/**
 * Refuses an address whose host KEYWRIGHT_CONNECTION_HOSTS does not list: `sink_refused`. To be asked before any credential
 * is read. Entries are separated by commas: `vault.example.com`, `10.0.0.7:8200`, `*.example.com`; without a port, any.
 */
export function permittedHost(origin: string, env: Env): Result<void> {
  const entries = entriesOf(env['KEYWRIGHT_CONNECTION_HOSTS']);
  if (entries.length === 0) return ok(undefined);
  const there = hostOf(new URL(origin));
  if (entries.some((entry) => isListed(there, entry))) return ok(undefined);
  return fail(
    fault(
      'sink_refused',
      `${authorityOf(there)} is not one of the hosts in KEYWRIGHT_CONNECTION_HOSTS. Add it there if connections may lead to it.`,
    ),
  );
}

function isListed({ host, port }: Host, entry: string): boolean {
  const listed = partsOf(entry);
  if (listed.port !== undefined && listed.port !== port) return false;
  // `*.example.com` is not `example.com` itself, and one star only stands for whole labels.
  return listed.host.startsWith('*.')
    ? host.endsWith(listed.host.slice(1)) && host.length > listed.host.length - 1
    : host === listed.host;
}

/** This machine, and addresses that are only of this link: a proxy elsewhere would reach another host under them. */
const NEAR = new BlockList();
NEAR.addSubnet('127.0.0.0', 8);
NEAR.addSubnet('169.254.0.0', 16);
NEAR.addAddress('::1', 'ipv6');
NEAR.addSubnet('fe80::', 10, 'ipv6');

/** Is the host reached directly whatever proxy is set? NO_PROXY as curl and Go read it: names, suffixes, addresses, CIDR, `*`. */
export function isReachedDirectly({ host, port }: Host, env: Env): boolean {
  if (host === 'localhost' || host.endsWith('.localhost') || isIn(NEAR, host)) return true;
  return entriesOf(env['NO_PROXY'] ?? env['no_proxy']).some((entry) => {
    if (entry === '*') return true;
    if (entry.includes('/')) return isInSubnet(host, entry);
    const listed = partsOf(entry);
    if (listed.port !== undefined && listed.port !== port) return false;
    const name = listed.host.replace(/^\*?\./, '');
    return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
  });
}

const entriesOf = (list: string | undefined): readonly string[] =>
  (list ?? '')
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .map((entry) => entry.toLowerCase());

function partsOf(entry: string): { readonly host: string; readonly port: number | undefined } {
  const found = /^(?<host>\[[^\]]+\]|[^:]+)(?::(?<port>\d{1,5}))?$/.exec(entry)?.groups;
  // An IPv6 address without brackets has colons and no port.
  if (found === undefined) return { host: bare(entry), port: undefined };
  return {
    host: bare(found['host'] ?? ''),
    port: found['port'] === undefined ? undefined : Number(found['port']),
  };
}

const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1').toLowerCase();

function isInSubnet(host: string, entry: string): boolean {
  const [network = '', bits = ''] = entry.split('/');
  const family = isIP(network);
  const prefix = Number(bits);
  if (family === 0 || !/^\d{1,3}$/.test(bits) || prefix > (family === 4 ? 32 : 128)) return false;
  const subnet = new BlockList();
  subnet.addSubnet(network, prefix, family === 4 ? 'ipv4' : 'ipv6');
  return isIn(subnet, host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

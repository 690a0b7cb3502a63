/**
 * The address that a request comes from. Behind a proxy that is what the proxy says in `Forwarded` (RFC 7239) or
 * `X-Forwarded-For`, read from the right: each address was added by the one to its right, so the first that is no
 * trusted proxy is the caller, and whatever stands before it is the caller's own invention. Without
 * `KEYWRIGHT_TRUSTED_PROXIES` no header is believed.
 */
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, SocketAddress } from 'node:net';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export interface CallerAddresses {
  /** The caller's address in one spelling; empty for a connection that is gone. */
  addressOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
  /** Tells whether the connection comes from a trusted proxy, so that many callers share it. */
  isProxy(peer: string): boolean;
}

export interface Trust {
  /** Addresses and networks with commas between: `10.0.0.0/8, 2001:db8::7`, or `loopback`. Empty: no proxy is trusted. */
  readonly proxies: string;
  /** Said once, when a header is ignored that a proxy may have set. */
  warn(message: string): void;
}

const NETWORKS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** `usage` for what is no address and no network. */
export function callerAddresses({ proxies, warn }: Trust): Result<CallerAddresses> {
  const trusted = new BlockList();
  const names = proxies.split(/[\s,]+/).filter((one) => one !== '');
  for (const name of names.flatMap((one) => NETWORKS[one] ?? [one]))
    if (!addTo(trusted, name))
      return fail(
        fault(
          'usage',
          `--trusted-proxies: ${JSON.stringify(name)} is not an IP address or network; use addresses such as 10.0.0.7, 10.0.0.0/8 or 2001:db8::/32, separated by commas`,
        ),
      );
  const isProxy = (peer: string): boolean => isIn(trusted, peer);
  let isWarned = names.length > 0;
  return ok({
    isProxy,
    addressOf: ({ headers, socket }) => {
      const peer = canonicalAddress(socket.remoteAddress ?? '') ?? '';
      const isForwarded = headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined;
      if (!isForwarded) return peer;
      if (isProxy(peer)) return forwardedAddress(headers, { peer, isProxy });
      if (!isWarned)
        warn(
          `Forwarded and X-Forwarded-For are ignored: ${peer} sent one and is not a trusted proxy. If it is a proxy of yours, set KEYWRIGHT_TRUSTED_PROXIES to its address.`,
        );
      isWarned = true;
      return peer;
    },
  });
}

/** For who is asked directly: the peer is the caller, whatever a header says. */
export const PEER_ADDRESSES: CallerAddresses = {
  isProxy: () => false,
  addressOf: ({ socket }) => canonicalAddress(socket.remoteAddress ?? '') ?? '',
};

function addTo(list: BlockList, name: string): boolean {
  const [address = '', bits, ...more] = name.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (bits === undefined) list.addAddress(address, family);
  else if (!/^\d{1,3}$/.test(bits) || Number(bits) > (version === 4 ? 32 : 128)) return false;
  else list.addSubnet(address, Number(bits), family);
  return true;
}

function isIn(list: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** One spelling for one address, IPv4 in IPv6 as IPv4; undefined for an invalid one. */
export function canonicalAddress(text: string): string | undefined {
  const version = isIP(text);
  if (version === 0) return undefined;
  if (version === 4) return text;
  const { address } = new SocketAddress({ address: text.split('%', 1)[0] ?? text, family: 'ipv6' });
  const inside = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : '';
  return isIP(inside) === 4 ? inside : address;
}

interface Peer {
  readonly peer: string;
  isProxy(address: string): boolean;
}

/**
 * Of the two headers a proxy sets one, and passes the other on as the caller sent it. Where they disagree it is unknown
 * which is the proxy's, and neither is believed.
 */
function forwardedAddress(headers: IncomingMessage['headers'], from: Peer): string {
  const callers = [
    headers.forwarded === undefined ? undefined : hopsOfForwarded(headers.forwarded),
    headers['x-forwarded-for'] === undefined
      ? undefined
      : hopsOfList([headers['x-forwarded-for']].flat().join(',')),
  ].flatMap((hops) => (hops === undefined ? [] : [callerAmong(hops, from)]));
  const [first = from.peer, second = first] = callers;
  return first === second ? first : from.peer;
}

/** An address, or undefined where a proxy says none that is one (`unknown`, `_hidden`). */
type Hop = string | undefined;

/** Stops at what is no address: who says that is the last that is known. */
function callerAmong(hops: readonly Hop[], { peer, isProxy }: Peer): string {
  let last = peer;
  for (const hop of hops.toReversed()) {
    if (hop === undefined) return last;
    last = hop;
    if (!isProxy(hop)) return hop;
  }
  return last;
}

const hopsOfList = (text: string): readonly Hop[] => text.split(',').map((one) => hopOf(one.trim()));

/** `for=192.0.2.43, for="[2001:db8:cafe::17]:4711";proto=https`; undefined elements for a header that is not as RFC 7239 has it. */
function hopsOfForwarded(text: string): readonly Hop[] {
  if (text.length > FORWARDED_MAX) return [undefined];
  const hops: Hop[] = [];
  let found: Hop;
  let rest = text;
  while (rest.trim() !== '') {
    const pair = PAIR.exec(rest)?.groups;
    if (pair === undefined) return [undefined];
    if (pair['name']?.toLowerCase() === 'for')
      found = hopOf(pair['quoted']?.replaceAll(/\\(.)/g, '$1') ?? pair['token'] ?? '');
    if (pair['end'] !== ';') {
      hops.push(found);
      found = undefined;
    }
    rest = rest.slice(pair['all']?.length);
  }
  return hops;
}

/** Longer than any chain of proxies makes it. */
const FORWARDED_MAX = 4_096;

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Some proxies leave out the quotes that an address of IPv6 needs. */
const VALUE = '(?:"(?<quoted>(?:[^"\\\\]|\\\\.)*)"|(?<token>[^\\s",;]*))';
const PAIR = new RegExp(`^(?<all>\\s*(?<name>${TOKEN})=${VALUE}\\s*(?<end>[;,]|$))`);

/** The address without its port: `192.0.2.43:47011`, `[2001:db8::17]:4711`. */
function hopOf(text: string): Hop {
  const { bracketed, plain } = NODE.exec(text)?.groups ?? {};
  return canonicalAddress(bracketed ?? plain ?? text);
}

const NODE = /^(?:\[(?<bracketed>[0-9A-Fa-f:.]+)\](?::\w+)?|(?<plain>[0-9.]+):\w+)$/;

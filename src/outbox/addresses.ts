/**
 * Which addresses a webhook may be at. Its host is resolved once, what it resolves to is checked, and that is connected
 * to: a name that first points out into the world and then at this network gets nowhere.
 */
import { lookup as systemLookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface HostAddress {
  readonly address: string;
  readonly family: number;
}

/** Every address of a host. */
export type Resolve = (host: string) => Promise<readonly HostAddress[]>;

export const systemResolve: Resolve = (host) => systemLookup(host, { all: true });

/** Of this machine, private, link-local (there are clouds' metadata), carrier-grade NAT, documentation, multicast, reserved. */
const CLOSED_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/** Within what is given out at all (2000::/3): tunnels that lead to IPv4, and documentation. */
const CLOSED_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const listOf = (subnets: readonly string[], family: 'ipv4' | 'ipv6'): BlockList => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [net = '', bits = ''] = subnet.split('/');
    list.addSubnet(net, Number(bits), family);
  }
  return list;
};

const closed4 = listOf(CLOSED_4, 'ipv4');
const closed6 = listOf(CLOSED_6, 'ipv6');
const given6 = listOf(['2000::/3'], 'ipv6');
const loopback4 = listOf(['127.0.0.0/8'], 'ipv4');
const loopback6 = listOf(['::1/128'], 'ipv6');

/** Can it be reached from anywhere? */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !closed4.check(address, 'ipv4');
  return isIP(address) === 6 && given6.check(address, 'ipv6') && !closed6.check(address, 'ipv6');
}

/** Is it this machine, as the host itself says? No name is asked for. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  (isIP(host) === 4 && loopback4.check(host, 'ipv4')) ||
  (isIP(host) === 6 && loopback6.check(host, 'ipv6'));

export const NOT_PUBLIC = 'EADDRNOTPUBLIC';

/** Resolves for one connection; fails with `NOT_PUBLIC` where none of the addresses is public. */
export const publicLookup =
  (resolve: Resolve): LookupFunction =>
  (host, { all }, done) => {
    resolve(host).then(
      (found) => {
        const open = found.filter(({ address }) => isPublicAddress(address)).map((one) => ({ ...one }));
        const [first] = open;
        if (first === undefined)
          done(Object.assign(new Error('not a public address'), { code: NOT_PUBLIC }), '');
        else if (all === true) done(null, open);
        else done(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => done(error, ''),
    );
  };

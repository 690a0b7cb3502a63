/** Which address a request is taken to come from, by what its headers and its connection say. */

import { networkOf } from '../../src/domain/network-address.js';
import { callerAddresses, canonicalAddress } from '../../src/http/caller-address.js';
import { unwrap } from '../support/store.js';

interface Coming {
  readonly from?: string;
  readonly xff?: string;
  readonly forwarded?: string;
}

function addressOf(
  proxies: string,
  { from = '10.0.0.1', xff, forwarded }: Coming,
  warnings: string[] = [],
): string {
  const addresses = unwrap(callerAddresses({ proxies, warn: (text) => void warnings.push(text) }));
  const headers = {
    ...(xff !== undefined && { 'x-forwarded-for': xff }),
    ...(forwarded !== undefined && { forwarded }),
  };
  return addresses.addressOf({ headers, socket: { remoteAddress: from } as never });
}

const PROXIES = '10.0.0.0/8, 2001:db8:1::/48';

test.each<[string, Coming, string]>([
  ['no header: the peer', {}, '10.0.0.1'],
  ['one proxy', { xff: '203.0.113.7' }, '203.0.113.7'],
  ['a peer that is no proxy is not believed', { from: '192.0.2.1', xff: '203.0.113.7' }, '192.0.2.1'],
  ['what the caller invented stands to the left', { xff: '1.2.3.4, 203.0.113.7' }, '203.0.113.7'],
  ['two proxies', { xff: '1.2.3.4, 203.0.113.7, 10.9.9.9' }, '203.0.113.7'],
  ['nothing but proxies: the first of them', { xff: '10.1.1.1, 10.2.2.2' }, '10.1.1.1'],
  ['a port is no part of it', { xff: '203.0.113.7:4711' }, '203.0.113.7'],
  ['IPv6 with a port', { xff: '[2001:DB8::0:7]:4711' }, '2001:db8::7'],
  ['IPv6 without brackets', { xff: '2001:db8::7' }, '2001:db8::7'],
  ['IPv4 in IPv6, of peer and caller', { from: '::ffff:10.0.0.1', xff: '::ffff:203.0.113.7' }, '203.0.113.7'],
  ['what is no address ends it', { xff: '203.0.113.7, unknown, 10.3.3.3' }, '10.3.3.3'],
  ['an empty header', { xff: '' }, '10.0.0.1'],
  ['numbers that are no address', { xff: '010.1.1.1' }, '10.0.0.1'],
  ['Forwarded', { forwarded: 'for=203.0.113.7' }, '203.0.113.7'],
  [
    'Forwarded, quoted, with more',
    { forwarded: 'proto=https;For="[2001:db8:cafe::17]:4711";by=_x' },
    '2001:db8:cafe::17',
  ],
  [
    'Forwarded by two proxies',
    { forwarded: 'for=1.2.3.4, for=203.0.113.7;host=a, for=10.4.4.4' },
    '203.0.113.7',
  ],
  [
    'Forwarded with a comma in a quoted text',
    { forwarded: 'for="1.2.3.4, for=6.6.6.6", for=203.0.113.7' },
    '203.0.113.7',
  ],
  ['Forwarded with a quote that never ends', { forwarded: 'for="1.2.3.4, for=203.0.113.7' }, '10.0.0.1'],
  ['Forwarded that hides the caller', { forwarded: 'for=_hidden' }, '10.0.0.1'],
  ['Forwarded without for', { forwarded: 'for=203.0.113.7, proto=https' }, '10.0.0.1'],
  ['both, which agree', { forwarded: 'for=203.0.113.7', xff: '203.0.113.7' }, '203.0.113.7'],
  ['both, one of them the caller’s own', { forwarded: 'for=1.2.3.4', xff: '203.0.113.7' }, '10.0.0.1'],
  ['a proxy of IPv6', { from: '2001:db8:1::9', xff: '203.0.113.7' }, '203.0.113.7'],
])('addressOf: %s', (_, coming, address) => {
  expect(addressOf(PROXIES, coming)).toBe(address);
});

test('addressOf: without trusted proxies a header is ignored, and a warning says so once', () => {
  const warnings: string[] = [];
  const addresses = unwrap(callerAddresses({ proxies: '', warn: (text) => void warnings.push(text) }));
  const ask = (headers: Record<string, string>) =>
    addresses.addressOf({ headers, socket: { remoteAddress: '127.0.0.1' } as never });
  expect(ask({})).toBe('127.0.0.1');
  expect(warnings).toEqual([]);
  expect([ask({ 'x-forwarded-for': '203.0.113.7' }), ask({ forwarded: 'for=203.0.113.7' })]).toEqual([
    '127.0.0.1',
    '127.0.0.1',
  ]);
  expect(warnings).toEqual([expect.stringContaining('KEYWRIGHT_TRUSTED_PROXIES')]);
});

test.each(['10.0.0.0/33', '10.0.0', 'proxy.example.com', '10.0.0.1/', '::1/129', 'fe80::1%eth0'])(
  'trusted proxies: %s is refused',
  (proxies) => {
    const made = callerAddresses({ proxies, warn: () => undefined });
    expect(made.ok ? '' : made.error.code).toBe('usage');
  },
);

test.each<[string, string]>([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2ff::1', '2001:db8:1:200::/56'],
  ['2001:db8:1:201:ffff::9', '2001:db8:1:200::/56'],
  ['::1', '0:0:0:0::/56'],
  ['fe80::1%eth0', 'fe80:0:0:0::/56'],
  ['nowhere', 'nowhere'],
])('networkOf: %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('canonicalAddress: one spelling for one address', () => {
  expect(['2001:DB8:0:0::1', '2001:db8::1', '::FFFF:192.0.2.1', 'x'].map(canonicalAddress)).toEqual([
    '2001:db8::1',
    '2001:db8::1',
    '192.0.2.1',
    undefined,
  ]);
});

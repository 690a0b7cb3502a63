/** What a webhook may be at: addresses of this machine, of private networks and of clouds' metadata are no place for it. */
import { isLoopback, isPublicAddress, NOT_PUBLIC, publicLookup } from '../../src/outbox/addresses.js';

const CLOSED = [
  ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
  ...['169.254.169.254', '100.64.0.1', '192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.9'],
  ...['224.0.0.1', '240.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::a00:1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
  ],
  ...['2001::1', '2001:db8::1', '2002:7f00:1::', 'ff02::1', '3fff::1'],
  ...['', 'localhost', '127.1', '0x7f.0.0.1', '10.0.0.1/8'],
];

test('no closed address is taken for a public one', () => {
  expect(CLOSED.filter(isPublicAddress)).toEqual([]);
  const open = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450::1'];
  expect(open.filter(isPublicAddress)).toEqual(open);
});

test('this machine is what the host says it is, and not what a name resolves to', () => {
  const here = ['localhost', '127.0.0.1', '127.9.9.9', '::1'];
  expect(here.filter(isLoopback)).toEqual(here);
  expect(['localhost.example', '10.0.0.1', '0.0.0.0', '::', 'example.com'].filter(isLoopback)).toEqual([]);
});

const lookedUp = (addresses: readonly string[], all: boolean) =>
  new Promise((resolve) =>
    publicLookup(async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )('hooks.example', { all }, (error, found) => resolve(error?.code ?? found)),
  );

test('a name gives its public addresses alone, and none if it has none', async () => {
  for (const all of [true, false])
    for (const address of ['127.0.0.1', '169.254.169.254', '10.1.2.3', '::1', '::ffff:10.0.0.1'])
      expect(await lookedUp([address], all)).toBe(NOT_PUBLIC);
  expect(await lookedUp(['10.0.0.1', '8.8.8.8'], true)).toEqual([{ address: '8.8.8.8', family: 4 }]);
  expect(await lookedUp(['10.0.0.1', '8.8.8.8'], false)).toBe('8.8.8.8');
  expect(await lookedUp([], true)).toBe(NOT_PUBLIC);
});

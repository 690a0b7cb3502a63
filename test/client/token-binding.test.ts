/** A token goes to the address that it was given for: an address in a document is not one by itself. */
import { parseAddress } from '../../src/client/address.js';
import { refuseUnbound } from '../../src/client/token-binding.js';
import { Secret } from '../../src/domain/secret.js';
import { refuseUnboundPassword } from '../../src/main/password-binding.js';
import { openRemote } from '../../src/main/remote-store.js';
import { type ScriptedServer, scriptedServer } from '../support/scripted-server.js';
import { unwrap } from '../support/store.js';

const isSent = (location: string, namedBy: 'operator' | 'document', tokenHost?: string): boolean =>
  refuseUnbound(unwrap(parseAddress(location, 'anywhere')), { namedBy, tokenHost }).ok;

test.each([
  ['https://keys.example.com', 'operator', undefined, true],
  ['https://keys.example.com', 'document', undefined, false],
  ['https://localhost.example.com', 'document', undefined, false],
  ['http://127.0.0.1:8787', 'document', undefined, true],
  ['http://[::1]:8787', 'document', undefined, true],
  ['https://keys.example.com', 'document', 'keys.example.com', true],
  ['https://keys.example.com/keywright/v1', 'document', 'https://keys.example.com', true],
  ['https://KEYS.example.com:443', 'document', 'keys.example.com', true],
  ['https://keys.example.com:8443', 'document', 'keys.example.com:8443', true],
  ['https://keys.example.com:8443', 'document', 'keys.example.com', false],
  ['http://keys.example.com', 'document', 'https://keys.example.com', false],
  ['https://evil.example.com', 'document', 'keys.example.com', false],
  ['https://keys.example.com.evil.test', 'document', 'keys.example.com', false],
  ['https://evil.example.com', 'operator', 'keys.example.com', false],
  ['http://127.0.0.1:8787', 'document', 'keys.example.com', false],
  ['https://keys.example.com', 'document', 'not a host', false],
] as const)(
  '%s, named by the %s, with KEYWRIGHT_TOKEN_HOST %s: sent is %s',
  (location, namedBy, host, sent) => {
    expect(isSent(location, namedBy, host)).toBe(sent);
  },
);

test('the refusal names both addresses and what to do, never the token', () => {
  const refused = refuseUnbound(unwrap(parseAddress('https://evil.test', 'loopback')), {
    namedBy: 'document',
    tokenHost: undefined,
  });
  expect(refused).toMatchObject({
    error: {
      code: 'usage',
      message: expect.stringMatching(/https:\/\/evil\.test.*KEYWRIGHT_TOKEN_HOST=evil\.test/),
    },
  });
});

describe('a server that a document names', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(() => server.stop());

  test('hears nothing while the token belongs elsewhere, by flag or by environment', async () => {
    const place = { folder: '.', location: server.url, namedBy: 'document' } as const;
    const env = { KEYWRIGHT_TOKEN: 'canary', KEYWRIGHT_TOKEN_HOST: 'keys.example.com' };
    expect(await openRemote(place, env)).toMatchObject({ error: { code: 'usage' } });
    expect(await openRemote({ ...place, token: new Secret('canary') }, env)).toMatchObject({
      error: { code: 'usage' },
    });
    expect(server.heard).toEqual([]);
  });
});

test.each([
  ['postgres://keywright@db.example.com/keywright', { PGPASSWORD: 'x' }, 'document', false],
  ['postgres:///keywright?host=db.example.com', { PGPASSWORD: 'x' }, 'document', false],
  [
    'postgres://keywright@db.example.com/keywright',
    { PGPASSWORD: 'x', PGHOST: 'db.example.com' },
    'document',
    true,
  ],
  [
    'postgres://keywright@evil.test/keywright',
    { PGPASSWORD: 'x', PGHOST: 'db.example.com' },
    'document',
    false,
  ],
  ['postgres:///keywright?host=localhost&host=evil.test', { PGPASSWORD: 'x' }, 'document', false],
  ['postgres://keywright@db.example.com/keywright', { PGPASSWORD: 'x' }, 'operator', true],
  ['postgres://keywright@db.example.com/keywright', {}, 'document', true],
  ['postgres://keywright@127.0.0.1:5432/keywright', { PGPASSWORD: 'x' }, 'document', true],
  ['postgres:///keywright?host=/run/postgresql', { PGPASSWORD: 'x' }, 'document', true],
] as const)('%s with %j, named by the %s: the password is sent is %s', (location, env, namedBy, sent) => {
  expect(refuseUnboundPassword({ folder: '.', location, namedBy }, env).ok).toBe(sent);
});

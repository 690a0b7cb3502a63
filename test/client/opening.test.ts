/** Which addresses are taken, and what is said of those that lead to no server. */

import { systemClock } from '../../src/adapters/system.js';
import { parseAddress } from '../../src/client/address.js';
import { openRemoteStore } from '../../src/client/remote-store.js';
import {
  FACTS,
  json,
  problem,
  type ScriptedServer,
  scriptedServer,
  type TOKEN,
} from '../support/scripted-server.js';
import { unwrap } from '../support/store.js';

const parsed = (location: string, plainHttp: 'loopback' | 'anywhere' = 'loopback') =>
  parseAddress(location, plainHttp);

test.each([
  ['https://keys.example.com', '/v1'],
  ['https://keys.example.com/', '/v1'],
  ['https://keys.example.com:8443/keywright', '/keywright/v1'],
  ['https://keys.example.com/api/v1/', '/api/v1'],
  ['http://127.0.0.1:8787', '/v1'],
  ['http://localhost:8787', '/v1'],
  ['http://[::1]:8787', '/v1'],
])('%s is asked at %s', (location, prefix) => {
  expect(unwrap(parsed(location)).prefix).toBe(prefix);
});

test.each([
  ['http://keys.example.com', /--insecure-http/],
  ['http://10.0.0.1:8787', /--insecure-http/],
  ['http://127.0.0.1.example.com', /--insecure-http/],
  ['https://ada:secret@keys.example.com', /KEYWRIGHT_TOKEN/],
  ['https://keys.example.com?token=secret', /query or fragment/],
  ['https://', /malformed/],
])('%s is refused, with what to do and nothing secret', (location, what) => {
  const refused = parsed(location);
  expect(refused).toMatchObject({
    ok: false,
    error: { code: 'usage', message: expect.stringMatching(what) },
  });
  expect(JSON.stringify(refused)).not.toContain('secret@');
  expect(JSON.stringify(refused)).not.toContain('=secret');
});

test('plain http goes to another machine only when it is allowed', () => {
  expect(parsed('http://10.0.0.1:8787', 'anywhere').ok).toBe(true);
});

describe('a server', () => {
  let server: ScriptedServer;
  beforeEach(async () => {
    server = await scriptedServer();
  });
  afterEach(() => server.stop());

  test.each([
    ['speaks another version of the wire', json({ data: { ...FACTS, wire: 2 } }), 'store_foreign'],
    ['has no such routes', problem(404, 'not_found'), 'store_foreign'],
    ['answers something else', json({ hello: 'world' }), 'store_foreign'],
    ['refuses the token', problem(401, 'unauthenticated'), 'unauthenticated'],
    ['does not let the caller read plans', problem(403, 'forbidden'), 'forbidden'],
  ])('that %s is not opened', async (_, answer, code) => {
    server.script(answer);
    expect(await server.open()).toMatchObject({ ok: false, error: { code } });
  });

  test('is not asked without a token, nor with one that cannot be sent', async () => {
    for (const token of [undefined, { reveal: () => 'a\r\nb' } as typeof TOKEN])
      expect(
        await openRemoteStore({ location: server.url, token, plainHttp: 'loopback', clock: systemClock }),
      ).toMatchObject({ error: { code: 'usage' } });
    expect(server.heard).toEqual([]);
  });
});

/** A Keywright token is no value for a field, and no part of a request's log. */

import { systemEntropy } from '../../src/adapters/system.js';
import { mintKey, mintLinkToken } from '../../src/domain/secret.js';
import { loggedText, pathOf } from '../../src/http/send-response.js';
import { httpPlace, ROOT } from '../support/http-world.js';

const place = httpPlace();
const token = mintKey('secret', true, systemEntropy).token.reveal();
const link = mintLinkToken(systemEntropy).token.reveal();

test('an object whose fields hold a token is neither made nor changed', async () => {
  const server = await place.start();
  const made = await server.asRoot('POST /v1/services', { name: 'billing', description: `was ${token}` });
  expect([made.status, made.body.code]).toEqual([400, 'bad_request']);
  expect(made.text).not.toContain(token.slice(-49));
  expect((await server.asRoot('POST /v1/services', { name: 'billing' })).status).toBe(201);
  const changed = await server.asRoot('PATCH /v1/services/billing', { description: token });
  expect([changed.status, changed.text.includes(token.slice(-49))]).toEqual([400, false]);
  expect((await server.asRoot('GET /v1/services/billing')).text).not.toContain(token.slice(0, 20));
});

test.each([token, link, ROOT, 'x'.repeat(32), 'ein sehr langes Wort über alles als Passwort!'])(
  'the log of a request to /v1/keys/%s does not show it',
  (secret) => {
    const logged = loggedText(pathOf(`/v1/keys/${encodeURIComponent(secret)}/rotate?token=${secret}`));
    expect(decodeURIComponent(logged)).not.toContain(secret.slice(-32));
    expect(logged).toMatch(/^\/v1\/keys\/.*\/rotate$/);
  },
);

test('ordinary paths are logged whole', () => {
  const path = '/v1/spaces/us_sp_4TzKkPpPsvRUmD2n/workbooks';
  expect(loggedText(pathOf(path))).toBe(path);
});

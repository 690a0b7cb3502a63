/** POST /introspect and POST /revoke as clients of OAuth call them: HTTP Basic, and the errors of RFC 6749. */
import type { Secret } from '../../src/domain/secret.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { apiKey, keyRef, service, unwrap } from '../support/store.js';

const place = httpPlace();
const FORM = 'application/x-www-form-urlencoded';

/** A gateway that may verify and revoke, and an application's key. */
async function started() {
  const server = await place.start();
  const { hand } = server;
  await hand.create(service('gateway'));
  const permissions = ['keys:verify', 'keys:revoke'];
  await hand.create(apiKey('gateway', { owner: { service: 'gateway' }, permissions }));
  await hand.create(apiKey('app', { owner: { service: 'gateway' }, permissions: ['spaces:read'] }));
  const [gateway, app] = [await hand.rollOut('gateway', 1), await hand.rollOut('app', 1)];
  unwrap(await server.world.verifier.refresh());
  const { id } = await hand.fetch(keyRef('gateway'));
  return { server, gateway, gatewayId: id, app };
}

const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

const asked = (server: TestServer, line: string, { by, body }: { by: string; body: string }) =>
  server.ask(line, { body, headers: { authorization: by, 'content-type': FORM } });

const tokenOf = (app: Secret): string => new URLSearchParams({ token: app.reveal() }).toString();

test('a client shows its id and secret by HTTP Basic: of the key, or of its version', async () => {
  const { server, gateway, gatewayId, app } = await started();
  for (const id of [gatewayId, gateway.reveal().split('_')[2] ?? '']) {
    const by = basic(id, gateway.reveal());
    const { body } = await asked(server, 'POST /v1/introspect', { by, body: tokenOf(app) });
    expect(body).toMatchObject({ active: true, username: 'app' });
  }
  const by = basic(gatewayId, gateway.reveal());
  expect((await asked(server, 'POST /v1/revoke', { by, body: tokenOf(app) })).status).toBe(200);
  const after = await asked(server, 'POST /api/v1/introspect', { by, body: tokenOf(app) });
  expect(after.body).toEqual({ active: false });
});

test('another id, another secret and nothing that can be read are one 401, which names both ways in', async () => {
  const { server, gateway, gatewayId, app } = await started();
  const answers = new Set<string>();
  for (const by of [
    basic('us_key_another', gateway.reveal()),
    basic(gatewayId, `${gateway.reveal()}x`),
    basic('', gateway.reveal()),
    'Basic %%%',
    `Basic ${Buffer.from('no colon').toString('base64')}`,
    `Basic ${Buffer.from('%zz:%zz').toString('base64')}`,
  ]) {
    const got = await asked(server, 'POST /v1/introspect', { by, body: tokenOf(app) });
    answers.add(`${got.status} ${got.headers.get('www-authenticate')} ${got.text}`);
  }
  const [answer = ''] = answers;
  expect(answers.size).toBe(1);
  expect(answer).toMatch(/^401 Bearer realm="keywright", Basic realm="keywright" /);
  expect(answer).toContain('"error":"invalid_client"');
});

test('HTTP Basic is for these two routes alone', async () => {
  const { server, gateway, gatewayId } = await started();
  const headers = { authorization: basic(gatewayId, gateway.reveal()) };
  const got = await server.ask('GET /v1/whoami', { headers });
  expect([got.status, got.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="keywright"']);
  expect(got.body.error).toBeUndefined();
});

test.each(['introspect', 'revoke'])('%s refuses with the errors of RFC 6749', async (route) => {
  const { server, gateway, app } = await started();
  const by = (token: Secret) => `Bearer ${token.reveal()}`;
  for (const body of ['', 'token=', 'token_type_hint=access_token', 'token=a&token=b']) {
    const got = await asked(server, `POST /v1/${route}`, { by: by(gateway), body });
    expect([body, got.status, got.body.error]).toEqual([body, 400, 'invalid_request']);
  }
  const forbidden = await asked(server, `POST /v1/${route}`, { by: by(app), body: tokenOf(gateway) });
  expect([forbidden.status, forbidden.body.error]).toEqual([403, 'unauthorized_client']);
});

/** The account over real HTTP: its plan, how much its keys are used, who serves it, and requests sent twice. */
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import { DAY_MS } from '../../src/domain/time.js';
import type { HttpDependencies } from '../../src/http/dependencies.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import { createVerifier } from '../../src/verifier/verifier.js';
import { joined, login, pat } from '../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { unwrap } from '../support/store.js';

const place = httpPlace();

const KEY = { name: 'billing-prod', environment: 'production', owner: { tenant: true } };

const verify = async (server: TestServer, key: string) =>
  (await server.asRoot('POST /v1/keys/verify', { key })).body.data.code;

async function makeKey(server: TestServer, spec: object = {}): Promise<string> {
  return (await server.asRoot('POST /v1/keys', { ...KEY, ...spec })).body.secret;
}

test('U1: without API access in the plan, keys and PATs get upgrade_required, and a valid key verifies as PLAN_REQUIRED', async () => {
  const server = await place.start();
  const session = await joined(server, 'ada', { roles: ['administrator'] });
  const { token } = await pat(server, session);
  const fromPat = (await server.ask('POST /v1/auth', { token })).body.accessToken;
  const key = await makeKey(server, { permissions: ['keys:verify', 'spaces:read'] });
  expect((await server.asRoot('GET /v1/entitlements')).body.data).toEqual([{ key: 'api-access' }]);
  expect((await server.asRoot('PATCH /v1/accounts/current', { plan: 'basic' })).body.data.plan).toBe('basic');
  expect((await server.asRoot('GET /v1/entitlements')).body.data).toEqual([]);
  for (const shown of [key, token, fromPat]) {
    const refused = await server.ask('GET /v1/spaces', { token: shown });
    expect([refused.status, refused.body.code]).toEqual([403, 'upgrade_required']);
  }
  expect((await server.ask('POST /v1/keys/verify', { token: key, body: { key } })).status).toBe(403);
  expect(await verify(server, key)).toBe('PLAN_REQUIRED');
  const { accessToken } = (await login(server, 'ada@example.com')).body;
  expect((await server.ask('GET /v1/keys', { token: accessToken })).status).toBe(200);
  await server.asRoot('POST /v1/keys/billing-prod/revoke');
  expect(await verify(server, key)).toBe('REVOKED');
  await server.asRoot('PATCH /v1/accounts/current', { plan: 'standard' });
  expect((await server.ask('GET /v1/spaces', { token })).status).toBe(200);
});

test('account: only owners change the plan; users:write changes the rest', async () => {
  const server = await place.start();
  const token = await joined(server, 'ada', { roles: ['administrator'] });
  const patch = (body: object) => server.ask('PATCH /v1/accounts/current', { token, body });
  expect((await patch({ plan: 'basic' })).status).toBe(403);
  const changed = await patch({ name: 'Acme', metadata: { tier: 'gold' }, defaultAppId: null });
  expect(changed.body.data).toMatchObject({ name: 'Acme', plan: 'standard', metadata: { tier: 'gold' } });
  expect((await server.ask('GET /v1/accounts/current', { token })).body.data).toEqual(changed.body.data);
});

test('F6: use in an environment that is not production is counted and not billed; what was refused is neither', async () => {
  const server = await place.start();
  const live = await makeKey(server);
  const test = await makeKey(server, { name: 'billing-test', environment: 'development' });
  for (const key of [live, live, test, test, test]) expect(await verify(server, key)).toBe('VALID');
  await server.asRoot('POST /v1/keys/billing-prod/deactivate');
  expect(await verify(server, live)).toBe('INACTIVE');
  unwrap(await server.world.verifier.refresh());
  const { body } = await server.asRoot('GET /v1/usage');
  expect(body).toMatchObject({ billable: 2, notBillable: 3 });
  expect(body.data).toMatchObject([
    { environment: 'development', isBillable: false, uses: 3 },
    { environment: 'production', isBillable: true, uses: 2 },
  ]);
  expect((await server.asRoot('GET /v1/usage?until=2026-01-01')).body).toMatchObject({
    billable: 0,
    data: [],
  });
});

test('use is known up to a watermark: a verifier that cannot report any more accepts nothing after it', async () => {
  const lost = { feed: false };
  const server = await place.start();
  server.clock.advance(DAY_MS);
  const key = await makeKey(server);
  const feed = unwrap(await openStoreFeed({ ...place.place.world, folder: place.place.folder() }));
  const unreachable = fail(fault('store_unreachable', 'the line is cut'));
  const reporting: typeof feed = {
    ...feed,
    reportUses: async (uses) => (lost.feed ? unreachable : feed.reportUses(uses)),
  };
  const verifier = unwrap(
    await createVerifier(reporting, { ...server.clock, monotonicMs: server.clock.now }),
  );
  expect(verifier.verify(key).code).toBe('VALID');
  lost.feed = true;
  const acceptedAt = server.clock.now();
  await verifier.refresh();
  const known = async () => Date.parse((await server.asRoot('GET /v1/usage')).body.known.until);
  expect(await known()).toBeLessThan(acceptedAt);
  while ((await known()) <= acceptedAt) server.clock.advance(500);
  const { code } = verifier.verify(key);
  await verifier.close();
  expect(code).toBe('UNAVAILABLE');
});

test('U5: the list counts uses, and never used is never used', async () => {
  const server = await place.start();
  const key = await makeKey(server);
  const shown = async () => (await server.asRoot('GET /v1/keys/billing-prod')).body.data;
  expect(await shown()).toMatchObject({ usageCount: 0, lastUsedAt: null });
  for (let uses = 0; uses < 3; uses++) await verify(server, key);
  unwrap(await server.world.verifier.refresh());
  unwrap(await server.world.verifier.refresh());
  expect(await shown()).toMatchObject({ usageCount: 3, versions: [{ usageCount: 3 }] });
  expect((await shown()).lastUsedAt).not.toBeNull();
});

test('F16: servers and controllers are listed with when they were last seen', async () => {
  const server = await place.start();
  const startedAt = server.clock.now();
  const instance = {
    id: 'us_ins_a',
    kind: 'server',
    name: 'build-7:1',
    version: '1.0.0',
    startedAt,
  } as const;
  unwrap(await server.world.accounts.seen(instance));
  unwrap(await server.world.store.acquireLease('build-8', 5_000, 'controller acme'));
  const shown = async () => (await server.asRoot('GET /v1/instances')).body.data;
  expect(await shown()).toMatchObject([
    { kind: 'controller', name: 'build-8 of acme', version: null, isAlive: true },
    { kind: 'server', name: 'build-7:1', version: '1.0.0', isAlive: true },
  ]);
  server.clock.advance(DAY_MS);
  unwrap(await server.world.accounts.seen(instance));
  expect((await shown()).map(({ isAlive }: { isAlive: boolean }) => isAlive)).toEqual([false, true]);
});

describe('Idempotency-Key', () => {
  const once = (key: string) => ({ 'idempotency-key': key });
  /** Has its effects, and dies before it keeps an answer. */
  const forgetful = (world: HttpDependencies): HttpDependencies => ({
    ...world,
    accounts: { ...world.accounts, finish: async () => fail(fault('store_unreachable', 'gone')) },
  });
  const send = (server: TestServer, token: string, body: object, key = 'a') =>
    server.ask('POST /v1/keys', { token, body, headers: once(key) });

  test('the same request again has no second effect, and its answer is the first without the secret', async () => {
    const server = await place.start();
    const token = await joined(server, 'ada', { roles: ['owner'] });
    const first = await send(server, token, KEY);
    const again = await send(server, token, KEY);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual({ ...first.body, secret: null });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const entries = (await server.asRoot('GET /v1/audit?object=ApiKey/billing-prod')).body.data;
    expect(entries.filter(({ action }: { action: string }) => action === 'key.issued')).toHaveLength(1);
  });

  test.each([
    ['answers', (world: HttpDependencies) => world],
    ['dies before it has kept its answer', forgetful],
  ])('agents, signing keys and invitations are made once by a server that %s', async (_, change) => {
    const server = await place.start(change);
    await joined(server, 'ada');
    const environmentId = (await server.asRoot('GET /v1/environments/production')).body.data.id;
    const twice = async (line: string, body: object) => {
      const asked = { token: ROOT, body, headers: once(line.replaceAll(' ', '')) };
      return [(await server.ask(line, asked)).body, (await server.ask(line, asked)).body];
    };
    const agent = { compiler: 'js', source: 'x' };
    const [made, again] = await twice(`POST /v1/agents?environmentId=${environmentId}`, agent);
    expect([made.data.id, again]).toEqual([expect.stringMatching(/^us_ag_/), made]);
    await twice('POST /v1/signing-keys/rotate', {});
    expect((await server.ask('GET /v1/.well-known/jwks.json')).body.keys.length).toBe(2);
    const [invited, repeated] = await twice('POST /v1/users/ada/resend-invite', {});
    expect(repeated.data.invitation.id).toBe(invited.data.invitation.id);
    expect([invited.data.invitation.token, repeated.data.invitation.token]).toEqual([
      expect.stringMatching(/^link_/),
      undefined,
    ]);
  });

  test('a rotation that is sent twice issues one version', async () => {
    const server = await place.start();
    await makeKey(server);
    const rotate = () =>
      server.ask('POST /v1/keys/billing-prod/rotate', {
        headers: { ...once('r'), authorization: 'Bearer the root token of these tests, which is long' },
      });
    expect([(await rotate()).body.secret === null, (await rotate()).body.secret]).toEqual([false, null]);
    expect((await server.asRoot('GET /v1/keys/billing-prod')).body.data.versions).toHaveLength(2);
  });

  test('what was done and not answered is not done again: the next go is answered as that one would have been, without the secret', async () => {
    const server = await place.start(forgetful);
    const token = await joined(server, 'ada', { roles: ['owner'] });
    const first = await send(server, token, KEY);
    const again = await send(server, token, KEY);
    expect(again.status).toBe(201);
    expect(again.body).toEqual({ ...first.body, secret: null });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    const other = await send(server, token, { ...KEY, name: 'other' });
    expect([other.status, other.body.code]).toEqual([409, 'refused']);
    const entries = (await server.asRoot('GET /v1/audit?action=key.issued')).body.data;
    const ofKey = entries.filter(({ object }: { object: string }) => object === 'ApiKey/billing-prod');
    expect(ofKey).toHaveLength(1);
  });

  test('what every route makes is made once, though its answers were not kept', async () => {
    const server = await place.start(forgetful);
    const made: readonly (readonly [string, object])[] = [
      ['POST /v1/services', { name: 'billing' }],
      ['POST /v1/environments', { name: 'staging', isProd: false }],
      ['POST /v1/spaces', { name: 'Room', environmentId: 'production' }],
      ['POST /v1/auth/personal-access-tokens', { name: 'laptop' }],
      ['POST /v1/guests', { environmentId: 'production', email: 'g@example.org', spaces: [] }],
      ['POST /v1/auth/api-key?environmentId=production', {}],
    ];
    for (const [line, body] of made) {
      const twice = [];
      for (let go = 0; go < 2; go++) {
        const headers = { ...once(line.replaceAll(' ', '')), authorization: `Bearer ${ROOT}` };
        twice.push(await server.ask(line, { ...(!line.includes('?') && { body }), headers }));
      }
      expect([line, ...twice.map(({ status }) => status)]).toEqual([line, 201, 201]);
      const ids = twice.map(({ text }) => /us_\w+_\w+/.exec(text)?.[0]);
      expect([line, ids[0]]).toEqual([line, ids[1]]);
    }
  });

  test('another request with the same key is refused; another caller has keys of their own', async () => {
    const server = await place.start();
    const token = await joined(server, 'ada', { roles: ['owner'] });
    const other = await joined(server, 'bea', { roles: ['owner'] });
    await send(server, token, KEY);
    const refused = await send(server, token, { ...KEY, name: 'other' });
    expect([refused.status, refused.body.code]).toEqual([409, 'refused']);
    expect((await send(server, other, { ...KEY, name: 'other' })).status).toBe(201);
  });

  test('what was refused had no effect and may be tried again with the same key', async () => {
    const server = await place.start();
    const token = await joined(server, 'ada', { roles: ['owner'] });
    const body = { ...KEY, owner: { service: 'billing' } };
    expect((await send(server, token, body)).status).toBe(422);
    await server.asRoot('POST /v1/services', { name: 'billing' });
    expect((await send(server, token, body)).status).toBe(201);
  });

  test('two at once have one effect', async () => {
    const server = await place.start();
    const token = await joined(server, 'ada', { roles: ['owner'] });
    const answers = await Promise.all([1, 2, 3].map(() => send(server, token, KEY)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers.filter(({ body }) => typeof body.secret === 'string')).toHaveLength(1);
  });

  test('a key is forgotten after a day, and is not anything at all', async () => {
    const server = await place.start();
    const token = await joined(server, 'ada', { roles: ['owner'] });
    await send(server, token, KEY);
    expect((await send(server, token, KEY, 'x'.repeat(129))).status).toBe(400);
    server.clock.advance(DAY_MS - 60_000);
    const fresh = (await login(server, 'ada@example.com')).body.accessToken;
    expect((await send(server, fresh, KEY)).status).toBe(201);
    server.clock.advance(120_000);
    expect((await send(server, fresh, KEY)).status).toBe(409);
  });
});

/** POST /keys/verify and its two standards, over real HTTP. */
import { Secret } from '../../src/domain/secret.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey, CALLER, keyRef, service, tokenIn, unwrap } from '../support/store.js';

const place = httpPlace();

/** A server with a gateway's key that may verify, and an application's key to ask about. */
async function started() {
  const server = await place.start();
  const { hand } = server;
  await hand.create(service('gateway'));
  const owner = { owner: { service: 'gateway' } } as const;
  await hand.create(apiKey('gateway', { ...owner, permissions: ['keys:verify'] }));
  await hand.create(apiKey('app', { permissions: ['spaces:read'] }));
  const gateway = await hand.rollOut('gateway', 1);
  const app = await hand.rollOut('app', 1);
  unwrap(await server.world.verifier.refresh());
  return { server, gateway, app };
}

const verified = async (
  server: TestServer,
  body: object,
  token: Parameters<TestServer['ask']>[1] = { token: ROOT },
) => (await server.ask('POST /v1/keys/verify', { ...token, body })).body.data;

test('a good key is good, with all that the contract says of it', async () => {
  const { server, gateway, app } = await started();
  expect(await verified(server, { key: app.reveal() }, { token: gateway })).toEqual({
    valid: true,
    code: 'VALID',
    keyId: expect.stringMatching(/^us_key_/),
    name: 'app',
    version: 1,
    type: 'secret',
    environment: 'production',
    owner: 'tenant',
    permissions: ['spaces:read'],
    expiresAt: null,
  });
});

test('the short way and express give the same answers, headers included, under both prefixes', async () => {
  const { server, gateway, app } = await started();
  const ask = async (path: string, token: typeof gateway | string, body: unknown) => {
    const got = await server.ask(`POST ${path}`, { token, body, headers: { 'x-request-id': 'same' } });
    const headers = [...got.headers].filter(
      ([name]) => !/^(date|ratelimit|connection|keep-alive)/.test(name),
    );
    return { status: got.status, headers: headers.sort(), text: got.text };
  };
  for (const body of [
    { key: app.reveal(), environment: 'production' },
    { key: 'x' },
    { key: 1 },
    { keys: '' },
    [],
    'not json',
  ]) {
    const direct = await ask('/v1/keys/verify', gateway, body);
    // The root token is not in memory, so its holder goes through express.
    expect(await ask('/v1/keys/verify', ROOT, body)).toEqual(direct);
    const elsewhere = await ask('/api/v1/keys/verify', gateway, body);
    expect({ ...elsewhere, text: elsewhere.text.replace('/api/v1', '/v1') }).toMatchObject({
      status: direct.status,
    });
  }
});

test.each([
  ['a text that is no key', { key: 'sk_live_x' }, 'MALFORMED'],
  [
    'a key that was never issued',
    { key: 'sk_live_000000000000_0000000000000000000000000000000000000000000000000' },
    'MALFORMED',
  ],
])('%s is answered, not refused', async (_, body, code) => {
  const { server } = await started();
  expect(await verified(server, body)).toMatchObject({ valid: false, code, keyId: null, permissions: null });
});

test('environment and permission are asked about in the order of the contract', async () => {
  const { server, app } = await started();
  const key = app.reveal();
  const code = async (asked: object) => (await verified(server, { key, ...asked })).code;
  expect(await code({ environment: 'production', permission: 'spaces:read' })).toBe('VALID');
  expect(await code({ environment: 'development', permission: 'spaces:write' })).toBe('WRONG_ENVIRONMENT');
  expect(await code({ permission: 'spaces:write' })).toBe('FORBIDDEN');
});

test('a key reaches the spaces of its environment, and the workbooks that are in them', async () => {
  const { server, app } = await started();
  const space = (environment: string) =>
    server.hand.create({
      kind: 'Space',
      metadata: { name: 'onboarding' },
      spec: { environment, workbooks: environment === 'production' ? ['contacts'] : ['orders'] },
    });
  await space('production');
  await space('development');
  const key = app.reveal();
  const code = async (asked: object) => (await verified(server, { key, ...asked })).code;
  expect(await code({ space: 'onboarding' })).toBe('VALID');
  expect(await code({ space: 'onboarding', workbook: 'contacts' })).toBe('VALID');
  expect(await code({ space: 'onboarding', workbook: 'orders' })).toBe('FORBIDDEN');
  expect(await code({ space: 'nowhere' })).toBe('FORBIDDEN');
  const other = await server.hand.fetch({ kind: 'Space', name: 'development/onboarding' });
  expect(await code({ space: other.id })).toBe('WRONG_ENVIRONMENT');
  expect((await server.asRoot('POST /v1/keys/verify', { key, workbook: 'contacts' })).status).toBe(400);
});

test('a key that asks sees keys of its own environment only (F5)', async () => {
  const { server, gateway } = await started();
  await server.hand.create(apiKey('dev', { environment: 'development' }));
  const dev = await server.hand.rollOut('dev', 1);
  unwrap(await server.world.verifier.refresh());
  const asked = { key: dev.reveal() };
  expect(await verified(server, asked, { token: gateway })).toMatchObject({ code: 'WRONG_ENVIRONMENT' });
  const other = await server.ask('POST /v1/keys/verify', {
    token: gateway,
    body: { ...asked, environment: 'development' },
  });
  expect(other.status).toBe(403);
  expect(await verified(server, asked)).toMatchObject({ valid: true });
});

test('an environment, a space and a workbook are named or given by id', async () => {
  const { server, app } = await started();
  const idOf = async (name: string) => (await server.asRoot(`GET /v1/environments/${name}`)).body.data.id;
  const [production, development] = [await idOf('production'), await idOf('development')];
  const space = (await server.asRoot('POST /v1/spaces', { name: 'onboarding', environmentId: production }))
    .body.data.id;
  const workbook = (await server.asRoot('POST /v1/workbooks', { name: 'contacts', spaceId: space })).body.data
    .id;
  const code = async (asked: object) => (await verified(server, { key: app.reveal(), ...asked })).code;
  for (const asked of [
    { environment: production },
    { space: 'production/onboarding' },
    { space, workbook },
    { workbook },
    { space: 'onboarding', workbook: 'contacts' },
  ])
    expect([asked, await code(asked)]).toEqual([asked, 'VALID']);
  expect(await code({ environment: development })).toBe('WRONG_ENVIRONMENT');
  expect(await code({ environment: 'us_env_nobodys' })).toBe('WRONG_ENVIRONMENT');
  expect(await code({ space: 'development/onboarding' })).toBe('WRONG_ENVIRONMENT');
  expect(await code({ space, workbook: `${workbook}0` })).toBe('FORBIDDEN');
  expect(await code({ workbook: `us_wb_${'0'.repeat(32)}` })).toBe('FORBIDDEN');
  const byName = await server.asRoot('POST /v1/keys/verify', { key: app.reveal(), workbook: 'contacts' });
  expect(byName.status).toBe(400);
});

test('a key asks about its own environment by id too, and about no other', async () => {
  const { server, gateway, app } = await started();
  const asked = async (name: string) => {
    const environment = (await server.asRoot(`GET /v1/environments/${name}`)).body.data.id;
    return server.ask('POST /v1/keys/verify', { token: gateway, body: { key: app.reveal(), environment } });
  };
  expect((await asked('production')).body.data).toMatchObject({ code: 'VALID' });
  expect((await asked('development')).status).toBe(403);
});

test('what is no key at all is malformed, however short or long', async () => {
  const { server } = await started();
  for (const key of ['', ' ', 'x'.repeat(10_000)])
    expect(await verified(server, { key })).toMatchObject({ valid: false, code: 'MALFORMED' });
});

test('F7: a publishable key is good for no permission, whatever the session may that it is exchanged for', async () => {
  const { server } = await started();
  await server.hand.create(apiKey('web', { type: 'publishable', permissions: ['spaces:read'] }));
  const key = (await server.hand.rollOut('web', 1)).reveal();
  unwrap(await server.world.verifier.refresh());
  expect(await verified(server, { key })).toMatchObject({ code: 'VALID', permissions: [] });
  expect(await verified(server, { key, permission: 'spaces:read' })).toMatchObject({ code: 'FORBIDDEN' });
  const stored = unwrap(await server.world.store.verify(new Secret(key), { permission: 'spaces:read' }));
  expect(stored.code).toBe('FORBIDDEN');
});

test('U5, F6: calls of the API by a key are uses of it, counted once each; refused ones are known and not counted', async () => {
  const { server, gateway, app } = await started();
  const used = async () => {
    const { usageCount, lastUsedAt } = (await server.asRoot('GET /v1/keys/app')).body.data;
    return { usageCount, isUsed: lastUsedAt !== null };
  };
  for (let nth = 0; nth < 3; nth++) await server.ask('GET /v1/spaces', { token: app });
  await server.ask('GET /v1/whoami', { headers: { 'x-api-key': app.reveal() } });
  await server.asRoot('POST /v1/keys/app/deactivate');
  expect((await server.ask('GET /v1/whoami', { token: app })).status).toBe(401);
  await verified(server, { key: 'x' }, { token: gateway });
  unwrap(await server.world.verifier.refresh());
  expect(await used()).toEqual({ usageCount: 4, isUsed: true });
  expect((await server.asRoot('GET /v1/keys/gateway')).body.data.usageCount).toBe(1);
  expect((await server.asRoot('GET /v1/usage')).body).toMatchObject({ billable: 5, notBillable: 0 });
});

test('asking needs keys:verify', async () => {
  const { server, app } = await started();
  const got = await server.ask('POST /v1/keys/verify', { token: app, body: { key: 'x' } });
  expect([got.status, got.body.code]).toEqual([403, 'forbidden']);
});

test('what is revoked in another process is refused soon, and says why', async () => {
  const { server, app } = await started();
  unwrap(await server.hand.store.request({ kind: 'revoke', object: keyRef('app'), overlapMs: 0 }, CALLER));
  await until(async () => (await verified(server, { key: app.reveal() })).code === 'REVOKED');
});

test('uses are in the store within a second', async () => {
  const { server, gateway, app } = await started();
  await verified(server, { key: app.reveal() }, { token: gateway });
  await until(
    async () => (await server.hand.fetch(keyRef('app'))).key?.versions[0]?.lastUsedAt !== undefined,
  );
});

describe('RFC 7662', () => {
  const introspected = async (server: TestServer, token: string, headers: Record<string, string> = {}) =>
    (
      await server.ask('POST /v1/introspect', {
        token: ROOT,
        body: new URLSearchParams({ token }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      })
    ).body;

  test('an active token says what it may do; any other says nothing but that it is not', async () => {
    const { server, app } = await started();
    expect(await introspected(server, app.reveal())).toMatchObject({
      active: true,
      scope: 'spaces:read',
      sub: 'tenant',
    });
    expect(await introspected(server, 'unknown')).toEqual({ active: false });
    const json = await server.asRoot('POST /v1/introspect', {
      token: app.reveal(),
      token_type_hint: 'access_token',
    });
    expect(json.body).toMatchObject({ active: true });
  });
});

describe('RFC 7009', () => {
  test('ends the version that is shown, in force before the answer; the others continue', async () => {
    const { server, app } = await started();
    const newer = tokenIn(unwrap(await server.hand.issue('app', 2)).issued?.sealed);
    unwrap(await server.world.verifier.refresh());
    expect((await server.asRoot('POST /v1/revoke', { token: app.reveal() })).status).toBe(200);
    expect(await verified(server, { key: app.reveal() })).toMatchObject({ code: 'REVOKED' });
    expect(await verified(server, { key: newer.reveal() })).toMatchObject({ code: 'VALID' });
  });

  test('an unknown token is as good as revoked', async () => {
    const { server } = await started();
    expect((await server.asRoot('POST /v1/revoke', { token: 'whatever' })).status).toBe(200);
  });

  test('a key ends however new it is, also when memory has not heard of it yet', async () => {
    const { server } = await started();
    for (let nth = 0; nth < 10; nth++) {
      await server.hand.create(apiKey(`new-${nth}`));
      const token = (await server.hand.rollOut(`new-${nth}`, 1)).reveal();
      expect((await server.asRoot('POST /v1/revoke', { token })).status).toBe(200);
      expect(await verified(server, { key: token })).toMatchObject({ code: 'REVOKED' });
    }
  });

  test('a publishable key, which everybody holds, ends nothing and reads nothing', async () => {
    const { server } = await started();
    await server.hand.create(apiKey('web', { type: 'publishable' }));
    const web = await server.hand.rollOut('web', 1);
    unwrap(await server.world.verifier.refresh());
    const statuses = [];
    for (const [line, body] of [
      ['POST /v1/revoke', { token: web.reveal() }],
      ['POST /v1/keys/verify', { key: web.reveal() }],
      ['GET /v1/keys', undefined],
    ] as const)
      statuses.push((await server.ask(line, { token: web, ...(body && { body }) })).status);
    expect(statuses).toEqual([403, 403, 403]);
    expect(await verified(server, { key: web.reveal() })).toMatchObject({ code: 'VALID' });
  });

  test('revoke: the holder of a token may revoke it, others only with keys:revoke', async () => {
    const { server, gateway, app } = await started();
    const others = await server.ask('POST /v1/revoke', { token: gateway, body: { token: app.reveal() } });
    expect(others.status).toBe(403);
    const own = await server.ask('POST /v1/revoke', { token: app, body: { token: app.reveal() } });
    expect(own.status).toBe(200);
    expect((await server.ask('GET /v1/whoami', { token: app })).status).toBe(401);
    expect(await verified(server, { key: gateway.reveal() })).toMatchObject({ code: 'VALID' });
  });
});

/** Polls, at most three seconds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + 3_000;
  while (!(await holds())) {
    if (Date.now() > endsAt) throw new Error('it did not come to be within three seconds');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

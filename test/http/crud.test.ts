/** Keys, services, teams and roles made and changed by their callers, over real HTTP. */
import { DAY_MS, formatInstant, HOUR_MS } from '../../src/domain/time.js';
import { joined, pat } from '../support/http-people.js';
import { type Got, httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey, service } from '../support/store.js';

const place = httpPlace();

const KEY = { name: 'billing-prod', environment: 'production', owner: { service: 'billing' } };

async function withService(): Promise<TestServer> {
  const server = await place.start();
  expect((await server.asRoot('POST /v1/services', { name: 'billing' })).status).toBe(201);
  return server;
}

async function codeOf(server: TestServer, key: string): Promise<string> {
  return (await server.asRoot('POST /v1/keys/verify', { key })).body.data.code;
}

async function tokenOf(server: TestServer, name: string, spec = {}): Promise<string> {
  return (await pat(server, await joined(server, name, spec))).token;
}

test('U3, U4: a key is made with a name and an optional end, and its secret is shown once', async () => {
  const server = await withService();
  const expiresAt = formatInstant(server.clock.now() + DAY_MS);
  const made = await server.asRoot('POST /v1/keys', { ...KEY, expiresAt });
  expect(made.status).toBe(201);
  expect(made.headers.get('cache-control')).toBe('no-store');
  expect(made.body.data).toMatchObject({
    ...{ name: 'billing-prod', level: 'service', status: 'active', expiresAt, lastUsedAt: null },
    versions: [{ version: 1, state: 'current' }],
  });
  expect(await codeOf(server, made.body.secret)).toBe('VALID');
  for (const path of ['/v1/keys', '/v1/keys/billing-prod', '/v1/audit?object=ApiKey/billing-prod'])
    expect((await server.asRoot(`GET ${path}`)).text).not.toContain(made.body.secret.slice(-49));
  server.clock.advance(DAY_MS);
  expect(await codeOf(server, made.body.secret)).toBe('EXPIRED');
});

test('a key that cannot be made leaves nothing behind', async () => {
  const server = await withService();
  const wrong: readonly [object, number][] = [
    [{ ...KEY, owner: { service: 'nobody' } }, 422],
    [{ ...KEY, environment: 'nowhere' }, 422],
    [{ ...KEY, owner: {} }, 400],
    [{ ...KEY, owner: { service: 'billing', tenant: true } }, 400],
    [{ ...KEY, role: 'admin' }, 400],
    [{ ...KEY, name: 'Billing' }, 400],
    [{ ...KEY, expiresAt: '2020-01-01T00:00:00Z' }, 409],
    [{ ...KEY, permissions: ['everything'] }, 400],
    [{ ...KEY, name: 'production-sk' }, 409],
  ];
  for (const [body, status] of wrong)
    expect((await server.asRoot('POST /v1/keys', body)).status).toBe(status);
  expect((await server.asRoot('GET /v1/keys/billing-prod')).status).toBe(404);
});

test('U8: a name that is a person’s is taken, with a warning', async () => {
  const server = await withService();
  await joined(server, 'grimaldi');
  const made = await server.asRoot('POST /v1/keys', { ...KEY, name: 'grimaldis-key' });
  expect([made.status, made.body.warnings]).toEqual([201, [expect.stringContaining('grimaldi')]]);
  expect((await server.asRoot('POST /v1/keys', { ...KEY, name: 'prod-main-app' })).body.warnings).toEqual([]);
});

test('T1, T2, U2: which keys a person makes depends on their rights in the tenant and the team', async () => {
  const server = await withService();
  const tokens = {
    owner: ROOT,
    administrator: await tokenOf(server, 'adm', { roles: ['administrator'] }),
    member: await tokenOf(server, 'mem'),
    teamAdmin: await tokenOf(server, 'tea'),
  };
  const members = [
    { user: 'tea', role: 'admin' },
    { user: 'mem', role: 'viewer' },
  ];
  expect((await server.asRoot('POST /v1/teams', { name: 'data', members })).status).toBe(201);
  expect((await server.asRoot('POST /v1/teams', { name: 'other' })).status).toBe(201);
  const names = { owner: 'owner', administrator: 'adm', member: 'mem', teamAdmin: 'tea' };
  const made = async (who: keyof typeof tokens, name: string, owner: object) =>
    (
      await server.ask('POST /v1/keys', {
        token: tokens[who],
        body: { name, environment: 'production', owner },
      })
    ).status;
  const table: Record<string, readonly number[]> = {};
  for (const who of Object.keys(tokens) as (keyof typeof tokens)[]) {
    const slug = names[who];
    table[who] = [
      await made(who, `${slug}-tenant`, { tenant: true }),
      await made(who, `${slug}-service`, { service: 'billing' }),
      await made(who, `${slug}-team`, { team: 'data' }),
      await made(who, `${slug}-other`, { team: 'other' }),
      await made(who, `${slug}-personal`, { user: slug }),
      await made(who, `${slug}-theirs`, { user: slug === 'mem' ? 'tea' : 'mem' }),
    ];
  }
  expect(table).toEqual({
    owner: [201, 201, 201, 201, 201, 403],
    administrator: [403, 201, 201, 201, 201, 403],
    member: [403, 403, 403, 403, 201, 403],
    teamAdmin: [403, 403, 201, 403, 201, 403],
  });
});

test('keys: a caller cannot create or change a key to permissions that they do not have', async () => {
  const server = await withService();
  const token = await tokenOf(server, 'mem');
  const own = { name: 'mine', environment: 'production', owner: { user: 'mem' } };
  const permissions = ['users:write'];
  expect((await server.ask('POST /v1/keys', { token, body: { ...own, permissions } })).status).toBe(403);
  expect((await server.ask('POST /v1/keys', { token, body: own })).status).toBe(201);
  const widen = await server.ask('PATCH /v1/keys/mine', { token, body: { permissions } });
  expect([widen.status, widen.body.detail]).toEqual([403, expect.stringContaining('users:write')]);
  const narrow = { permissions: ['spaces:read'] };
  expect((await server.ask('PATCH /v1/keys/mine', { token, body: narrow })).body.data.permissions).toEqual([
    'spaces:read',
  ]);
});

test('U6: a key that no project declares is rotated at once, the old version continues for the grace and no longer', async () => {
  const server = await withService();
  const first = (await server.asRoot('POST /v1/keys', { ...KEY, permissions: ['spaces:read'] })).body.secret;
  const rotated = await server.asRoot('POST /v1/keys/billing-prod/rotate', { graceSeconds: 3_600 });
  expect(rotated.status).toBe(200);
  const second = rotated.body.secret;
  expect([await codeOf(server, first), await codeOf(server, second)]).toEqual(['VALID', 'VALID']);
  expect(rotated.body.data).toMatchObject({
    permissions: ['spaces:read'],
    versions: [{ state: 'retiring' }, { state: 'current' }],
  });
  server.clock.advance(HOUR_MS);
  expect([await codeOf(server, first), await codeOf(server, second)]).toEqual(['REVOKED', 'VALID']);
  const third = (await server.asRoot('POST /v1/keys/billing-prod/rotate', { graceSeconds: 0 })).body.secret;
  expect([await codeOf(server, second), await codeOf(server, third)]).toEqual(['REVOKED', 'VALID']);
  await server.asRoot('POST /v1/keys/billing-prod/rotate');
  server.clock.advance(DAY_MS - 1);
  expect(await codeOf(server, third)).toBe('VALID');
  server.clock.advance(1);
  expect(await codeOf(server, third)).toBe('REVOKED');
});

test('a key that a project declares is rotated by its reconciler: nothing is issued behind its back', async () => {
  const server = await place.start();
  await server.hand.create(apiKey('app'));
  await server.hand.rollOut('app', 1);
  const asked = await server.asRoot('POST /v1/keys/app/rotate');
  expect(asked.body).toMatchObject({ secret: null, data: { versions: [{ version: 1 }] } });
  expect(asked.body.data.rotationRequestedAt).not.toBeNull();
  expect((await server.asRoot('POST /v1/keys/app/rotate', { graceSeconds: 0 })).status).toBe(409);
});

test('U7: what was revoked is not brought back by a rotation', async () => {
  const server = await withService();
  const { secret } = (await server.asRoot('POST /v1/keys', KEY)).body;
  await server.asRoot('POST /v1/keys/billing-prod/revoke');
  expect((await server.asRoot('POST /v1/keys/billing-prod/rotate')).status).toBe(409);
  expect(await codeOf(server, secret)).toBe('REVOKED');
});

test('U10: before a revoke it is said whether the key is still used, and whether its replacement is', async () => {
  const server = await withService();
  const { secret: old, data } = (await server.asRoot('POST /v1/keys', KEY)).body;
  const { secret: next } = (await server.asRoot('POST /v1/keys/billing-prod/rotate')).body;
  const revoking = async (): Promise<Got['body']> =>
    (await server.asRoot(`GET /v1/keys/${data.id}`)).body.data.revoking;
  expect(await revoking()).toMatchObject({ versionsInUse: [], isReplacementUsed: false });
  await codeOf(server, old);
  await server.world.verifier.refresh();
  expect(await revoking()).toMatchObject({ versionsInUse: [1], isReplacementUsed: false });
  const careful = { version: 1, onlyIfUnused: true };
  const refused = await server.asRoot(`POST /v1/keys/${data.id}/revoke`, careful);
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('in use')]);
  await codeOf(server, next);
  await server.world.verifier.refresh();
  server.clock.advance(DAY_MS);
  expect(await codeOf(server, old)).toBe('REVOKED');
  expect(await revoking()).toMatchObject({ versionsInUse: [], isReplacementUsed: null });
});

test('one version is revoked alone, and the others continue', async () => {
  const server = await withService();
  const { secret: old } = (await server.asRoot('POST /v1/keys', KEY)).body;
  const { secret: next } = (await server.asRoot('POST /v1/keys/billing-prod/rotate')).body;
  expect((await server.asRoot('POST /v1/keys/billing-prod/revoke', { version: 3 })).status).toBe(404);
  expect((await server.asRoot('POST /v1/keys/billing-prod/revoke', { version: 1 })).status).toBe(200);
  expect([await codeOf(server, old), await codeOf(server, next)]).toEqual(['REVOKED', 'VALID']);
});

test('an end that is brought forward is in force before it is answered, for the memory too', async () => {
  const server = await withService();
  const { secret } = (await server.asRoot('POST /v1/keys', KEY)).body;
  const expiresAt = formatInstant(server.clock.now() + HOUR_MS);
  const changed = await server.asRoot('PATCH /v1/keys/billing-prod', { expiresAt, name: 'billing-live' });
  expect(changed.body.data).toMatchObject({ name: 'billing-live', expiresAt });
  server.clock.advance(HOUR_MS);
  expect(await codeOf(server, secret)).toBe('EXPIRED');
});

test('a key that is removed is refused before it is answered, and its name is free', async () => {
  const server = await withService();
  const { secret } = (await server.asRoot('POST /v1/keys', KEY)).body;
  expect((await server.asRoot('DELETE /v1/keys/billing-prod')).body).toEqual({ data: { success: true } });
  expect(await codeOf(server, secret)).toBe('REVOKED');
  expect((await server.asRoot('DELETE /v1/keys/billing-prod')).status).toBe(404);
  expect((await server.asRoot('POST /v1/keys', KEY)).status).toBe(201);
});

test.each([
  ['services', { permissions: ['spaces:read'] }, { description: 'Invoices' }],
  ['teams', { members: [] }, { description: 'Data' }],
  ['roles', { scope: 'tenant', permissions: ['audit:read'] }, { permissions: ['audit:read', 'keys:read'] }],
])('%s are made, shown, changed, renamed and removed', async (noun, fields, change) => {
  const server = await place.start();
  const made = await server.asRoot(`POST /v1/${noun}`, { name: 'one', labels: { team: 'x' }, ...fields });
  expect([made.status, made.body.data]).toMatchObject([
    201,
    { name: 'one', labels: { team: 'x' }, ...fields },
  ]);
  expect((await server.asRoot(`POST /v1/${noun}`, { name: 'one', ...fields })).status).toBe(409);
  const { id } = made.body.data;
  const changed = await server.asRoot(`PATCH /v1/${noun}/${id}`, { ...change, name: 'two' });
  expect([changed.status, changed.body.data]).toMatchObject([200, { id, name: 'two', ...change }]);
  expect((await server.asRoot(`GET /v1/${noun}/two`)).body.data.id).toBe(id);
  const listed = (await server.asRoot(`GET /v1/${noun}`)).body.data;
  expect(listed).toEqual(expect.arrayContaining([expect.objectContaining({ id, name: 'two' })]));
  expect((await server.asRoot(`DELETE /v1/${noun}/two`)).status).toBe(200);
  expect((await server.asRoot(`GET /v1/${noun}/${id}`)).status).toBe(404);
});

test('what something else needs is not removed, and it is said by what', async () => {
  const server = await withService();
  await server.asRoot('POST /v1/keys', KEY);
  const refused = await server.asRoot('DELETE /v1/services/billing');
  expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining('billing-prod')]);
});

test('a service that gives its keys less is in force before it is answered', async () => {
  const server = await withService();
  const { secret } = (await server.asRoot('POST /v1/keys', KEY)).body;
  const may = async () =>
    (await server.asRoot('POST /v1/keys/verify', { key: secret, permission: 'spaces:write' })).body.data.code;
  expect(await may()).toBe('VALID');
  await server.asRoot('PATCH /v1/services/billing', { permissions: ['spaces:read'] });
  expect(await may()).toBe('FORBIDDEN');
});

test('built-in roles are listed, and no other is called like them', async () => {
  const server = await place.start();
  const { data } = (await server.asRoot('GET /v1/roles')).body;
  expect(data).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ id: 'us_rol_administrator', name: 'administrator', isBuiltIn: true }),
    ]),
  );
  const taken = { name: 'administrator', scope: 'tenant', permissions: [] };
  expect((await server.asRoot('POST /v1/roles', taken)).status).toBe(400);
});

test('teams: a team admin changes their own team only, and grants no more than they have', async () => {
  const server = await place.start();
  const token = await tokenOf(server, 'tea');
  await joined(server, 'mem');
  await server.asRoot('POST /v1/roles', { name: 'strong', scope: 'team', permissions: ['audit:read'] });
  const members = [{ user: 'tea', role: 'admin' }];
  await server.asRoot('POST /v1/teams', { name: 'data', members });
  await server.asRoot('POST /v1/teams', { name: 'other' });
  const patch = (team: string, body: object) => server.ask(`PATCH /v1/teams/${team}`, { token, body });
  const with_ = (role: string) => ({ members: [...members, { user: 'mem', role }] });
  expect((await patch('data', with_('editor'))).status).toBe(200);
  expect((await patch('data', with_('strong'))).status).toBe(403);
  expect((await patch('other', with_('editor'))).status).toBe(403);
  expect((await patch('data', { name: 'mine' })).status).toBe(403);
  expect((await server.ask('POST /v1/teams', { token, body: { name: 'new' } })).status).toBe(403);
});

test('a key makes keys no stronger than itself, in its environment alone', async () => {
  const server = await place.start();
  await server.hand.create(service('ops'));
  const permissions = ['keys:write', 'keys:read', 'spaces:read'];
  await server.hand.create(apiKey('maker', { owner: { service: 'ops' }, permissions }));
  const token = (await server.hand.rollOut('maker', 1)).reveal();
  const make = async (name: string, spec: object) =>
    (
      await server.ask('POST /v1/keys', {
        token,
        body: { name, environment: 'production', owner: { service: 'ops' }, ...spec },
      })
    ).status;
  expect(await make('a', { permissions: ['spaces:read'] })).toBe(201);
  expect(await make('b', { permissions: ['spaces:write'] })).toBe(403);
  expect(await make('c', {})).toBe(403);
  expect(await make('d', { permissions: ['spaces:read'], environment: 'development' })).toBe(403);
  expect(await make('e', { owner: { tenant: true } })).toBe(403);
});

/**
 * Whatever hands out a secret, or lets it act for longer, needs the rights that it confers; an early end needs
 * `keys:revoke`; and what is decided of one object is done to that one, whatever is called as it was since.
 */
import { DAY_MS } from '../../src/domain/time.js';
import { change, invited, joined, login, PASSWORD, pat, statuses } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { role, team, user } from '../support/plan-declarations.js';
import { apiKey, DOTENV, keyRef, service } from '../support/store.js';

const place = httpPlace();

let server: TestServer;
beforeEach(async () => {
  server = await place.start();
});

/** The token of a key of the service `ops` with these permissions. */
async function keyOf(name: string, permissions: readonly string[], more: object = {}): Promise<string> {
  await server.hand.create(
    apiKey(name, { owner: { service: 'ops' }, permissions: [...permissions], ...more }),
  );
  return (await server.hand.rollOut(name, 1)).reveal();
}

const STRONG = ['secrets:read', 'keys:read'];

describe('keys', () => {
  let target: string;
  beforeEach(async () => {
    await server.hand.create(service('ops'));
    // Of no project: its rotation is answered with the secret.
    const strong = {
      name: 'strong',
      environment: 'production',
      owner: { service: 'ops' },
      permissions: STRONG,
    };
    target = (await server.asRoot('POST /v1/keys', strong)).body.data.id;
  });

  const ask = async (token: string, line: string, body?: unknown) =>
    (await server.ask(line.replace('{id}', target), { token, ...(body !== undefined && { body }) })).status;
  const later = () => new Date(server.clock.now() + DAY_MS).toISOString();

  test('keys:rotate alone rotates no key that may do more, and ends none early', async () => {
    const rotator = await keyOf('rotator', ['keys:rotate', 'keys:read']);
    expect(await ask(rotator, 'POST /v1/keys/{id}/rotate', {})).toBe(403);
    const equal = await keyOf('equal', ['keys:rotate', ...STRONG]);
    expect(await ask(equal, 'POST /v1/keys/{id}/rotate', { graceSeconds: 0 })).toBe(403);
    expect(await ask(equal, 'POST /v1/keys/{id}/rotate', { graceSeconds: 3_600 })).toBe(403);
    expect(await ask(equal, 'POST /v1/keys/{id}/rotate', {})).toBe(200);
    const both = await keyOf('both', ['keys:rotate', 'keys:revoke', ...STRONG]);
    expect(await ask(both, 'POST /v1/keys/{id}/rotate', { graceSeconds: 0 })).toBe(200);
  });

  test('keys:write alone lets no key that may do more act again, or for longer, and ends none early', async () => {
    await server.asRoot(`PATCH /v1/keys/${target}`, { expiresAt: later() });
    const weak = await keyOf('weak', ['keys:write', 'keys:read']);
    expect(await ask(weak, 'POST /v1/keys/{id}/deactivate', {})).toBe(200);
    expect(await ask(weak, 'POST /v1/keys/{id}/activate', {})).toBe(403);
    const further = new Date(server.clock.now() + 2 * DAY_MS).toISOString();
    for (const body of [
      { expiresAt: further },
      { expiresAt: null },
      { permissions: [...STRONG, 'keys:write'] },
      { permissions: null },
    ])
      expect([body, await ask(weak, 'PATCH /v1/keys/{id}', body)]).toEqual([body, 403]);
    const sooner = new Date(server.clock.now() + DAY_MS / 2).toISOString();
    expect(await ask(weak, 'PATCH /v1/keys/{id}', { expiresAt: sooner })).toBe(403);
    expect(await ask(weak, 'PATCH /v1/keys/{id}', { labels: { a: 'b' } })).toBe(200);
    const equal = await keyOf('equal', ['keys:write', ...STRONG]);
    expect(await ask(equal, 'POST /v1/keys/{id}/activate', {})).toBe(200);
    expect(await ask(equal, 'PATCH /v1/keys/{id}', { expiresAt: further })).toBe(200);
    const ender = await keyOf('ender', ['keys:write', 'keys:revoke', 'keys:read']);
    expect(await ask(ender, 'PATCH /v1/keys/{id}', { expiresAt: sooner })).toBe(200);
  });

  test('plans:apply opens nothing in the store that gives more than the caller has', async () => {
    await server.hand.create(apiKey('waiting', { owner: { service: 'ops' }, permissions: [...STRONG] }));
    await server.hand.rollOut('waiting', 1);
    const applies = await keyOf('applies', ['plans:read', 'plans:apply']);
    const store = (line: string, body: object) =>
      ask(applies, `POST /v1/store/${line}`, { path: 'cli:test', ...body });
    const request = (body: object) => store('request', { request: body });
    const { revision, declaration } = await server.hand.fetch(keyRef('strong'));
    const wider = { ...declaration, spec: { ...declaration.spec, permissions: ['plans:approve'] } };
    const refused = [
      await store('claim', { object: keyRef('waiting') }),
      await store('claim', { object: keyRef('production-sk') }),
      await request({ kind: 'requestRotation', object: keyRef('strong') }),
      await request({ kind: 'activate', object: keyRef('strong') }),
      await request({ kind: 'update', declaration: wider, revision }),
      await request({ kind: 'create', declaration: role('boss', ['plans:approve']) }),
      await request({ kind: 'create', declaration: user('eve', { roles: ['administrator'] }) }),
      await request({ kind: 'create', declaration: service('wide') }),
      await request({ kind: 'create', declaration: apiKey('made', { owner: { service: 'ops' } }) }),
    ];
    expect(refused).toEqual(refused.map(() => 403));
    const { lease } = server.hand;
    const mutations = [
      { kind: 'issue', object: keyRef('strong'), generation: 2, recipient: 'to-mallory' },
      { kind: 'create', declaration: service('wide'), ownership: { project: 'p', manager: 'documents' } },
    ];
    const { body } = await server.ask('POST /v1/store/mutate', {
      token: applies,
      body: { lease, mutations },
    });
    expect(body.data.map((one: { error?: { code: string } }) => one.error?.code)).toEqual([
      'forbidden',
      'forbidden',
    ]);
    expect(await request({ kind: 'create', declaration: service('none', { permissions: [] }) })).toBe(200);
  });

  test('an unrelated new key of the same name ends nothing of the one that was removed', async () => {
    const owner = { service: 'ops' };
    await server.hand.create(apiKey('reports', { owner, deliver: [DOTENV] }));
    const old = (await server.hand.rollOut('reports', 1)).reveal();
    await server.hand.remove(keyRef('reports'), DAY_MS);
    const member = await joined(server, 'mallory');
    const made = await server.ask('POST /v1/keys', {
      token: member,
      body: { name: 'reports', environment: 'production', owner: { user: 'mallory' } },
    });
    expect(made.status).toBe(201);
    expect((await server.ask('POST /v1/revoke', { token: member, body: { token: old } })).status).toBe(403);
    expect((await server.ask('POST /v1/keys/reports/revoke', { token: member, body: {} })).status).toBe(200);
    const path = 'cli:revoke';
    const request = { kind: 'revoke', object: keyRef('reports'), overlapMs: 0 };
    await server.ask('POST /v1/store/request', { token: member, body: { request, path } });
    expect(await statuses(server, old)).toEqual([200]);
    // Who shows it may end it.
    expect((await server.ask('POST /v1/revoke', { token: old, body: { token: old } })).status).toBe(200);
    expect(await statuses(server, old)).toEqual([401]);
  });
});

describe('people', () => {
  test('users:write takes over no person who may do more through a team, or by a key of theirs', async () => {
    await server.hand.create(role('hr', ['users:write', 'users:read', 'environments:read', 'spaces:read']));
    const hr = await joined(server, 'hr', { roles: ['hr'] });
    await joined(server, 'ada', { roles: [] });
    const inviting = async (name: string) =>
      (await server.ask(`POST /v1/users/${name}/invitation`, { token: hr, body: {} })).status;
    expect(await inviting('ada')).toBe(201);
    await server.hand.create(team('data', { user: 'ada', role: 'admin' }));
    expect(await inviting('ada')).toBe(403);
    expect((await server.ask('POST /v1/users/ada/resend-invite', { token: hr, body: {} })).status).toBe(403);
    const patch = (status: string) => server.ask('PATCH /v1/users/ada', { token: hr, body: { status } });
    expect((await patch('deactivated')).status).toBe(200);
    expect((await patch('active')).status).toBe(403);
  });

  test('services:write does not widen a service by taking its explicit permissions away', async () => {
    await server.hand.create(service('narrow', { permissions: ['events:read'] }));
    await server.hand.create(role('ops', ['services:write', 'services:read', 'events:read']));
    const ops = await joined(server, 'ops', { roles: ['ops'] });
    const patch = async (body: object) =>
      (await server.ask('PATCH /v1/services/narrow', { token: ops, body })).status;
    expect(await patch({ permissions: null })).toBe(403);
    expect(await patch({ permissions: [] })).toBe(200);
    expect((await server.ask('POST /v1/services', { token: ops, body: { name: 'new' } })).status).toBe(403);
  });

  test('after a reset, a deactivation or another invitation, what was there before is dead for good', async () => {
    const session = await joined(server, 'ada');
    const own = (await pat(server, session)).token;
    const next = 'another correct horse';
    expect((await server.asRoot('PATCH /v1/users/ada/password', { password: next })).status).toBe(200);
    expect(await statuses(server, session, own)).toEqual([401, 401]);

    const second = (await login(server, 'ada@example.com', next)).body.accessToken;
    const token = (await pat(server, second)).token;
    for (const status of ['deactivated', 'active']) await server.asRoot('PATCH /v1/users/ada', { status });
    expect(await statuses(server, second, token)).toEqual([401, 401]);

    const third = (await login(server, 'ada@example.com', next)).body.accessToken;
    const again = (await pat(server, third)).token;
    const body = { token: await invited(server, 'ada'), password: PASSWORD };
    const fresh = (await server.ask('POST /v1/invitations/accept', { body })).body.accessToken;
    expect(await statuses(server, third, again, fresh)).toEqual([401, 401, 200]);
    expect((await login(server, 'ada@example.com', next)).status).toBe(401);
  });

  test('a right that was taken away since the request arrived is not used', async () => {
    const token = await joined(server, 'ada', { roles: ['administrator'] });
    const principal = (await server.ask('GET /v1/whoami', { token })).body;
    expect(principal.data.roles).toEqual(['administrator']);
    await change(server, user('ada', { roles: ['member'] }));
    expect((await server.ask('POST /v1/services', { token, body: { name: 'late' } })).status).toBe(403);
  });
});

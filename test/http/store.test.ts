/** The live store over HTTP: who may do what by it, what the log says of them, and what crosses. */

import { systemClock } from '../../src/adapters/system.js';
import { openRemoteStore } from '../../src/client/remote-store.js';
import { coverOf } from '../../src/domain/approval.js';
import type { DeclarationOf } from '../../src/domain/objects.js';
import { Secret } from '../../src/domain/secret.js';
import type { LiveStore, Mutation } from '../../src/ports/live-store.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import {
  apiKey,
  CALLER,
  DOTENV,
  environment,
  keyRef,
  OURS,
  refusal,
  service,
  TestStore,
  tokenIn,
  unwrap,
} from '../support/store.js';

const place = httpPlace();
const clients: LiveStore[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});

let server: TestServer;
beforeEach(async () => {
  server = await place.start();
  await server.hand.create(service('deploy'));
});

async function clientOf(token: Secret): Promise<LiveStore> {
  const options = { location: server.url, token, plainHttp: 'loopback', clock: systemClock } as const;
  const client = unwrap(await openRemoteStore(options));
  clients.push(client);
  return client;
}

/** A key with these permissions. */
async function keyOf(
  name: string,
  permissions: readonly string[],
  owner: object = { service: 'deploy' },
): Promise<Secret> {
  await server.hand.create(apiKey(name, { owner, permissions: [...permissions], deliver: [DOTENV] }));
  return server.hand.rollOut(name, 1);
}

/** A reconciler on another machine, who holds the lease of writers. */
async function reconciler(token: Secret): Promise<TestStore> {
  unwrap(await server.hand.store.releaseLease(server.hand.lease));
  const store = await clientOf(token);
  return new TestStore(store, unwrap(await store.acquireLease('ada@build-7', 5_000)));
}

/** As a pipeline has them that applies whatever documents say. */
const RECONCILES = ['*', 'plans:read', 'plans:apply'];
const user = (name: string, roles: readonly string[]): DeclarationOf<'User'> => ({
  kind: 'User',
  metadata: { name },
  spec: { email: `${name}@example.com`, status: 'active', roles: [...roles] },
});

const ours = { ownership: OURS };
const make = (declaration: Parameters<TestStore['create']>[0]) =>
  ({ kind: 'create', declaration, ...ours }) as const;

test('a key with plans:apply changes the account as an administrator may: not owners, nor keys of the tenant', async () => {
  await server.hand.create(user('boss', ['owner']));
  await server.hand.create(user('eve', ['member']));
  await server.hand.create(apiKey('tenant', { deliver: [DOTENV] }));
  const hand = await reconciler(await keyOf('reconciler', RECONCILES));
  const allowed = [
    make(service('billing')),
    make(environment('staging')),
    make(user('ada', ['administrator'])),
    make(apiKey('app', { owner: { service: 'deploy' }, environment: 'development' })),
    make(apiKey('hers', { owner: { user: 'eve@example.com' } })),
  ];
  for (const mutation of allowed)
    expect([mutation.declaration.metadata.name, (await hand.mutate(mutation)).ok]).toEqual([
      mutation.declaration.metadata.name,
      true,
    ]);
  const boss = await hand.fetch({ kind: 'User', name: 'boss' });
  const tenant = await hand.fetch(keyRef('tenant'));
  const refused = [
    make(user('mallory', ['owner'])),
    make(user('mallory', ['tenant-owner'])),
    make(apiKey('another', {})),
    make(apiKey('theirs', { owner: { user: 'boss' } })),
    make(apiKey('theirs', { owner: { user: 'boss@example.com' } })),
    { kind: 'update', declaration: user('boss', ['member']), ...ours, revision: boss.revision },
    { kind: 'delete', object: boss.ref, overlapMs: 0, revision: boss.revision },
    { kind: 'adopt', object: keyRef('production-sk'), ...ours, revision: tenant.revision },
    { kind: 'delete', object: tenant.ref, overlapMs: 0, revision: tenant.revision },
    { kind: 'issue', object: tenant.ref, generation: 1, recipient: 'to-mallory' },
    { kind: 'promote', object: tenant.ref, generation: 1, deliveries: [] },
    { kind: 'revoke', object: tenant.ref, generations: [1] },
  ] as const;
  for (const mutation of refused)
    expect([mutation.kind, refusal(await hand.mutate(mutation))]).toEqual([mutation.kind, 'forbidden']);
});

test('a key of the tenant with plans:apply, which only owners make, changes what owners change', async () => {
  const hand = await reconciler(await keyOf('reconciler', RECONCILES, { tenant: true }));
  await hand.create(apiKey('another', {}));
  await hand.create(user('boss', ['owner']));
  await hand.create(apiKey('theirs', { owner: { user: 'boss' } }));
});

test('store: applying needs plans:apply by name, reading plans needs plans:read', async () => {
  const statuses = async (token: Secret) => {
    const facts = await server.ask('POST /v1/store/facts', { token, body: {} });
    const survey = await server.ask('GET /v1/store/survey', { token });
    const body = { holder: 'ada', ttlMs: 1_000, name: 'a test' };
    const lease = await server.ask('POST /v1/store/acquire-lease', { token, body });
    return [facts.status, survey.status, lease.status];
  };
  expect(await statuses(await keyOf('data', ['spaces:read']))).toEqual([403, 403, 403]);
  // Of the tenant, and without permissions of its own: it may do everything, in its environment.
  await server.hand.create(apiKey('everything', { deliver: [DOTENV] }));
  expect(await statuses(await server.hand.rollOut('everything', 1))).toEqual([403, 403, 403]);
  expect(await statuses(await keyOf('reader', ['plans:read']))).toEqual([200, 200, 403]);
  expect(await statuses(await keyOf('reconciler', RECONCILES))).toEqual([200, 200, 200]);
});

test('the log says who showed the token, and not who they say they are', async () => {
  const hand = await reconciler(await keyOf('reconciler', [...RECONCILES, 'audit:read']));
  await hand.create(apiKey('app', { owner: { service: 'deploy' }, deliver: [DOTENV] }));
  await hand.rollOut('app', 1);
  const claimed = { actor: 'User/owner', path: 'apply' };
  unwrap(await hand.store.request({ kind: 'revoke', object: keyRef('app'), overlapMs: 0 }, claimed));
  const log = unwrap(await server.hand.store.audit({ object: 'ApiKey/app' }));
  expect(log.map(({ actor, path, action }) => `${actor} ${path} ${action}`)).toEqual([
    'ApiKey/reconciler apply object.created',
    'ApiKey/reconciler apply key.issued',
    'ApiKey/reconciler apply key.promoted',
    'ApiKey/reconciler http:apply key.revoked',
  ]);
});

test('store: what a remote reconciler revokes is refused here before the response', async () => {
  const hand = await reconciler(new Secret(ROOT));
  await hand.create(apiKey('app', { deliver: [DOTENV] }));
  const token = await hand.rollOut('app', 1);
  const code = async () =>
    (await server.asRoot('POST /v1/keys/verify', { key: token.reveal() })).body.data.code;
  unwrap(await server.world.verifier.refresh());
  expect(await code()).toBe('VALID');
  unwrap(await hand.revoke('app', [1]));
  expect(await code()).toBe('REVOKED');
});

test('store: a secret crosses sealed, or once to the caller that claims it', async () => {
  const hand = await reconciler(new Secret(ROOT));
  await hand.create(apiKey('app', { deliver: [DOTENV] }));
  const mutations = [{ kind: 'issue', object: keyRef('app'), generation: 1, recipient: 'to-reconciler' }];
  const got = await server.asRoot('POST /v1/store/mutate', { lease: hand.lease, mutations });
  // The test world's box hides nothing, so that is where the token is, and nowhere else.
  const { issued, ...outcome } = got.body.data[0].value;
  expect(Object.keys(outcome).sort()).toEqual(['changed', 'revision']);
  const sealed = issued.sealed;
  const token = tokenIn(sealed).reveal();
  expect(got.text.replace(sealed, '')).not.toContain(token.slice(21, 60));
  const later = await server.asRoot('POST /v1/store/fetch', { refs: [keyRef('app')] });
  expect(later.text).not.toContain(token.slice(21, 60));
  expect(unwrap(await hand.store.claim(keyRef('production-sk'), CALLER)).reveal()).toMatch(/^sk_live_/);
  expect(refusal(await hand.store.claim(keyRef('production-sk'), CALLER))).toBe('already_claimed');
});

test('a key that may not apply claims nothing, and does not learn what there is', async () => {
  await server.hand.create(apiKey('waiting', { owner: { service: 'deploy' } }));
  const weak = await keyOf('weak', ['keys:write', 'keys:read']);
  const claim = (token: Secret, name: string) =>
    server.ask('POST /v1/store/claim', { token, body: { object: keyRef(name), path: 'cli:claim' } });
  expect((await claim(weak, 'waiting')).status).toBe(403);
  expect((await claim(weak, 'production-sk')).status).toBe(403);
  const other = await keyOf('other', ['spaces:read']);
  expect((await claim(other, 'waiting')).status).toBe(404);
  expect((await claim(other, 'nothing')).status).toBe(404);
});

test('a declaration is checked as a document is', async () => {
  const hand = await reconciler(new Secret(ROOT));
  const wrong = [
    { ...service('a'), metadata: { name: 'A name' } },
    { ...service('a'), metadata: { name: 'a', annotations: { 'keywright.dev/unknown': 'x' } } },
    { ...service('a'), spec: { permissions: ['not a permission'] } },
    { ...service('a'), spec: { unknown: true } },
    { ...apiKey('a'), spec: { environment: 'production', owner: { service: 'deploy', tenant: true } } },
    { kind: 'Role', metadata: { name: 'owner' }, spec: { scope: 'tenant', permissions: [] } },
  ];
  for (const declaration of wrong)
    expect(refusal(await hand.mutate(make(declaration as Parameters<typeof make>[0])))).toBe(
      'invalid_documents',
    );
  // Whatever a client leaves to a default is stored as everybody else's is.
  const bare = { ...apiKey('bare'), spec: { environment: 'production', owner: { tenant: true } } } as const;
  await hand.create(bare);
  expect((await hand.fetch(keyRef('bare'))).digest).not.toBe('');
  expect(unwrap(await hand.mutate(make(apiKey('bare')))).changed).toBe(false);
});

test('store: an invalid declaration is refused before authorization', async () => {
  const hand = await reconciler(await keyOf('reconciler', RECONCILES));
  const lease = hand.lease;
  for (const spec of [{ roles: 'owner' }, { roles: { 0: 'owner' } }, { owner: 'tenant' }, {}])
    for (const kind of ['User', 'ApiKey']) {
      const mutations = [
        { kind: 'create', declaration: { kind, metadata: { name: 'a' }, spec }, ownership: OURS },
      ];
      const got = await server.asRoot('POST /v1/store/mutate', { lease, mutations });
      expect(got.body.data[0].error.code).toBe('invalid_documents');
      expect(refusal(await hand.mutate(mutations[0] as unknown as Mutation))).toBe('invalid_documents');
    }
});

test('an object does not become one of another kind', async () => {
  const hand = await reconciler(new Secret(ROOT));
  const { revision } = await hand.fetch({ kind: 'Service', name: 'deploy' });
  const former = { kind: 'Service', name: 'deploy' } as const;
  const update = { kind: 'update', declaration: user('deploy', []), ...ours, revision, former } as const;
  expect(refusal(await hand.mutate(update))).toBe('conflict');
});

test('what people ask of a key needs what the route of that name needs', async () => {
  await keyOf('app', []);
  const token = await keyOf('rotator', ['keys:rotate']);
  const ask = (kind: string, asker = token) =>
    server.ask('POST /v1/store/request', {
      token: asker,
      body: {
        request: { kind, object: keyRef('app'), ...(kind === 'revoke' && { overlapMs: 0 }) },
        path: 'cli:test',
      },
    });
  expect((await ask('requestRotation')).status).toBe(200);
  const reconciles = await keyOf('reconciler', ['plans:read', 'plans:apply']);
  const other = await ask('requestRotation', reconciles);
  expect([other.status, (await ask('deactivate', reconciles)).status]).toEqual([200, 403]);
  // Who may see it no other way does not learn that it exists.
  expect([(await ask('revoke')).status, (await ask('deactivate')).status]).toEqual([404, 404]);
  expect((await ask('remove')).status).toBe(403);
});

test('a robot applies in a protected environment what another person approved, and neither approves nor breaks the glass', async () => {
  const hand = await reconciler(await keyOf('robot', RECONCILES));
  const settings = { project: 'acme', guard: { requireApproval: ['production'] }, permissions: [] };
  unwrap(await hand.store.declareProject(settings, hand.lease, CALLER));
  const declaration = apiKey('app', { owner: { service: 'deploy' } });
  const approval = 'a plan';
  const apply = (more: object) => hand.store.mutate(make(declaration), hand.lease, { ...CALLER, ...more });
  expect(refusal(await apply({ approval }))).toBe('approval_required');
  expect(refusal(await apply({ breakGlass: 'hurry' }))).toBe('forbidden');
  const plan = { digest: approval, project: 'acme', covers: [coverOf({ kind: 'create', declaration })] };
  expect(refusal(await hand.store.approve(plan, CALLER))).toBe('forbidden');
  const boss = await clientOf(new Secret(ROOT));
  unwrap(await boss.approve(plan, CALLER));
  // What is approved already may be asked for by any caller.
  unwrap(await hand.store.approve(plan, CALLER));
  unwrap(await apply({ approval }));
  expect(refusal(await hand.store.declareProject({ ...settings, guard: {} }, hand.lease, CALLER))).toBe(
    'approval_required',
  );
  const log = unwrap(await server.hand.store.audit({}));
  expect(log.filter(({ action }) => action === 'plan.approved').map(({ actor }) => actor)).toEqual([
    'User/owner',
  ]);
});

/** Plan and drift over HTTP, against what was applied last: what was done manually shows, and who did it. */
import type { Declaration } from '../../src/domain/objects.js';
import { joined } from '../support/http-people.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { role } from '../support/plan-declarations.js';
import { apiKey, DOTENV, OURS, service, unwrap } from '../support/store.js';

const place = httpPlace();

const billing = service('billing', { description: 'Invoices' });
const RECONCILER = { actor: 'reconciler', path: 'apply' };

const apply = async ({ hand }: TestServer, declaration: Declaration, ownership = OURS): Promise<void> =>
  void unwrap(await hand.store.mutate({ kind: 'create', declaration, ownership }, hand.lease, RECONCILER));

interface Shown {
  readonly action: string;
  readonly object: { readonly name: string };
  readonly cause?: { readonly actor: string; readonly path: string };
}

/** What differs, and who did it. */
async function drift(server: TestServer, query = ''): Promise<readonly unknown[]> {
  const { body } = await server.asRoot(`GET /v1/drift${query}`);
  return body.steps.map(({ action, object, cause }: Shown) => [
    `${action} ${object.name}`,
    cause && `${cause.actor} ${cause.path}`,
  ]);
}

test('there is no drift as long as what was applied is live, and no effect of asking', async () => {
  const server = await place.start();
  await apply(server, billing);
  const entries = await server.hand.entries();
  const { body: plan } = await server.asRoot('GET /v1/plan');
  expect(plan).toMatchObject({ apiVersion: 'keywright.dev/v1', kind: 'Plan', project: 'acme', steps: [] });
  const { body: none } = await server.asRoot('GET /v1/drift?project=acme&manager=documents');
  expect(none).toMatchObject({ kind: 'Drift', steps: [], basedOn: plan.basedOn });
  expect(await server.hand.entries()).toBe(entries);
});

test('drift: a manual change or removal shows its actor and path', async () => {
  const server = await place.start();
  await apply(server, billing);
  await apply(server, service('shop'));
  const ada = await joined(server, 'ada', { roles: ['administrator'] });
  const asAda = { token: ada };
  const changing = { ...asAda, body: { description: 'Mine' } };
  expect((await server.ask('PATCH /v1/services/billing', changing)).status).toBe(200);
  expect((await server.ask('DELETE /v1/services/shop', asAda)).status).toBe(200);
  expect(await drift(server)).toEqual(
    expect.arrayContaining([
      ['update billing', 'User/ada http:PATCH /services/{id}'],
      ['create shop', 'User/ada http:DELETE /services/{id}'],
    ]),
  );
  const { body } = await server.asRoot('GET /v1/plan');
  expect(body.summary).toMatchObject({ update: 1, create: 1, delete: 0 });
  const back = { ...asAda, body: { description: 'Invoices' } };
  expect((await server.ask('PATCH /v1/services/billing', back)).status).toBe(200);
  expect(JSON.stringify(await drift(server))).not.toContain('billing');
});

test('drift: a revoked key that is declared is issued again; files are elsewhere, not missing', async () => {
  const server = await place.start();
  await apply(server, apiKey('app'));
  await apply(server, apiKey('delivered', { deliver: [DOTENV] }));
  for (const name of ['app', 'delivered']) await server.hand.rollOut(name, 1);
  const { body: before } = await server.asRoot('GET /v1/plan');
  expect(before).toMatchObject({ steps: [], waiting: [{ reason: 'Unclaimed' }] });
  expect((await server.asRoot('POST /v1/keys/app/revoke', {})).status).toBe(200);
  const { body } = await server.asRoot('GET /v1/plan');
  expect(body.steps.map(({ object }: Shown) => object.name)).not.toContain('delivered');
  expect(body.steps).toContainEqual(
    expect.objectContaining({ action: 'issue', object: { kind: 'ApiKey', name: 'app' } }),
  );
  expect((await server.asRoot('POST /v1/keys/delivered/revoke', {})).status).toBe(200);
  const { body: after } = await server.asRoot('GET /v1/drift');
  expect(after.differences).toContainEqual(
    expect.objectContaining({
      object: { kind: 'ApiKey', name: 'delivered' },
      status: 'drifted',
      reason: 'SinkElsewhere',
    }),
  );
});

test('a key that expired is a difference that no step mends, and all that is as applied is no difference', async () => {
  const server = await place.start();
  await apply(server, apiKey('app', { expiresAfter: '1h' }));
  await server.hand.rollOut('app', 1);
  expect((await server.asRoot('GET /v1/drift')).body).toMatchObject({ differences: [], steps: [] });
  server.clock.advance(3_600_001);
  const { body } = await server.asRoot('GET /v1/drift');
  expect(body).toMatchObject({
    steps: [],
    differences: [{ object: { kind: 'ApiKey', name: 'app' }, status: 'drifted', reason: 'KeyExpired' }],
  });
});

test('of several projects one has to be named; who has nothing here is not found', async () => {
  const server = await place.start();
  expect((await server.asRoot('GET /v1/plan')).status).toBe(404);
  await apply(server, billing);
  await apply(server, service('shop'), { project: 'shops', manager: 'terraform:eu' });
  const { status, body } = await server.asRoot('GET /v1/drift');
  expect([status, body.detail]).toEqual([400, expect.stringContaining('acme, shops')]);
  expect((await server.asRoot('GET /v1/drift?project=shops')).body.project).toBe('shops');
  expect((await server.asRoot('GET /v1/drift?project=nobody')).status).toBe(404);
  expect((await server.asRoot('GET /v1/plan?project=acme&manager=terraform%3Aeu')).status).toBe(404);
  await apply(server, service('more'), { project: 'acme', manager: 'terraform:eu' });
  expect((await server.asRoot('GET /v1/plan?project=acme')).body.summary).toMatchObject({ unchanged: 1 });
});

test('it takes plans:read, which reads no more than that', async () => {
  const server = await place.start();
  await apply(server, billing);
  await server.hand.create(role('planner', ['plans:read']));
  const planner = await joined(server, 'ada', { roles: ['planner'] });
  const member = await joined(server, 'bob');
  for (const route of ['plan', 'drift']) {
    const of = async (token: string) => (await server.ask(`GET /v1/${route}?project=acme`, { token })).status;
    expect([await of(planner), await of(member)]).toEqual([200, 403]);
  }
});

test.each([
  ['forgotten', 'null'],
  ['said to have been what is live', 'declaration'],
])(
  'what was applied last cannot be %s behind the store: it is noticed, and no drift is hidden',
  async (_what, now) => {
    const server = await place.start();
    await apply(server, billing);
    await server.asRoot('PATCH /v1/services/billing', { description: 'Mine' });
    expect(await drift(server)).toHaveLength(1);
    place.place.tamper(`update objects set applied = ${now} where name = 'billing'`);
    for (const line of ['GET /v1/drift', 'GET /v1/plan']) {
      const { status, body } = await server.asRoot(line);
      expect([line, status, body.code]).toEqual([line, 500, 'store_tampered']);
    }
  },
);

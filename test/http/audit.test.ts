/** The audit log over HTTP: who acted, in whatever environment; exported, checked, and vouched for. */
import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import type { Declaration } from '../../src/domain/objects.js';
import { joined } from '../support/http-people.js';
import { httpPlace } from '../support/http-world.js';
import { guest, space, user } from '../support/plan-declarations.js';
import { environment, service, unwrap } from '../support/store.js';

const place = httpPlace();

const lines = (text: string): readonly Record<string, unknown>[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('F14: one log over all environments, with the people and guests who acted', async () => {
  const server = await place.start();
  const ada = await joined(server, 'ada', { roles: ['administrator'] });
  for (const name of ['production', 'development']) {
    await server.hand.create({ ...space('room'), spec: { environment: name } } as Declaration);
    await server.hand.create(
      guest('visitor', { environment: name, email: 'v@example.com', grants: [{ space: 'room' }] }),
    );
    const made = await server.ask('POST /v1/guest-links', { token: ada, body: { guest: `${name}/visitor` } });
    expect(made.status).toBe(201);
    await server.ask('POST /v1/auth', { body: { token: made.body.data.token } });
  }
  const acted = async (query: string) =>
    (await server.asRoot(`GET /v1/audit?${query}`)).body.data.map(
      (one: { actor: string; action: string; path: string }) => `${one.actor} ${one.action} ${one.path}`,
    );
  expect(await acted('actorKind=Guest')).toEqual([
    'Guest/production/visitor link.used http:POST /auth',
    'Guest/production/visitor session.started http:POST /auth',
    'Guest/development/visitor link.used http:POST /auth',
    'Guest/development/visitor session.started http:POST /auth',
  ]);
  expect(await acted('actor=User/ada&action=link.created')).toEqual([
    'User/ada link.created http:POST /guest-links',
    'User/ada link.created http:POST /guest-links',
  ]);
  expect((await server.ask('GET /v1/audit', { token: await joined(server, 'bob') })).status).toBe(403);
});

test('the whole log is exported line by line, and continues after any entry', async () => {
  const server = await place.start();
  const { entries } = unwrap(await server.hand.store.verifyAudit());
  const all = await server.asRoot('GET /v1/audit/export');
  expect(all.headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  expect(lines(all.text).map(({ seq }) => seq)).toEqual(
    Array.from({ length: entries }, (_, index) => index + 1),
  );
  const rest = await server.asRoot(`GET /v1/audit/export?since=${entries - 2}`);
  expect(lines(rest.text)).toHaveLength(2);
});

test('CloudEvents have what 1.0 requires; source and id together are unique to the store', async () => {
  const server = await place.start();
  const { storeId } = unwrap(await server.hand.store.facts());
  const [first] = lines((await server.asRoot('GET /v1/audit/export?format=cloudevents')).text);
  expect(first).toEqual({
    specversion: '1.0',
    id: '1',
    source: `keywright:${storeId}`,
    type: expect.stringMatching(/^dev\.keywright\.[a-z]+\.[a-z-]+$/),
    subject: expect.any(String),
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    datacontenttype: 'application/json',
    data: expect.objectContaining({ seq: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) }),
  });
});

test('OCSF has what API Activity requires, whatever was done', async () => {
  const server = await place.start();
  await joined(server, 'ada');
  for (const event of lines((await server.asRoot('GET /v1/audit/export?format=ocsf')).text)) {
    expect(event).toMatchObject({
      class_uid: 6003,
      category_uid: 6,
      severity_id: 1,
      time: expect.any(Number),
      actor: { user: { name: expect.any(String) } },
      api: { operation: expect.any(String) },
      src_endpoint: { name: expect.any(String) },
      metadata: { version: '1.3.0', product: { vendor_name: 'Keywright' } },
    });
    expect(event['type_uid']).toBe(600_300 + Number(event['activity_id']));
    expect([1, 2, 3, 4]).toContain(event['activity_id']);
  }
});

test('the chain and the rows are checked, and what does not hold is said', async () => {
  const server = await place.start();
  await server.hand.create(user('ada'));
  expect((await server.asRoot('GET /v1/audit/verify')).body.data).toMatchObject({
    valid: true,
    problem: null,
  });
  place.place.tamper(`update audit set actor = 'nobody' where seq = 5`);
  const broken = (await server.asRoot('GET /v1/audit/verify')).body.data;
  expect(broken).toMatchObject({ valid: false, problem: expect.stringContaining('entry 5 ') });
});

test('checkpoint: states the end of the log, with a signature that anyone can verify', async () => {
  const server = await place.start();
  await server.hand.create(environment('staging'));
  const { data } = (await server.asRoot('GET /v1/audit/checkpoint')).body;
  const { jwk } = decodeProtectedHeader(data.checkpoint);
  const { payload } = await compactVerify(data.checkpoint, await importJWK(jwk ?? {}, 'EdDSA'));
  const { entries, head } = unwrap(await server.hand.store.verifyAudit());
  expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({ seq: entries, hash: head });
  expect(unwrap(await server.hand.store.verifyCheckpoints([data.checkpoint]))).toEqual({
    checkpoints: 1,
    seq: entries,
  });
  expect(decodeJwt(data.checkpoint)['sid']).toBeUndefined();
});

test('a page of the log that nothing narrows reads that page and one entry more, however long the log is', async () => {
  const limits: number[] = [];
  const server = await place.start((world) => ({
    ...world,
    store: {
      ...world.store,
      audit: (query) => {
        limits.push(query.limit ?? 0);
        return world.store.audit(query);
      },
    },
  }));
  for (let made = 0; made < 10; made++) await server.hand.create(service(`s-${made}`));
  const first = (await server.asRoot('GET /v1/audit?limit=3')).body;
  const second = (await server.asRoot(`GET /v1/audit?limit=3&since=${first.nextSince}`)).body;
  expect(second.data.map(({ seq }: { seq: number }) => seq)).toEqual([4, 5, 6]);
  expect(limits).toEqual([4, 4]);
});

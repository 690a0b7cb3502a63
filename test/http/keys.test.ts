/** Keys, the audit log and the feed of changes, over real HTTP. */
import { type Got, httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey, service } from '../support/store.js';

const place = httpPlace();

const names = ({ body }: Got): readonly string[] => body.data.map((one: { name: string }) => one.name);

async function withKeys(...keys: readonly string[]): Promise<TestServer> {
  const server = await place.start();
  await server.hand.create(service('billing'));
  for (const name of keys) await server.hand.create(apiKey(name, { owner: { service: 'billing' } }));
  return server;
}

test('pages put together are all keys, each once, by name', async () => {
  const server = await withKeys('c', 'a', 'b');
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const page = await server.asRoot(`GET /v1/keys?limit=2${cursor}`);
    seen.push(...names(page));
    if (page.body.nextCursor === null) break;
    cursor = `&cursor=${page.body.nextCursor}`;
  }
  expect(seen).toEqual([...seen].sort());
  expect(seen).toEqual(expect.arrayContaining(['a', 'b', 'c', 'development-pk', 'production-sk']));
});

test('the list tells what U5 asks for, and never used is never used', async () => {
  const server = await withKeys('billing-prod');
  const token = await server.hand.rollOut('billing-prod', 1);
  const [key] = (await server.asRoot('GET /v1/keys?owner=service:billing')).body.data;
  expect(key).toMatchObject({
    name: 'billing-prod',
    prefix: token.reveal().slice(0, 20),
    type: 'secret',
    environment: 'production',
    owner: { service: 'billing' },
    level: 'service',
    status: 'active',
    lastUsedAt: null,
    expiresAt: null,
    versions: [{ version: 1, state: 'current', lastUsedAt: null }],
  });
  expect(JSON.stringify(key)).not.toContain(token.reveal().slice(21));
});

test('GET /keys: filters by environment (name or id) and owner; an invalid owner is refused', async () => {
  const server = await withKeys('app');
  const { id } = (await server.asRoot('GET /v1/environments/production')).body.data;
  for (const environment of ['production', id])
    expect(names(await server.asRoot(`GET /v1/keys?environment=${environment}`))).toEqual([
      'app',
      'production-pk',
      'production-sk',
    ]);
  expect(names(await server.asRoot('GET /v1/keys?environment=us_env_nobodys'))).toEqual([]);
  expect(names(await server.asRoot('GET /v1/keys?owner=service:billing'))).toEqual(['app']);
  const wrong = await server.asRoot('GET /v1/keys?owner=billing');
  expect([wrong.status, wrong.body.detail]).toEqual([400, expect.stringContaining('service:NAME')]);
});

test('F2: a deactivated key is refused immediately and shown as inactive; activated it is accepted again', async () => {
  const server = await withKeys('app');
  const token = (await server.hand.rollOut('app', 1)).reveal();
  const code = async () => (await server.asRoot('POST /v1/keys/verify', { key: token })).body.data.code;
  const inactive = async () => names(await server.asRoot('GET /v1/keys?status=inactive'));
  expect((await server.asRoot('POST /v1/keys/app/deactivate')).body.data.status).toBe('inactive');
  expect([await code(), await inactive()]).toEqual(['INACTIVE', ['app']]);
  expect((await server.asRoot('POST /v1/keys/app/activate', {})).body.data.status).toBe('active');
  expect([await code(), await inactive()]).toEqual(['VALID', []]);
});

test('a revocation is in force before it is answered, and cannot be undone (U7)', async () => {
  const server = await withKeys('app');
  const token = (await server.hand.rollOut('app', 1)).reveal();
  const { id } = await server.hand.fetch({ kind: 'ApiKey', name: 'app' });
  const revoked = await server.asRoot(`POST /v1/keys/${id}/revoke`);
  expect(revoked.body.data.versions).toMatchObject([{ state: 'revoked' }]);
  for (const verb of ['activate', 'rotate', 'revoke']) await server.asRoot(`POST /v1/keys/${id}/${verb}`);
  const { body } = await server.asRoot('POST /v1/keys/verify', { key: token });
  expect(body.data).toMatchObject({ valid: false, code: 'REVOKED' });
});

test('U9: a hand-over is acknowledged by the holder of the newest version', async () => {
  const server = await withKeys('app');
  const token = (await server.hand.rollOut('app', 1)).reveal();
  expect((await server.asRoot('POST /v1/keys/app/acknowledge', { proof: 'x' })).status).toBe(403);
  expect((await server.asRoot('POST /v1/keys/app/acknowledge', { proof: token })).status).toBe(200);
  expect((await server.asRoot('POST /v1/keys/app/rotate')).body.data.rotationRequestedAt).not.toBeNull();
});

test('what is done over HTTP is in the log, with who did it and by which path', async () => {
  const server = await withKeys('app');
  await server.hand.rollOut('app', 1);
  await server.asRoot('POST /v1/keys/app/revoke');
  const { body } = await server.asRoot('GET /v1/audit?object=ApiKey/app&action=key.revoked');
  expect(body).toMatchObject({
    data: [{ actor: 'User/owner', path: 'http:POST /keys/{id}/revoke', object: 'ApiKey/app' }],
    nextSince: null,
  });
});

test('every kind is listed with the fields of its documents', async () => {
  const server = await withKeys();
  for (const path of ['environments', 'services', 'roles', 'teams', 'users', 'spaces', 'guests'])
    expect((await server.asRoot(`GET /v1/${path}`)).status).toBe(200);
  expect(names(await server.asRoot('GET /v1/services'))).toEqual(['billing']);
});

test('changes come as they happen, each once, and a reader that comes back misses none', async () => {
  const server = await withKeys('app');
  const first = await reading(server, {}, async (seen) => seen.length >= 3);
  const last = first.at(-1) ?? '';
  const later = reading(server, { 'last-event-id': /^id: (\d+)$/m.exec(last)?.[1] ?? '' }, async (seen) =>
    seen.some((event) => event.includes('key.revoked')),
  );
  await server.hand.rollOut('app', 1);
  await server.asRoot('POST /v1/keys/app/revoke');
  const ids = [...first, ...(await later)].map((event) => Number(/^id: (\d+)$/m.exec(event)?.[1]));
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
});

test('GET /changes: a revision in the future is refused', async () => {
  const server = await withKeys();
  const last = (await server.asRoot('GET /v1/audit?limit=200')).body.data.at(-1).seq;
  const headers = { 'last-event-id': String(last + 1) };
  for (const got of [
    await server.asRoot(`GET /v1/changes?since=${last + 1}`),
    await server.ask('GET /v1/changes', { token: ROOT, headers }),
  ])
    expect([got.status, got.body.code]).toEqual([409, 'conflict']);
  const events = reading(server, { 'last-event-id': String(last) }, async (seen) => seen.length > 0);
  await server.hand.create(service('next'));
  expect((await events).length).toBe(1);
});

test('a stream of changes ends when its reader is shut out', async () => {
  const server = await withKeys();
  await server.hand.create(apiKey('reader', { owner: { service: 'billing' }, permissions: ['audit:read'] }));
  const token = (await server.hand.rollOut('reader', 1)).reveal();
  const ended = reading(server, { authorization: `Bearer ${token}` }, async () => false);
  await server.asRoot('POST /v1/keys/reader/revoke');
  const events = await ended;
  expect(events.some((event) => event.includes('key.revoked'))).toBe(false);
});

/** The events of a stream, until enough was seen or it ends. */
async function reading(
  server: TestServer,
  headers: Record<string, string>,
  isEnough: (events: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  const over = new AbortController();
  const response = await fetch(`${server.url}/v1/changes`, {
    headers: { authorization: `Bearer ${ROOT}`, ...headers },
    signal: over.signal,
  });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const events: string[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    events.push(...parts.filter((part) => part.startsWith('id:')));
    if (await isEnough(events)) break;
  }
  over.abort();
  return events;
}

/** How a connection to Vault signs in, and how often. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../../src/adapters/system.js';
import type { VaultConnection } from '../../../src/domain/connections/vault.js';
import { sinkIdOf } from '../../../src/domain/kinds/index.js';
import type { Sinks } from '../../../src/ports/sink.js';
import { delivery, newToken } from '../../support/apply-folder.js';
import { VaultServer } from '../../support/servers/vault.js';
import { pagePolicy, type VaultWorld, vaultSink, vaultWorld } from '../../support/vault-world.js';

const SECRET_ID = 'canary-of-the-secret-id';
const JWT = 'eyJ-canary-of-the-signed-token';
const ID = sinkIdOf(vaultSink('billing'));

/** Time that passes when a test says so; deadlines are real. */
let passedMs = 0;
const clock = { ...systemClock, monotonicMs: () => passedMs, now: () => passedMs };

const root = mkdtempSync('/tmp/keywright-');
afterAll(() => rmSync(root, { recursive: true }));

let server: VaultServer;
beforeEach(async () => {
  passedMs = 0;
  server = await VaultServer.start({ now: () => passedMs });
  server.namespace().auth.policy('page', pagePolicy());
});
afterEach(() => server.close());

const roleOf = (ttl: number, uses?: number) => ({ policies: ['page'], ttl, ...(uses && { uses }) });
const APP_ROLE: Partial<VaultConnection> = {
  appRole: { roleId: 'keywright', secretId: { env: 'SECRET_ID' } },
};

function allowAppRole(ttl: number, uses?: number): void {
  server.namespace().auth.allow('approle', { role_id: 'keywright', secret_id: SECRET_ID }, roleOf(ttl, uses));
}

async function sinksWith(connection: Partial<VaultConnection>, env = { SECRET_ID, JWT }): Promise<Sinks> {
  const world: VaultWorld = await vaultWorld({ connection, root }, server);
  return world.sinks({ clock, env });
}

async function kindOf(sinks: Sinks, path = 'billing'): Promise<string> {
  const [receipt] = await sinks.read([sinkIdOf(vaultSink(path))]);
  expect(JSON.stringify(receipt)).not.toMatch(/canary/);
  return receipt?.kind === 'unknown' ? receipt.why : `${receipt?.kind}`;
}

const logins = () => server.namespace().auth.logins;

test('vault, sign-in: AppRole, Kubernetes and JWT, each at its standard mount and at another one', async () => {
  const { auth } = server.namespace();
  writeFileSync(join(root, 'pod-token'), `${JWT}\n`);
  const jwt = { role: 'keywright', jwt: JWT };
  const all: (readonly [string, Record<string, string>, Partial<VaultConnection>])[] = [
    ['approle', { role_id: 'keywright', secret_id: SECRET_ID }, APP_ROLE],
    [
      'team/roles',
      { role_id: 'r', secret_id: SECRET_ID },
      { appRole: { roleId: 'r', secretId: { env: 'SECRET_ID' }, mount: 'team/roles' } },
    ],
    ['kubernetes', jwt, { kubernetes: { role: 'keywright', tokenFile: 'pod-token' } }],
    ['k8s-prod', jwt, { kubernetes: { role: 'keywright', tokenFile: 'pod-token', mount: 'k8s-prod' } }],
    ['jwt', jwt, { jwt: { role: 'keywright', token: { env: 'JWT' } } }],
    ['gitlab', jwt, { jwt: { role: 'keywright', token: { file: 'pod-token' }, mount: 'gitlab' } }],
  ];
  for (const [mount, presented, connection] of all) {
    const sinks = await sinksWith(connection);
    expect([mount, await kindOf(sinks)]).toEqual([mount, expect.stringMatching(/^signing in at auth\//)]);
    auth.allow(mount, presented, roleOf(3_600));
    const before = server.records.length;
    const again = await sinksWith(connection);
    const done = await again.deliver(vaultSink(mount.replace('/', '-')), delivery(newToken()));
    expect([mount, done]).toMatchObject([mount, { ok: true }]);
    const login = server.records.slice(before).filter(({ url }) => url.includes('/login'));
    expect(login.map(({ url, headers }) => [url, headers['x-vault-token']])).toEqual([
      [`/v1/auth/${mount}/login`, undefined],
    ]);
  }
});

test('vault, sign-in: where a pod has no token, its file is named', async () => {
  const sinks = await sinksWith({ kubernetes: { role: 'keywright' } });
  expect(await kindOf(sinks)).toBe(
    'the file /var/run/secrets/kubernetes.io/serviceaccount/token cannot be read (ENOENT)',
  );
});

test('vault, sign-in: one login serves all requests until shortly before its lease ends', async () => {
  allowAppRole(600);
  const sinks = await sinksWith(APP_ROLE);
  const paths = Array.from({ length: 20 }, (_, nth) => `key-${nth}`);
  await Promise.all(paths.map((path) => sinks.deliver(vaultSink(path), delivery(newToken()))));
  expect(logins()).toBe(1);
  passedMs = 569_999;
  expect([await kindOf(sinks), logins()]).toEqual(['missing', 1]);
  passedMs = 570_000;
  expect([await kindOf(sinks), logins()]).toEqual(['missing', 2]);
});

test('vault, sign-in: of a short lease the last third is not used; a token without an end is kept', async () => {
  allowAppRole(30);
  const sinks = await sinksWith(APP_ROLE);
  await kindOf(sinks);
  passedMs = 19_999;
  expect([await kindOf(sinks), logins()]).toEqual(['missing', 1]);
  passedMs = 20_000;
  expect([await kindOf(sinks), logins()]).toEqual(['missing', 2]);
  allowAppRole(0);
  const others = await sinksWith(APP_ROLE);
  await kindOf(others);
  passedMs = 10 ** 12;
  expect([await kindOf(others), logins()]).toEqual(['missing', 3]);
});

test('vault, sign-in: a token that was revoked is replaced once, and the request is done', async () => {
  allowAppRole(3_600);
  const sinks = await sinksWith(APP_ROLE);
  const sink = vaultSink('billing');
  expect(await kindOf(sinks)).toBe('missing');
  server.namespace().auth.revokeAll();
  expect(await sinks.deliver(sink, delivery(newToken()))).toMatchObject({ ok: true });
  expect(logins()).toBe(2);
  expect(server.namespace().mounts.get('secret')?.history.length).toBe(1);
});

test('vault, sign-in: what the policy forbids is asked with one more token, and then with no other for a minute', async () => {
  server.namespace().auth.policy('page', 'path "secret/data/shop/allowed" { capabilities = ["read"] }');
  allowAppRole(3_600);
  const sinks = await sinksWith(APP_ROLE);
  for (let nth = 0; nth < 10; nth++) {
    expect(await kindOf(sinks)).toMatch(
      /^http.* responded with status 403 \(1 error occurred: \* permission denied\)$/,
    );
    expect(await kindOf(sinks, 'allowed')).toBe('missing');
  }
  expect(logins()).toBe(2);
  passedMs = 60_000;
  await kindOf(sinks);
  expect(logins()).toBe(3);
});

test('vault, sign-in: many requests that are refused at once log in once', async () => {
  allowAppRole(3_600);
  const sinks = await sinksWith(APP_ROLE);
  await kindOf(sinks);
  server.namespace().auth.revokeAll();
  const ids = Array.from({ length: 20 }, (_, nth) => sinkIdOf(vaultSink(`key-${nth}`)));
  expect((await sinks.read(ids)).map(({ kind }) => kind)).toEqual(Array(20).fill('missing'));
  expect(logins()).toBe(2);
});

test('vault, sign-in: a token of few uses is replaced when they are used up', async () => {
  allowAppRole(3_600, 2);
  const sinks = await sinksWith(APP_ROLE);
  expect([await kindOf(sinks), await kindOf(sinks)]).toEqual(['missing', 'missing']);
  expect(logins()).toBe(2);
});

test('vault, sign-in: a wrong credential is presented once a minute, and in no message', async () => {
  allowAppRole(3_600);
  const sinks = await sinksWith(APP_ROLE, { SECRET_ID: 'canary-that-is-wrong', JWT });
  for (let nth = 0; nth < 5; nth++)
    expect(await kindOf(sinks)).toBe(
      `signing in at auth/approle failed: ${server.address} responded with status 400 (invalid role or secret ID)`,
    );
  const tried = () => server.records.filter(({ url }) => url.endsWith('/login')).length;
  expect(tried()).toBe(1);
  passedMs = 60_000;
  await kindOf(sinks);
  expect(tried()).toBe(2);
});

test('vault, sign-in: a login that is not answered is tried again by the next request', async () => {
  allowAppRole(3_600);
  const sinks = await sinksWith(APP_ROLE);
  for (const what of [{ status: 503, errors: ['Vault is sealed'] }, 'cut', 'lost-answer'] as const) {
    server.failNext(({ url }) => url.endsWith('/login'), what);
    expect(await kindOf(sinks)).toMatch(/^http|^the response/);
  }
  expect(await kindOf(sinks)).toBe('missing');
});

test('vault, sign-in: a login without a token in its answer is refused', async () => {
  allowAppRole(3_600);
  server.rewrite = () => '{"auth":null}';
  expect(await kindOf(await sinksWith(APP_ROLE))).toBe(
    'the login at auth/approle was answered without a token',
  );
});

test('vault, sign-in: a token in a file is read anew, as an agent writes it', async () => {
  const { auth } = server.namespace();
  const sinks = await sinksWith({ token: { file: 'token' } });
  writeFileSync(join(root, 'token'), auth.token(roleOf(60)));
  expect(await kindOf(sinks)).toBe('missing');
  passedMs = 60_000;
  expect(await kindOf(sinks)).toMatch(/status 403/);
  writeFileSync(join(root, 'token'), auth.token(roleOf(60)));
  expect(await kindOf(sinks)).toBe('missing');
  expect([logins(), ID]).toEqual([0, expect.any(String)]);
});

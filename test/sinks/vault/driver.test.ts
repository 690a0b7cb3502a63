/** The driver of Vault: what it asks, what it makes of each answer, and what it leaves alone. */
import { sinkAddress, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { fingerprintOf } from '../../../src/domain/secret.js';
import type { Driver, Held } from '../../../src/sinks/driver.js';
import { openVault } from '../../../src/sinks/vault/driver.js';
import { delivery, instead, newToken } from '../../support/apply-folder.js';
import { selfSigned } from '../../support/self-signed.js';
import { VaultServer } from '../../support/servers/vault.js';
import { consumed, pagePolicy, type VaultWorld, vaultSink, vaultWorld } from '../../support/vault-world.js';

const worlds: VaultWorld[] = [];
afterEach(async () => {
  for (const { server } of worlds.splice(0)) await server.close();
});

async function opened(options: Parameters<typeof vaultWorld>[0] = {}, server?: VaultServer) {
  const world = await vaultWorld(options, server);
  worlds.push(world);
  return world;
}

const call = () => ({ signal: AbortSignal.timeout(10_000) });
const sink = vaultSink('billing');
const { object } = sinkAddress(sink);
const driverOf = (world: VaultWorld, more: Parameters<VaultWorld['drivers']>[0] = {}): Driver =>
  openVault({ name: 'vault', spec: world.spec }, world.drivers(more));

async function read(driver: Driver): Promise<Held | undefined> {
  const held = await driver.read(object, call());
  if (!held.ok) throw new Error(`${held.error.code} ${held.error.message}`);
  return held.value;
}

const writeOf = (over: Held | undefined, field = 'api_key') => {
  const token = newToken();
  return { token, write: { ...{ set: new Map([[field, token]]), remove: [], over, of: [] } } };
};

const asked = ({ server }: VaultWorld): readonly string[] =>
  server.records.map(({ method, url }) => `${method} ${url}`);

test('vault: a delivery is one read and one write, and a confirmation another read and the same data again', async () => {
  const world = await opened();
  await world.stranger.write('secret/data/shop/billing', { data: { other: 'mine' } });
  world.server.records.length = 0;
  const token = newToken();
  expect(await world.sinks().deliver(sink, delivery(token))).toMatchObject({ ok: true });
  expect(asked(world)).toEqual(['GET /v1/secret/data/shop/billing', 'POST /v1/secret/data/shop/billing']);
  expect(JSON.parse(world.server.records[1]?.body ?? '')).toEqual({
    options: { cas: 1 },
    data: { other: 'mine', api_key: token.reveal() },
  });
  const fingerprint = fingerprintOf(token.reveal());
  expect(await world.sinks().confirm(sinkIdOf(sink), { fingerprint })).toMatchObject({ ok: true });
  expect(asked(world).slice(2)).toEqual(asked(world).slice(0, 2));
  expect(world.server.records[3]?.body).toBe(
    JSON.stringify({ options: { cas: 2 }, data: { other: 'mine', api_key: token.reveal() } }),
  );
});

test('vault: where nothing was ever written, what the mount is is asked once', async () => {
  const world = await opened();
  const sinks = world.sinks();
  for (const path of ['one', 'two']) await sinks.deliver(vaultSink(path), delivery(newToken()));
  expect(asked(world)).toEqual([
    'GET /v1/secret/data/shop/one',
    'GET /v1/sys/internal/ui/mounts/secret',
    'POST /v1/secret/data/shop/one',
    'GET /v1/secret/data/shop/two',
    'POST /v1/secret/data/shop/two',
  ]);
});

test.each(['delete', 'destroy'])(
  'vault: after a %s the next write is based on the deleted version',
  async (how) => {
    const world = await opened();
    const driver = driverOf(world);
    await world.stranger.write('secret/data/shop/billing', { data: { api_key: 'old', other: 'old' } });
    await world.stranger.write(`secret/${how}/shop/billing`, { versions: [1] });
    const held = await read(driver);
    expect([held?.revision, held?.values?.size]).toEqual(['1', 0]);
    expect(await world.sinks().read([sinkIdOf(sink)])).toEqual([{ kind: 'missing' }]);
    const { token, write } = writeOf(held);
    expect(await driver.write(object, write, call())).toEqual({ ok: true, value: undefined });
    expect(await consumed(world.stranger, 'billing')).toEqual({ api_key: token.reveal() });
    const late = await driver.write(object, writeOf(held).write, call());
    expect(late).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  },
);

test('vault: a secret that was removed with its history begins again', async () => {
  const world = await opened();
  await world.stranger.write('secret/data/shop/billing', { data: { api_key: 'old' } });
  const held = await read(driverOf(world));
  await world.stranger.delete('secret/metadata/shop/billing');
  const stale = await driverOf(world).write(object, writeOf(held).write, call());
  expect(stale).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(await world.sinks().deliver(sink, delivery(newToken()))).toMatchObject({ ok: true });
});

test('vault: an engine that asks for check-and-set gets it with every write', async () => {
  const world = await opened();
  world.server.mount('secret', { version: 2, casRequired: true });
  const first = newToken();
  expect(await world.sinks().deliver(sink, delivery(first))).toMatchObject({ ok: true });
  const confirmed = { fingerprint: fingerprintOf(first.reveal()) };
  expect(await world.sinks().confirm(sinkIdOf(sink), confirmed)).toMatchObject({ ok: true });
  expect(await world.sinks().withdraw(sinkIdOf(sink), confirmed.fingerprint)).toMatchObject({ ok: true });
  expect(await consumed(world.stranger, 'billing')).toBeUndefined();
});

test('vault: other fields are kept whatever JSON they are', async () => {
  const world = await opened();
  const engine = world.server.namespace().mounts.get('secret');
  const text =
    '{"n":1.5,"big":9007199254740991,"nested":{"list":[1,null,true,"ü\\u2028"]},"nothing":null,"__proto__":"x","":"y"}';
  // By the engine itself: the client of the tests drops a field of such a name.
  engine?.answer('POST', 'data/shop/billing', { data: JSON.parse(text) }, new URLSearchParams());
  const token = newToken();
  expect(await world.sinks().deliver(sink, delivery(token))).toMatchObject({ ok: true });
  const before = JSON.stringify(JSON.parse(text));
  expect(JSON.stringify(engine?.history.at(-1)?.data)).toBe(
    `${before.slice(0, -1)},"api_key":"${token.reveal()}"}`,
  );
});

test('vault: a number that would change is left alone, with what is beside it', async () => {
  const world = await opened();
  const engine = world.server.namespace().mounts.get('secret');
  await world.stranger.write('secret/data/shop/billing', { data: { api_key: 'old' } });
  const fetched = world.server.records.length;
  world.server.rewrite = (text) => text.replace('"old"', '"old","account":12345678901234567890');
  const done = await world
    .sinks()
    .deliver(
      sink,
      delivery(newToken(), { expected: { mayBeMissing: false, fingerprints: [fingerprintOf('old')] } }),
    );
  expect(done).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
  expect(engine?.history.length).toBe(1);
  expect(world.server.records.slice(fetched).map(({ method }) => method)).toEqual(['GET']);
});

test('vault: a field that is no text is foreign content', async () => {
  const world = await opened();
  await world.stranger.write('secret/data/shop/billing', { data: { api_key: 17 } });
  expect(await world.sinks().read([sinkIdOf(sink)])).toMatchObject([{ kind: 'holds', tokenId: undefined }]);
  const done = await world.sinks().deliver(sink, delivery(newToken()));
  expect(done).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(await consumed(world.stranger, 'billing')).toEqual({ api_key: 17 });
});

test('vault: a mount of KV version 1 is refused, and nothing is written', async () => {
  const world = await opened();
  world.server.mount('secret', { version: 1 });
  const driver = driverOf(world);
  const message =
    /^the engine at secret is KV version 1, which has no conditional writes\. Use a KV version 2 mount/;
  for (const done of [
    await driver.read(object, call()),
    await driver.write(object, writeOf(undefined).write, call()),
    await world.sinks().deliver(sink, delivery(newToken())),
  ]) {
    expect(done).toMatchObject({
      ok: false,
      error: { code: 'sink_refused', message: expect.stringMatching(message) },
    });
  }
  expect(asked(world).filter((one) => one.startsWith('POST'))).toEqual([]);
});

test('vault: a mount that does not exist is refused by name', async () => {
  const policy = 'path "*" { capabilities = ["create", "read", "update"] }';
  const world = await opened({ policy });
  const elsewhere = {
    vault: { connection: 'vault', mount: 'team/kv', path: 'a', fields: { k: 'key' as const } },
  };
  expect(await world.sinks().deliver(elsewhere, delivery(newToken()))).toMatchObject({
    ok: false,
    error: {
      code: 'sink_refused',
      message: 'no engine is mounted at team/kv. Mount a KV version 2 engine there, or correct `mount`.',
    },
  });
});

test.each([
  [503, ['Vault is sealed'], 'sink_unavailable'],
  [472, [], 'sink_unavailable'],
  [473, [], 'sink_unavailable'],
  [412, ['required index state not present'], 'sink_unavailable'],
  [429, [], 'sink_unavailable'],
  [
    400,
    ['Upgrading from non-versioned to versioned data. This backend will be unavailable'],
    'sink_unavailable',
  ],
  [400, ['error parsing check-and-set parameter'], 'sink_refused'],
  [307, [], 'sink_refused'],
  [405, ['unsupported operation'], 'sink_refused'],
])('vault: status %i %j is %s', async (status, errors, code) => {
  const world = await opened();
  for (const method of ['GET', 'POST']) {
    world.server.failNext((request) => request.method === method, { status, errors });
    const done = await world.sinks().deliver(sink, delivery(newToken()));
    expect(done).toMatchObject({ ok: false, error: { code } });
    if (errors[0] && code === 'sink_refused' && status !== 307)
      expect(JSON.stringify(done)).toContain(errors[0]);
  }
  expect(world.server.namespace().mounts.get('secret')?.history).toEqual([]);
});

test('vault: a sealed server is unavailable until it is unsealed', async () => {
  const world = await opened();
  world.server.isSealed = true;
  const sinks = world.sinks();
  expect(await sinks.read([sinkIdOf(sink)])).toEqual([
    { kind: 'unknown', why: `${world.server.address} responded with status 503 (Vault is sealed)` },
  ]);
  world.server.isSealed = false;
  expect(await sinks.deliver(sink, delivery(newToken()))).toMatchObject({ ok: true });
});

test('vault: an error text that quotes what was sent is not shown', async () => {
  const world = await opened();
  const token = newToken();
  for (const quoted of [token.reveal(), world.token]) {
    world.server.failNext(({ method }) => method === 'POST', {
      status: 400,
      errors: [`bad value "${quoted}"`],
    });
    const done = await world.sinks().deliver(sink, delivery(token));
    expect(done).toMatchObject({
      error: { code: 'sink_refused', message: `${world.server.address} responded with status 400` },
    });
  }
});

test('vault: namespaces are apart, and the record of a delivery tells them apart', async () => {
  const server = await VaultServer.start();
  const [here, there] = [
    await opened({ namespace: 'shop' }, server),
    await vaultWorld({ namespace: 'shop/a' }, server),
  ];
  const [one, two] = [newToken(), newToken()];
  const [sinks, others] = [here.sinks(), there.sinks()];
  expect(await sinks.deliver(sink, delivery(one))).toMatchObject({ ok: true });
  expect(await others.deliver(sink, delivery(two))).toMatchObject({ ok: true });
  expect(await consumed(here.stranger, 'billing')).toEqual({ api_key: one.reveal() });
  expect(await consumed(there.stranger, 'billing')).toEqual({ api_key: two.reveal() });
  expect([sinks.locate(sinkIdOf(sink)), others.locate(sinkIdOf(sink))]).toEqual([
    `${server.address} namespace shop secret:shop/billing`,
    `${server.address} namespace shop/a secret:shop/billing`,
  ]);
});

test('vault: the last field is taken out with the version that it leaves empty, and no other version', async () => {
  const world = await opened();
  const token = newToken();
  const beside = vaultSink('billing', 'second');
  const other = newToken();
  await world.sinks().deliver(sink, delivery(token));
  await world.sinks().deliver(beside, delivery(other));
  await world.sinks().withdraw(sinkIdOf(sink), fingerprintOf(token.reveal()));
  expect(await consumed(world.stranger, 'billing')).toEqual({ second: other.reveal() });
  expect(asked(world).filter((one) => one.includes('/delete/'))).toEqual([]);

  world.server.before = async (_, { url }) => {
    if (!url.includes('/delete/')) return;
    world.server.before = () => undefined;
    await world.stranger.write('secret/data/shop/billing', { data: { mine: 'new' } });
  };
  await world.sinks().withdraw(sinkIdOf(beside), fingerprintOf(other.reveal()));
  expect(await consumed(world.stranger, 'billing')).toEqual({ mine: 'new' });
  const { data } = await world.stranger.read('secret/metadata/shop/billing');
  expect([data.current_version, data.versions['4'].deletion_time, data.versions['5'].deletion_time]).toEqual([
    ...[5, expect.stringMatching(/^2/), ''],
  ]);
});

test('vault: each rule of the policy on the how-to page is needed, and no other one', async () => {
  const life = async (policy: string): Promise<readonly unknown[]> => {
    const world = await opened({ policy });
    const token = newToken();
    const id = sinkIdOf(sink);
    const sinks = world.sinks();
    const next = newToken();
    const done = [
      await sinks.deliver(sink, delivery(token)),
      await sinks.deliver(sink, delivery(next, { expected: instead(token) })),
      await sinks.confirm(id, { fingerprint: fingerprintOf(next.reveal()) }),
      await sinks.withdraw(id, fingerprintOf(next.reveal())),
    ];
    const deleted = (await world.stranger.read('secret/metadata/shop/billing').catch(() => undefined))?.data;
    return [
      ...done.map((one) => (one.ok ? 'done' : one.error.code)),
      deleted?.versions['4']?.deletion_time !== '',
    ];
  };
  const policy = pagePolicy();
  expect(await life(policy)).toEqual(['done', 'done', 'done', 'done', true]);
  expect(await life(policy.replace('"create", ', ''))).toContain('sink_forbidden');
  expect(await life(policy.replace('"read", ', ''))).toContain('sink_forbidden');
  expect(await life(policy.replace(', "update"]', ']'))).toContain('sink_forbidden');
  expect(await life(policy.slice(0, policy.indexOf('# Delete')))).toEqual([
    'done',
    'done',
    'done',
    'done',
    false,
  ]);
});

test('vault: a host that the operator does not permit is refused before the credential is read', async () => {
  const world = await opened();
  const reads: string[] = [];
  const driver = driverOf(world, {
    env: { KEYWRIGHT_CONNECTION_HOSTS: 'vault.example.com' },
    credential: async ({ env = '' }) => {
      reads.push(env);
      throw new Error('read');
    },
  });
  const done = await driver.read(object, call());
  expect(done).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
  expect([reads, world.server.records]).toEqual([[], []]);
});

test('vault: a credential that is missing is named, and nothing is asked', async () => {
  const world = await opened();
  expect(await world.sinks({ env: { VAULT_TOKEN: '' } }).read([sinkIdOf(sink)])).toEqual([
    { kind: 'unknown', why: 'the environment variable VAULT_TOKEN is not set. Set it for this process.' },
  ]);
  expect(world.server.records).toEqual([]);
});

const pair = selfSigned();
(pair ? test : test.skip)('vault: caFile says whose certificates are trusted', async () => {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
  const root = mkdtempSync('/tmp/keywright-');
  writeFileSync(`${root}/ca.pem`, pair?.cert ?? '');
  writeFileSync(`${root}/none.pem`, 'nothing');
  const server = await VaultServer.start(pair ? { tls: pair } : {});
  const token = { token: { env: 'VAULT_TOKEN' } };
  const read = async (connection: object) => {
    const world = await vaultWorld({ connection: { ...token, ...connection }, root }, server);
    const [receipt] = await world.sinks().read([sinkIdOf(sink)]);
    return receipt?.kind === 'unknown' ? receipt.why : receipt?.kind;
  };
  expect(await read({ caFile: 'ca.pem' })).toBe('missing');
  expect(await read({})).toMatch(/^the certificate of https:.* is not trusted/);
  expect(await read({ caFile: 'none.pem' })).toBe('the file none.pem holds no certificate in PEM form');
  rmSync(root, { recursive: true });
  await server.close();
});

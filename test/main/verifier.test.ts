/** `keywright/verifier` as a user's service has it: over a folder, and over a server that it asks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVerifier, type KeyVerifier, type VerifierOptions } from '../../src/main/verifier.js';
import { httpPlace, type TestServer } from '../support/http-world.js';
import { eventually } from '../support/signals.js';
import { apiKey, unwrap } from '../support/store.js';

const place = httpPlace();
const open: KeyVerifier[] = [];
afterEach(async () => {
  for (const verifier of open.splice(0)) await verifier.close().catch(() => undefined);
});

const created = async (options: VerifierOptions): Promise<KeyVerifier> => {
  const verifier = await createVerifier(options);
  open.push(verifier);
  return verifier;
};

interface World {
  readonly server: TestServer;
  readonly key: string;
  readonly gateway: string;
}

/** A key of an application in production, and one of a gateway that may verify and hear of changes. */
async function started(): Promise<World> {
  const server = await place.start();
  const { hand, clock } = server;
  // A verifier over a folder has the real hour.
  clock.advance(Date.now() - clock.now());
  await hand.create(apiKey('app', { permissions: ['spaces:read'] }));
  await hand.create(apiKey('gateway', { permissions: ['keys:verify', 'audit:read'] }));
  const key = (await hand.rollOut('app', 1)).reveal();
  const gateway = (await hand.rollOut('gateway', 1)).reveal();
  unwrap(await server.world.verifier.refresh());
  return { server, key, gateway };
}

const WAYS: readonly [string, (world: World) => Promise<KeyVerifier>][] = [
  ['a folder', () => created({ store: place.place.folder(), environment: 'production' })],
  [
    'a server',
    ({ server, gateway }) => created({ store: server.url, token: gateway, environment: 'production' }),
  ],
];

describe.each(WAYS)('a verifier over %s', (_way, opened) => {
  it('knows a good key, its facts, and what it may not', async () => {
    const world = await started();
    const verifier = await opened(world);
    expect(await verifier.verify(world.key)).toEqual({
      valid: true,
      code: 'VALID',
      key: {
        keyId: expect.stringMatching(/^us_key_/),
        name: 'app',
        version: 1,
        type: 'secret',
        environment: 'production',
        owner: 'tenant',
        permissions: ['spaces:read'],
        expiresAt: undefined,
      },
    });
    expect(await verifier.verify(world.key, { permission: 'spaces:write' })).toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(await verifier.verify('nonsense')).toEqual({ valid: false, code: 'MALFORMED' });
  });

  it('U1: tells a good key that the plan does not include the API, at once after it changed, and lets it in again', async () => {
    const world = await started();
    const verifier = await opened(world);
    const plan = async (plan: string) =>
      expect((await world.server.asRoot('PATCH /v1/accounts/current', { plan })).status).toBe(200);
    expect(await verifier.verify(world.key)).toMatchObject({ code: 'VALID' });
    await plan('basic');
    await verifier.refresh();
    expect(await verifier.verify(world.key)).toMatchObject({ valid: false, code: 'PLAN_REQUIRED' });
    await plan('standard');
    await verifier.refresh();
    expect(await verifier.verify(world.key)).toMatchObject({ valid: true, code: 'VALID' });
  });

  it('refuses a key within a second of its revocation, though it was used all the time', async () => {
    const world = await started();
    const verifier = await opened(world);
    expect(await verifier.verify(world.key)).toMatchObject({ code: 'VALID' });
    unwrap(await world.server.hand.revoke('app', [1]));
    const revokedMs = performance.now();
    await eventually('it is refused', async () => (await verifier.verify(world.key)).code === 'REVOKED');
    expect(performance.now() - revokedMs).toBeLessThan(2_000);
  });

  it('has what was done before in force once a refresh resolves', async () => {
    const world = await started();
    const verifier = await opened(world);
    await verifier.verify(world.key);
    unwrap(await world.server.hand.revoke('app', [1]));
    unwrap(await world.server.world.verifier.refresh());
    await verifier.refresh();
    expect(await verifier.verify(world.key)).toMatchObject({ code: 'REVOKED' });
  });

  it('lets a key into the spaces and workbooks of its environment alone', async () => {
    const world = await started();
    for (const environment of ['production', 'development'])
      await world.server.hand.create({
        kind: 'Space',
        metadata: { name: `in-${environment}` },
        spec: { environment, workbooks: ['contacts'] },
      });
    const verifier = await opened(world);
    const code = async (space: string, workbook?: string) =>
      (await verifier.verify(world.key, { space, ...(workbook !== undefined && { workbook }) })).code;
    expect([
      await code('in-production'),
      await code('in-production', 'contacts'),
      await code('in-production', 'orders'),
      await code('in-development'),
    ]).toEqual(['VALID', 'VALID', 'FORBIDDEN', 'FORBIDDEN']);
    expect(() => verifier.middleware({ workbook: 'contacts' })).toThrow('workbook requires the space');
  });

  it('reports uses: the list of keys knows of them', async () => {
    const world = await started();
    const verifier = await opened(world);
    await verifier.verify(world.key);
    await verifier.refresh();
    const usedOf = async () => {
      const { key } = await world.server.hand.fetch({ kind: 'ApiKey', name: 'app' });
      return key?.versions[0]?.lastUsedAt;
    };
    await eventually('the use is known', async () => (await usedOf()) !== undefined);
  });

  it('answers UNAVAILABLE once it is closed', async () => {
    const world = await started();
    const verifier = await opened(world);
    await verifier.close();
    expect(await verifier.verify(world.key)).toEqual({ valid: false, code: 'UNAVAILABLE' });
  });
});

it('says why there is no verifier, by a code', async () => {
  const { server, key } = await started();
  const code = async (options: VerifierOptions) =>
    created(options).then(
      () => 'opened',
      (error) => error.code,
    );
  expect([
    await code({ store: '' }),
    await code({ store: server.url }),
    await code({ store: server.url, token: key }),
    await code({ store: server.url, token: 'nonsense' }),
    await code({ store: 'http://127.0.0.1:1', token: key }),
    await code({ store: '/nowhere/at/all' }),
    await code({ store: place.place.folder(), refreshEveryMs: 5_000 }),
  ]).toEqual([
    'usage',
    'usage',
    'forbidden',
    'unauthenticated',
    'store_unreachable',
    'store_absent',
    'usage',
  ]);
});

it('refuses soon after it lost its server: what it remembers is good for a second', async () => {
  const { server, key, gateway } = await started();
  const verifier = await created({ store: server.url, token: gateway });
  expect(await verifier.verify(key)).toMatchObject({ code: 'VALID' });
  await server.stop();
  const lostMs = performance.now();
  await eventually('it refuses', async () => (await verifier.verify(key)).code === 'UNAVAILABLE');
  expect(performance.now() - lostMs).toBeLessThan(2_000);
});

it('F16: a verifier over a folder is among the instances, with how far behind it was', async () => {
  const { server } = await started();
  await created({ store: place.place.folder() });
  const shown = async (): Promise<readonly { readonly kind: string; readonly behind: number | null }[]> =>
    (await server.asRoot('GET /v1/instances')).body.data;
  await eventually('it is listed', async () => (await shown()).some(({ kind }) => kind === 'verifier'));
  expect((await shown()).find(({ kind }) => kind === 'verifier')).toMatchObject({ behind: 0, isAlive: true });
});

test('the master key is taken from where commands take it, unless another is given', async () => {
  const { key } = await started();
  const store = place.place.folder();
  process.env['KEYWRIGHT_MASTER_KEY'] = Buffer.alloc(32, 7).toString('base64');
  try {
    await expect(created({ store })).rejects.toMatchObject({ code: 'master_key' });
    const masterKey = readFileSync(join(store, 'master.key'), 'utf8').trim();
    expect((await (await created({ store, masterKey })).verify(key)).code).toBe('VALID');
    process.env['KEYWRIGHT_MASTER_KEY'] = masterKey;
    expect((await (await created({ store })).verify(key)).code).toBe('VALID');
  } finally {
    delete process.env['KEYWRIGHT_MASTER_KEY'];
  }
});

/** examples/vault with the real command: planned, applied, rotated, and read by a consumer that is not Keywright's. */
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { VaultServer } from '../support/servers/vault.js';
import { consumed, pagePolicy, vaultWorld } from '../support/vault-world.js';
import { Workspace } from '../support/workspace.js';

const EXAMPLE = join(__dirname, '../../examples/vault');

let server: VaultServer;
let world: Workspace;
beforeEach(async () => {
  server = await VaultServer.start();
  world = new Workspace();
  cpSync(EXAMPLE, world.folder, { recursive: true });
  const address = `address: ${server.address}`;
  world.write('specs/vault.yaml', world.read('specs/vault.yaml').replace(/address: .*/, address));
});
afterEach(async () => {
  expect(world.leaks()).toEqual([]);
  world.dispose();
  await server.close();
});

test('examples/vault: its documents are right as they are', async () => {
  cpSync(EXAMPLE, world.folder, { recursive: true });
  expect(await world.run('validate')).toMatchObject({ code: 0, stderr: '' });
});

test('examples/vault: keys are delivered, rotated and taken out, and a consumer reads them', async () => {
  const { token, stranger } = await vaultWorld({}, server);
  const env = { VAULT_TOKEN: token, VAULT_ADDR: server.address };
  const run = (args: string) => world.run(args, { env });
  const planned = await run('plan');
  expect([planned.code, planned.stderr]).toEqual([0, '']);
  expect(planned.stdout).toContain('vault');
  expect(await run('apply --auto-approve')).toMatchObject({ code: 0 });
  const first = await consumed(stranger, 'keys');
  expect(Object.keys(first ?? {})).toEqual(['billing', 'checkout']);
  for (const key of Object.values(first ?? {}))
    expect(await world.run('verify --stdin', { input: `${key}` })).toMatchObject({ code: 0 });
  expect(await run('drift')).toMatchObject({ code: 0 });

  const writes = server.records.filter(({ method, url }) => method === 'POST' && url.includes('/data/'));
  expect(writes.map(({ body }) => JSON.parse(body).options.cas)).toEqual(writes.map((_, nth) => nth));

  const consumer = await promisify(execFile)(process.execPath, [join(EXAMPLE, 'consumer.mjs'), 'billing'], {
    env: { ...process.env, ...env },
  });
  expect(consumer.stdout).toContain(`billing: ${`${first?.['billing']}`.slice(0, 20)} (version`);

  expect(await run('rotate billing-prod --auto-approve')).toMatchObject({ code: 0 });
  const second = await consumed(stranger, 'keys');
  expect(second?.['billing']).not.toBe(first?.['billing']);
  expect(second?.['checkout']).toBe(first?.['checkout']);
  for (const key of [first?.['billing'], second?.['billing']])
    expect(await world.run('verify --stdin', { input: `${key}` })).toMatchObject({ code: 0 });

  await stranger.write('secret/data/shop/keys', { data: { ...second, billing: 'changed by somebody' } });
  const drift = await run('drift');
  expect([drift.code, drift.stdout]).toEqual([2, expect.stringContaining('billing-prod')]);

  const billing = 'secret:shop/keys#billing';
  const explained = await run('explain billing-prod');
  expect(explained.stdout).toMatch(
    new RegExp(`^ {2}vault \\S*${billing} +edited +version 2 last confirmed at 20\\S+ on \\S+`, 'm'),
  );
  expect((await run('explain checkout-prod')).stdout).toMatch(
    /shop\/keys#checkout +held, version 1 +version 1/,
  );
  const sealed = await world.run('explain billing-prod --output json');
  expect(JSON.parse(sealed.stdout).sinks).toMatchObject([
    {
      ...{ type: 'vault', version: null, state: 'unreadable' },
      ...{ detail: expect.stringContaining('VAULT_TOKEN is not set'), connection: { isReachable: false } },
    },
  ]);

  const canaries = [token, ...Object.values({ ...first, ...second }).map((one) => `${one}`.slice(21))];
  const said = [planned, drift, explained, sealed].map(({ stdout, stderr }) => stdout + stderr).join('');
  for (const canary of canaries) expect(said).not.toContain(canary);
});

test('examples/vault: without the credential nothing is issued, and it is named', async () => {
  await vaultWorld({}, server);
  const applied = await world.run('apply --auto-approve');
  expect(applied.code).not.toBe(0);
  expect(applied.stdout + applied.stderr).toContain('VAULT_TOKEN is not set');
  expect(server.records).toEqual([]);
  expect(pagePolicy()).toContain('secret/data/shop/*');
});

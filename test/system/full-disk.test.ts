/** The disk of the store is full: nothing is revoked and nothing is made, and keys are still verified. */
import { join } from 'node:path';
import { ROOT, ServerProcess } from '../support/several-servers.js';
import { describeWithSmallDisk } from '../support/small-disk.js';
import { Workspace } from '../support/workspace.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Longer than memory is trusted. */
const OUTAGE_MS = 5_000;

describeWithSmallDisk('a full disk', (disk) => {
  let world: Workspace;
  let server: ServerProcess;

  beforeEach(async () => {
    world = new Workspace();
    const store = join(disk.folder, 'store');
    server = new ServerProcess(world, store, { KEYWRIGHT_LOG_LEVEL: 'info' });
    await server.start();
  });
  afterEach(async () => {
    disk.free();
    await server.end();
    world.dispose();
  });

  const made = async (name: string, permissions: readonly string[] = []) =>
    (
      await server.ask('POST /v1/keys', ROOT, {
        ...{ name, type: 'secret', environment: 'production', owner: { tenant: true } },
        ...(permissions.length > 0 && { permissions }),
      })
    ).body;

  it('verification continues from memory, uses are kept and counted later, and readiness and metrics say so', async () => {
    const gateway = await made('gateway', ['keys:verify']);
    const app = await made('app');
    expect(await server.code(app.secret, gateway.secret)).toBe('VALID');
    disk.fill();
    const startedMs = performance.now();
    let uses = 1;
    while (performance.now() - startedMs < OUTAGE_MS) {
      expect(await server.code(app.secret, gateway.secret)).toBe('VALID');
      expect(await server.code(app.secret, ROOT)).toBe('VALID');
      uses += 2;
      await pause(100);
    }
    expect((await server.ask('POST /v1/keys/app/revoke', ROOT)).status).toBe(503);
    const { status, body } = await server.ask('GET /readyz', ROOT);
    expect([status, body]).toMatchObject([
      503,
      {
        ready: false,
        checks: { storeRead: 'ok', storeWrite: 'failed', verification: 'ok', usage: 'degraded' },
      },
    ]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('keywright_verifier_uses_are_held_back 1');
    expect(metrics).toContain('keywright_store_is_writable 0');
    expect(metrics).toMatch(/^keywright_verifier_uses_kept [1-9]/m);
    disk.free();
    const deadline = performance.now() + 5_000;
    while ((await server.ask('GET /readyz', ROOT)).status !== 200)
      if (performance.now() > deadline) throw new Error('it is not ready again');
    const shown = await server.ask('GET /v1/keys/app', ROOT);
    expect(shown.body.data.usageCount).toBe(uses);
    expect((await server.ask('POST /v1/keys/app/revoke', ROOT)).status).toBe(200);
    expect(await server.code(app.secret, gateway.secret)).toBe('REVOKED');
    expect(server.printed).toContain('the store cannot be written');
    expect(server.printed).toMatch(/the store can be written again, after \d+ s/);
  });
});

/** A database whose primary is demoted, runs out of connections, or goes away: the server follows, and says so. */
import pg from 'pg';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { ROOT, ServerProcess } from '../support/several-servers.js';
import { Workspace } from '../support/workspace.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const LOGGED = { KEYWRIGHT_LOG_LEVEL: 'info' };

describeWithPostgres('failover', () => {
  const cluster = postgresCluster();
  let world: Workspace;
  let address = '';
  const servers: ServerProcess[] = [];

  beforeEach(async () => {
    world = new Workspace();
    address = await cluster.database();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.end()));
    expect(world.leaks()).toEqual([]);
    world.dispose();
  });

  async function serving(store = address): Promise<ServerProcess> {
    const server = new ServerProcess(world, store, LOGGED);
    servers.push(server);
    await server.start();
    return server;
  }

  let made = 0;
  const makeKey = async (server: ServerProcess) =>
    server.ask('POST /v1/keys', ROOT, {
      name: `key-${++made}`,
      type: 'secret',
      environment: 'production',
      owner: { tenant: true },
    });
  const readiness = (server: ServerProcess) => server.ask('GET /readyz', ROOT);

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + 15_000;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`not within 15 s: ${what}`);
      await pause(50);
    }
  }

  const setReadOnly = async (isReadOnly: boolean) => {
    const name = new URL(address).pathname.slice(1);
    await cluster.sql(
      address,
      `alter database ${name} set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
    );
    if (isReadOnly) cluster.cut(address);
  };

  it('readiness tries to write: a database that takes no writes is not ready, nor trusted, and the log says when it is back', async () => {
    const server = await serving();
    expect((await makeKey(server)).status).toBe(201);
    expect(await readiness(server)).toMatchObject({ status: 200, body: { ready: true } });
    await setReadOnly(true);
    await until('it is not ready', async () => (await readiness(server)).status === 503);
    expect((await readiness(server)).body.checks).toMatchObject({ storeWrite: 'failed' });
    expect(await makeKey(server)).toMatchObject({ status: 503 });
    await cluster.sql(
      address,
      'begin read write; alter database ' +
        new URL(address).pathname.slice(1) +
        ' reset default_transaction_read_only; commit',
    );
    await until('it is ready again', async () => (await readiness(server)).status === 200);
    expect((await makeKey(server)).status).toBe(201);
    expect(server.printed).toMatch(/the store cannot be written: .*25006/);
    expect(server.printed).toMatch(/the store can be written again, after \d+ s/);
  });

  it('a demoted primary is left for the host that was promoted, under traffic', async () => {
    const standby = await cluster.standby();
    const [host = ''] = new URL(address).host.split(',');
    const both = `${address.replace(host, `${host},127.0.0.1:${standby.port}`)}?target_session_attrs=read-write`;
    const server = await serving(both);
    const { secret } = (await makeKey(server)).body;
    let isOver = false;
    const traffic = (async () => {
      while (!isOver) await Promise.all([server.code(secret), readiness(server)]);
    })();
    // What the old primary would be once it is back: it answers, and takes no writes.
    await standby.promote();
    await cluster.sql(address, 'alter system set default_transaction_read_only = on');
    await cluster.sql(address, 'select pg_reload_conf()');
    const before = await cluster.sql(address, 'select count(*)::int as entries from keywright.audit');
    try {
      await until('it writes to the other', async () => (await makeKey(server)).status === 201);
      await until('it is ready', async () => (await readiness(server)).status === 200);
    } finally {
      isOver = true;
      await traffic;
    }
    expect(await server.code(secret)).toBe('VALID');
    const [{ entries } = { entries: 0 }] = await cluster.sql(
      standby.address(address),
      'select count(*)::int as entries from keywright.audit',
    );
    expect(Number(entries)).toBeGreaterThan(Number(before[0]?.['entries']));
    await cluster.sql(address, 'begin read write; select 1; commit');
    await cluster.sql(address, 'alter system reset default_transaction_read_only');
    await cluster.sql(address, 'select pg_reload_conf()');
  });

  it('when the database gives no more connections, one that is there is waited for', async () => {
    const server = await serving();
    const { secret } = (await makeKey(server)).body;
    const taken: pg.Client[] = [];
    try {
      for (;;) {
        const client = new pg.Client({ connectionString: address });
        client.on('error', () => undefined);
        await client.connect();
        taken.push(client);
      }
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' });
    }
    try {
      const answers = await Promise.all(
        Array.from({ length: 24 }, () => server.ask('GET /v1/environments', ROOT)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect((await makeKey(server)).status).toBe(201);
      expect(await server.code(secret)).toBe('VALID');
      expect((await readiness(server)).status).toBe(200);
    } finally {
      await Promise.all(taken.map((client) => client.end()));
    }
  });

  it('the log says once when the database is lost, and once when it is back', async () => {
    const server = await serving();
    await cluster.kill();
    await until('it is not ready', async () => (await readiness(server)).status === 503);
    await pause(1_500);
    await cluster.start();
    await until('it is ready again', async () => (await readiness(server)).status === 200);
    for (const direction of ['read', 'written']) {
      expect(server.printed.split(`the store cannot be ${direction}`).length).toBe(2);
      expect(server.printed.split(`the store can be ${direction} again`).length).toBe(2);
    }
  });

  it('an older store that is restored while servers run is said in log and readiness, and what was revoked stays revoked', async () => {
    const server = await serving();
    const { secret } = (await makeKey(server)).body;
    const name = `key-${made}`;
    expect(await server.code(secret)).toBe('VALID');
    const older = cluster.dump(address);
    expect((await server.ask(`POST /v1/keys/${name}/revoke`, ROOT)).status).toBe(200);
    expect(await server.code(secret)).toBe('REVOKED');
    await cluster.sql(address, `begin; ${older}; commit`);
    await until('it is noticed', async () => (await readiness(server)).body.checks.history === 'degraded');
    await until('it is ready', async () => (await readiness(server)).status === 200);
    expect(await server.code(secret)).toBe('REVOKED');
    expect(server.printed).toMatch(/the store is older than before: .* 1 versions and keys/);
    const other = await serving();
    expect(await other.code(secret)).toBe('REVOKED');
  });

  it('shows by how much the machine is off, and goes by the clock of the database', async () => {
    const server = await serving();
    await pause(300);
    const { body } = await server.ask('GET /v1/instances', ROOT);
    const own = body.data.find(({ kind }: { readonly kind: string }) => kind === 'server');
    await until('it was measured', async () => {
      const again = await server.ask('GET /v1/instances', ROOT);
      return again.body.data.some((one: { readonly clockSkewMs: number | null }) => one.clockSkewMs !== null);
    });
    expect(own.isAlive).toBe(true);
    expect(
      (await fetch(`${server.url}/metrics`).then((answer) => answer.text())).match(
        /^keywright_clock_skew_seconds -?0(?:\.\d+)?$/m,
      ),
    ).not.toBeNull();
  });
});

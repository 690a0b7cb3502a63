/** Several `keywright run` on one store on a server: one leads, another takes over, and nothing is done twice. */
import { ControllerProcess, eventually, type StatusPage } from '../support/controller-process.js';
import { describeWithPostgres, PASSWORD, postgresCluster } from '../support/postgres.js';
import { inDotenv, keyYaml, projectYaml, serviceYaml, Workspace, yamlStream } from '../support/workspace.js';

/** Of the lease, and a moment for looking. */
const TAKEN_OVER_WITHIN_MS = 7_000;

const FLEET = Array.from({ length: 150 }, (_, nth) => `app-${nth}`);

describeWithPostgres('controllers of one store on a server', () => {
  const cluster = postgresCluster();
  let address = '';
  let world: Workspace;
  let one: ControllerProcess;
  let two: ControllerProcess;

  beforeEach(async () => {
    address = await cluster.database();
    world = new Workspace();
    world.write('keywright.yaml', projectYaml(`{ store: "${address}" }`));
    world.write('specs/app.yaml', yamlStream(serviceYaml('billing'), keyYaml('first', sink('first'))));
    one = new ControllerProcess(world, '--drift heal');
    await one.settled();
    two = new ControllerProcess(world, '--drift heal');
    await two.until('stands by', ({ role }) => role === 'standing-by');
  });
  afterEach(async () => {
    for (const controller of [one, two]) {
      await controller.stop();
      expect(controller.log()).not.toContain(PASSWORD);
    }
    expect(world.leaks()).toEqual([]);
    world.dispose();
  });

  const sink = (name: string): string => inDotenv(`secrets/${name}.env`, 'KEY');
  const declareFleet = (): void =>
    world.write('specs/fleet.yaml', yamlStream(...FLEET.map((name) => keyYaml(name, sink(name)))));
  const issued = async (): Promise<number> =>
    Number(
      (
        await cluster.sql(address, "select count(*) as n from keywright.audit where action = 'key.issued'")
      )[0]?.['n'],
    );
  const leads = ({ role }: StatusPage): boolean => role === 'leading';

  /**
   * One that is frozen while it delivers keeps the lock of the sinks, so that no process revokes behind its back
   * (ADR 3): the other says so, and continues once it has woken or ended.
   */
  const isDoneOrHeldUp = ({ role, lastPass }: StatusPage): boolean =>
    role === 'leading' &&
    (lastPass?.result === 'unchanged' ||
      (lastPass?.failed ?? []).some(({ error }) => error.code === 'sink_unavailable'));

  /** Every key was made, issued and promoted once, is delivered and good; the log of it holds. */
  async function expectDoneOnce(): Promise<void> {
    const rows = await cluster.sql(
      address,
      `select object_name, action, count(*) as n from keywright.audit
       where object_kind = 'ApiKey' and object_name like 'app-%' group by 1, 2`,
    );
    expect(rows.filter(({ n }) => Number(n) !== 1)).toEqual([]);
    expect(rows).toHaveLength(FLEET.length * 3);
    expect((await world.run('audit verify')).code).toBe(0);
    expect((await world.run('plan --detailed-exitcode')).code).toBe(0);
    for (const name of [FLEET[0], FLEET.at(-1)]) {
      const input = world.variable(`secrets/${name}.env`, 'KEY');
      expect((await world.run('verify --stdin', { input })).code).toBe(0);
    }
  }

  test.each([
    ['killed', 'SIGKILL'],
    ['frozen', 'SIGSTOP'],
  ] as const)(
    'a leader that is %s at work is followed by the other within the lease, and nothing is done twice',
    async (_, signal) => {
      const before = await issued();
      declareFleet();
      await eventually(
        () => 'at work',
        async () => (await issued()) > before + 10,
      );
      one.signal(signal);
      const since = performance.now();
      const reached = await issued();
      expect(reached).toBeLessThan(before + FLEET.length);
      await two.until('takes over', leads, 30_000);
      expect(performance.now() - since).toBeLessThan(TAKEN_OVER_WITHIN_MS);
      if (signal === 'SIGSTOP') {
        await two.until('goes on, as far as the frozen one lets go of the sinks', isDoneOrHeldUp);
        one.signal('SIGCONT');
        await one.until('steps back', ({ role }) => role === 'standing-by');
        expect((await two.status())?.role).toBe('leading');
      }
      await two.settled();
      await expectDoneOnce();
    },
  );

  test('one that stands by does nothing, and is at work at once when the leader is stopped', async () => {
    expect((await two.status())?.lastPass).toBeNull();
    expect((await two.page('/readyz'))?.status).toBe(200);
    expect(await (await two.page('/metrics'))?.text()).toContain('keywright_is_leader 0\n');
    one.signal('SIGTERM');
    expect(await one.ended).toEqual({ code: 0, signal: null });
    const since = performance.now();
    await two.settled();
    expect(performance.now() - since).toBeLessThan(5_000);
    const before = world.variable('secrets/first.env', 'KEY');
    await world.run('revoke first --now --auto-approve');
    await eventually(
      () => two.log(),
      () => world.variable('secrets/first.env', 'KEY') !== before,
    );
  });

  test('the loss of the server is met with patience and reported, and work continues when it is back', async () => {
    await cluster.kill();
    world.write('specs/more.yaml', keyYaml('more', sink('more')));
    const away = await one.until('away', ({ failing }) => (failing?.times ?? 0) >= 2);
    expect(away.failing?.error).toMatchObject({ code: 'store_unreachable' });
    expect(away.failing?.error.message).not.toContain(PASSWORD);
    expect((await one.page('/healthz'))?.status).toBe(200);
    expect((await one.page('/readyz'))?.status).toBe(503);
    await cluster.start();
    await eventually(
      () => one.log() + two.log(),
      () => world.exists('secrets/more.env'),
      60_000,
    );
    expect([one.child.exitCode, two.child.exitCode]).toEqual([null, null]);
    expect((await world.run('audit verify')).code).toBe(0);
  });

  test('one that is started before there is a server waits for it', async () => {
    await one.stop();
    await two.stop();
    await cluster.kill();
    one = new ControllerProcess(world);
    await one.until('waits', ({ role, failing }) => role === 'starting' && (failing?.times ?? 0) >= 1);
    await cluster.start();
    await one.settled();
  });
});

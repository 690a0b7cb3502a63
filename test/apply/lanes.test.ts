/** Lanes of connections: one service that is sealed, limited or slow stalls nobody else, and is tried with sense. */
import { LANE_WIDTH, laneOf, PAUSES_IN_A_ROW } from '../../src/apply/lanes.js';
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import type { Report } from '../../src/plan/report.js';
import { rawFile } from '../support/apply-folder.js';
import { byProgram, type ConnectedWorld, connectedWorld, inVault } from '../support/connected-world.js';
import { untilAborted } from '../support/memory-driver.js';
import { connection, environment, key, service } from '../support/plan-declarations.js';

let world: ConnectedWorld;
afterEach(() => world.close());

const base = [
  environment('production', { isProd: true }),
  service('billing'),
  ...['limited', 'dead', 'slow', 'v'].map((name) => connection(name)),
];
const keys = (prefix: string, count: number, connection: string) =>
  Array.from({ length: count }, (_, nth) => {
    const name = `${prefix}-${String(nth).padStart(4, '0')}`;
    return key(name, { deliver: [inVault(connection, `keys/${name}`)] });
  });
const inFiles = (count: number) =>
  Array.from({ length: count }, (_, nth) => key(`file-${nth}`, { deliver: [rawFile(`file-${nth}`)] }));
const planFor = (...declared: ReturnType<typeof key>[]) => world.planNow([...base, ...declared]);
const statuses = (report: Report, prefix: string) =>
  new Set(report.results.flatMap(({ step, status }) => (step.startsWith(prefix) ? [status] : [])));
const sealed = fault('sink_unavailable', 'Vault is sealed');

test('lane: a thousand keys into a connection of ten requests a second take as long as that says', async () => {
  world = await connectedWorld({ limited: 10 });
  const planned = await planFor(...keys('k', 1_000, 'limited'));
  world.service.requests.length = 0;
  const startedAt = world.time.monotonicMs();

  const report = await world.applyNow(planned);

  const tookMs = world.time.monotonicMs() - startedAt;
  const { requests, objects } = world.service;
  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(objects.size).toBe(1_000);
  // Each key: read and write, then read and touch.
  expect(requests).toHaveLength(4_000);
  expect(tookMs).toBeGreaterThanOrEqual((requests.length - 1) * 100);
  expect(tookMs).toBeLessThan(requests.length * 100 * 1.02);
  for (let at = 10; at < requests.length; at++)
    expect((requests[at]?.atMs ?? 0) - (requests[at - 10]?.atMs ?? 0)).toBeGreaterThanOrEqual(999.9);
}, 300_000);

test('lane: at most eight steps of one connection are under way, and a sealed one stalls nobody else', async () => {
  world = await connectedWorld({ dead: undefined, slow: undefined });
  const planned = await planFor(...keys('dead', 200, 'dead'), ...keys('slow', 40, 'slow'), ...inFiles(40));
  const finishedAt = new Map<string, number>();
  const startedAt = world.time.monotonicMs();
  world.service.requests.length = 0;
  world.service.answer = async ({ connection }) => {
    if (connection === 'dead') return fail(sealed);
    await world.time.sleep(1_000);
    return undefined;
  };

  const report = await world.applyNow(planned, {
    onEvent: (event) => {
      if (event.kind === 'finished') finishedAt.set(event.step.id, world.time.monotonicMs() - startedAt);
    },
  });

  expect(statuses(report, 'ApiKey/file-')).toEqual(new Set(['succeeded']));
  expect(statuses(report, 'ApiKey/slow-')).toEqual(new Set(['succeeded']));
  const last = (prefix: string) =>
    Math.max(...[...finishedAt].flatMap(([step, at]) => (step.startsWith(prefix) ? [at] : [])));
  // The dead one is given up after half a minute.
  expect(last('ApiKey/file-')).toBeLessThan(10_000);
  // 40 keys, four requests of a second each, eight at a time.
  expect(last('ApiKey/slow-')).toBeLessThan(25_000);
  expect(world.service.mostAtOnce.get('slow')).toBe(LANE_WIDTH);
});

test('lane: a connection that does not answer is tried by one step at a time, ever less often, and given up', async () => {
  world = await connectedWorld({ dead: undefined });
  const planned = await planFor(...keys('dead', 300, 'dead'));
  world.service.requests.length = 0;
  world.service.answer = async () => fail(sealed);

  const report = await world.applyNow(planned);

  const { requests } = world.service;
  expect(requests.length).toBeLessThanOrEqual(LANE_WIDTH + PAUSES_IN_A_ROW);
  const times = [...new Set(requests.map(({ atMs }) => atMs))];
  const gaps = times.slice(1).map((at, nth) => at - (times[nth] ?? 0));
  expect(gaps.slice(-PAUSES_IN_A_ROW)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000]);
  const failed = report.results.filter(({ status }) => status === 'failed');
  const notAttempted = report.results.filter(({ status, error }) => status === 'not-attempted' && error);
  expect(failed.length).toBeLessThanOrEqual(LANE_WIDTH + PAUSES_IN_A_ROW);
  expect(failed[0]?.error).toEqual(sealed);
  expect(notAttempted[0]?.error?.message).toContain('connection dead did not answer');
  // Not one version more than the lane had asked for until then.
  const issued = report.results.filter(
    ({ step, status }) => / issue 1$/.test(step) && status === 'succeeded',
  );
  expect(issued.length).toBeLessThan(300);
});

test('lane: a program that hangs holds eight places, and stalls neither another program nor a file', async () => {
  world = await connectedWorld({});
  const through = (program: string, prefix: string, count: number) =>
    Array.from({ length: count }, (_, nth) =>
      key(`${prefix}-${nth}`, { deliver: [byProgram(program, `keys/${prefix}-${nth}`)] }),
    );
  const planned = await planFor(
    ...through('./hangs.sh', 'hung', 200),
    ...through('./works.sh', 'works', 40),
    ...inFiles(40),
  );
  const finishedAt = new Map<string, number>();
  const startedAt = world.time.monotonicMs();
  world.service.requests.length = 0;
  world.service.answer = async ({ connection }, call) => {
    if (connection !== './hangs.sh') return undefined;
    await untilAborted(call);
    return fail(fault('sink_unavailable', 'no answer in time'));
  };

  const report = await world.applyNow(planned, {
    onEvent: (event) => {
      if (event.kind === 'finished') finishedAt.set(event.step.id, world.time.monotonicMs() - startedAt);
    },
  });

  expect(statuses(report, 'ApiKey/works-')).toEqual(new Set(['succeeded']));
  expect(statuses(report, 'ApiKey/file-')).toEqual(new Set(['succeeded']));
  // The one that hangs is given up after a minute: each try takes what is left of the lease.
  const late = [...finishedAt].filter(([step, at]) => !step.startsWith('ApiKey/hung-') && at >= 20_000);
  expect(late).toEqual([]);
  expect(world.service.mostAtOnce.get('./hangs.sh')).toBe(LANE_WIDTH);
  const messages = report.results.flatMap(({ status, error }) =>
    status === 'not-attempted' && error ? [error.message] : [],
  );
  expect(new Set(messages).size).toBe(1);
  expect(messages[0]).toMatch(/^exec \.\/hangs\.sh did not answer 7 times in a row/);
});

test('lane: a Connection that is gone since is not waited for', async () => {
  const declared: Record<string, undefined> = { v: undefined };
  world = await connectedWorld(declared);
  const planned = await planFor(...keys('k', 3, 'v'));
  delete declared['v'];
  const startedAt = world.time.monotonicMs();

  const report = await world.applyNow(planned);

  const errors = report.results.flatMap(({ status, error }) => (status === 'failed' && error ? [error] : []));
  expect(errors.map(({ code }) => code)).toEqual(['sink_refused', 'sink_refused', 'sink_refused']);
  expect(errors[0]?.message).toContain('Connection v is neither declared nor live; declare it');
  // As long as the store and the tests' clock take; a lane would pause for half a minute.
  expect(world.time.monotonicMs() - startedAt).toBeLessThan(5_000);
});

test('lane: it is unsealed meanwhile, and everything is delivered', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 50, 'v'));
  const opensAt = world.time.monotonicMs() + 3_000;
  world.service.answer = async ({ atMs }) => (atMs < opensAt ? fail(sealed) : undefined);
  const events: string[] = [];

  const report = await world.applyNow(planned, {
    onEvent: (event) => {
      if (event.kind === 'paused' || event.kind === 'resumed') events.push(`${event.kind} ${event.lane}`);
    },
  });

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(world.service.objects.size).toBe(50);
  expect(events).toEqual(['paused v', 'paused v', 'paused v', 'resumed v']);
});

test('lane: what the service says of when to come back is kept, up to a minute', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 1, 'v'));
  const waits = [7_000, 3_600_000];
  world.service.requests.length = 0;
  world.service.answer = async () => {
    const retryAfterMs = waits.shift();
    return retryAfterMs === undefined ? undefined : fail({ ...sealed, retryAfterMs });
  };

  const report = await world.applyNow(planned);

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  const [first, second, third] = world.service.requests.map(({ atMs }) => atMs);
  expect((second ?? 0) - (first ?? 0)).toBe(7_000);
  expect((third ?? 0) - (second ?? 0)).toBe(60_000);
});

test.each(['sink_forbidden', 'sink_refused'] as const)(
  'lane: %s is not tried again and pauses nothing',
  async (code) => {
    world = await connectedWorld({ v: undefined });
    const planned = await planFor(...keys('k', 20, 'v'));
    world.service.requests.length = 0;
    world.service.answer = async ({ object }) =>
      object.endsWith('k-0003') ? fail(fault(code, 'no')) : undefined;
    const kinds = new Set<string>();

    const report = await world.applyNow(planned, { onEvent: ({ kind }) => kinds.add(kind) });

    expect(report.summary).toMatchObject({ failed: 1 });
    expect(world.service.objects.size).toBe(19);
    expect(world.service.requests.filter(({ object }) => object.endsWith('k-0003'))).toHaveLength(1);
    expect(kinds).toEqual(new Set(['started', 'finished']));
  },
);

test('lane: an interruption ends its pause, and what was tried says why it failed', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 30, 'v'));
  const controller = new AbortController();
  world.service.answer = async () => fail({ ...sealed, retryAfterMs: 60_000 });
  const startedAt = world.time.monotonicMs();

  const report = await world.applyNow(planned, {
    signal: controller.signal,
    onEvent: ({ kind }) => kind === 'paused' && setImmediate(() => controller.abort()),
  });

  expect(world.time.monotonicMs() - startedAt).toBeLessThan(1_000);
  const failed = report.results.filter(({ status }) => status === 'failed');
  expect(failed.length).toBeGreaterThan(0);
  expect(failed[0]?.error).toMatchObject({ code: 'sink_unavailable' });
  const codes = report.results.flatMap(({ status, error }) =>
    status === 'not-attempted' && error ? [error.code] : [],
  );
  expect(new Set(codes)).toEqual(new Set(['interrupted']));
});

test('lease: no request of a sink is under way when the lease may have ended', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 1, 'v'));
  const aborted: number[] = [];
  world.service.requests.length = 0;
  world.service.answer = async ({ atMs }, call) => {
    if (aborted.length > 0) return undefined;
    await untilAborted(call);
    aborted.push(world.time.monotonicMs() - atMs);
    return fail(fault('sink_unavailable', 'no answer in time'));
  };

  const report = await world.applyNow(planned);

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  // The lease has five seconds, and is renewed every third of it.
  expect(aborted[0]).toBeLessThanOrEqual(5_000);
  expect(aborted[0]).toBeGreaterThan(3_000);
});

test('lease: a request that waited for its turn until the lease had ended is not sent', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 1, 'v'));
  world.service.requests.length = 0;
  let leftMs = 0;
  const sinks = {
    ...world.at.sinks,
    deliver: (
      sink: Parameters<typeof world.at.sinks.deliver>[0],
      delivery: Parameters<typeof world.at.sinks.deliver>[1],
    ) => world.at.sinks.deliver(sink, { ...delivery, withinMs: () => leftMs }),
  };

  const report = await world.applyNow(planned, {
    sinks,
    onEvent: ({ kind }) => {
      if (kind !== 'paused') return;
      expect(world.service.requests).toEqual([]);
      leftMs = 1_000;
    },
  });

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
});

test('lane: steps on the store and on files have none', async () => {
  world = await connectedWorld({ v: undefined });
  const planned = await planFor(...keys('k', 1, 'v'), ...inFiles(1));
  const lanes = planned.steps.map((step) => `${step.action} ${step.object.name} ${laneOf(step) ?? '-'}`);
  expect(lanes.filter((line) => !line.endsWith('-'))).toEqual(['deliver k-0000 v', 'confirm k-0000 v']);
});

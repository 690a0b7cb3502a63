/** What reads its secrets only at the start: started again once, after the promotions, and again only when it is due. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROLLOUTS_AT_ONCE } from '../../src/apply/refresh-wave.js';
import { fault } from '../../src/domain/errors.js';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import { fail, ok } from '../../src/domain/result.js';
import { dueRefreshes } from '../../src/main/due-refreshes.js';
import type { RolloutStatus } from '../../src/ports/refresh.js';
import type { OpenRefresher } from '../../src/sinks/refreshes.js';
import { type ConnectedWorld, connectedWorld, inVault } from '../support/connected-world.js';
import { connection, environment, key, service } from '../support/plan-declarations.js';

let world: ConnectedWorld;
let folder: string;
let restarts: { readonly deployment: string; readonly at: number; readonly underWay: number }[];
let statusOf: (deployment: string) => RolloutStatus;
let refused: Set<string>;

/** A cluster that has every rollout take ten seconds, and restarts once for each instant. */
const cluster: OpenRefresher = () => {
  const now = () => world.time.monotonicMs();
  return {
    restart: async (deployment, at) => {
      if (refused.has(deployment)) return fail(fault('sink_refused', 'it is paused'));
      if (restarts.some((one) => one.deployment === deployment && one.at === at)) return ok(undefined);
      const underWay = [...begun].filter(([, since]) => now() - since < 10_000).length;
      begun.set(deployment, now());
      restarts.push({ deployment, at, underWay });
      return ok(undefined);
    },
    status: async (deployment) =>
      ok(now() - (begun.get(deployment) ?? 0) < 10_000 ? 'progressing' : statusOf(deployment)),
  };
};
let begun: Map<string, number>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kw-refresh-'));
  [restarts, refused, begun, statusOf] = [[], new Set(), new Map(), () => 'healthy'];
  const refreshLog = dueRefreshes(join(folder, 'refreshes'));
  world = await connectedWorld({ v: undefined }, { refreshLog, refreshers: { vault: cluster } });
  mkdirSync(world.at.root);
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await world.close();
});

const refreshing = (name: string, refresh: NonNullable<SinkDeclaration['refresh']>) =>
  key(name, { deliver: [{ ...inVault('v', `keys/${name}`), refresh }] });
const declared = (...keys: ReturnType<typeof key>[]) => [
  ...[environment('production', { isProd: true }), service('billing'), connection('v')],
  ...keys,
];
/** In the cluster of the sink's own Connection. */
const deployment = (name: string) => ({ deployment: `shop/${name}` });

test('refresh: five keys restart one Deployment once, after their promotions, and not again', async () => {
  const all = declared(...['a', 'b', 'c', 'd', 'e'].map((name) => refreshing(name, deployment('billing'))));
  const planned = await world.planNow(all);
  expect(planned.summary.refresh).toBe(5);
  const promotions: number[] = [];

  const report = await world.applyNow(planned, {
    onEvent: (event) => {
      if (event.kind === 'finished' && event.step.action === 'promote') promotions.push(restarts.length);
    },
  });

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(promotions).toEqual([0, 0, 0, 0, 0]);
  expect(restarts.map((one) => one.deployment)).toEqual(['shop/billing']);
  expect(readFileSync(join(folder, 'refreshes'), 'utf8')).toBe('');
  expect((await world.planNow(all)).steps).toEqual([]);
});

test('refresh: at most three rollouts of a cluster are under way', async () => {
  const all = declared(
    ...Array.from({ length: 9 }, (_, nth) => refreshing(`k${nth}`, deployment(`app-${nth}`))),
  );
  const report = await world.applyNow(await world.planNow(all));
  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(restarts).toHaveLength(9);
  expect(Math.max(...restarts.map(({ underWay }) => underWay))).toBe(ROLLOUTS_AT_ONCE - 1);
});

test('refresh: a rollout that fails ends the wave, the promotions stay, and the next plan goes on', async () => {
  statusOf = (name) => (name === 'shop/app-1' ? 'failed' : 'healthy');
  const all = declared(
    ...Array.from({ length: 9 }, (_, nth) => refreshing(`k${nth}`, deployment(`app-${nth}`))),
  );

  const report = await world.applyNow(await world.planNow(all));

  expect(report.summary.failed).toBe(1);
  expect(restarts.length).toBeLessThan(9);
  const failed = report.results.find(({ status }) => status === 'failed');
  expect(failed?.error?.message).toContain('the rollout of deployment v/shop/app-1 failed');
  const promoted = report.results.filter(
    ({ step, status }) => / promote 1$/.test(step) && status === 'succeeded',
  );
  expect(promoted).toHaveLength(9);

  statusOf = () => 'healthy';
  const next = await world.planNow(all);
  expect(new Set(next.steps.map(({ action, reason }) => `${action} ${reason}`))).toEqual(
    new Set(['refresh RefreshDue']),
  );
  expect((await world.applyNow(next)).summary).toMatchObject({ failed: 0, notAttempted: 0 });
  // The one that was restarted already has the annotation of this version.
  expect(restarts).toHaveLength(9);
  expect((await world.planNow(all)).steps).toEqual([]);
});

test('refresh: one that is due is overtaken when its key no longer asks for it', async () => {
  refused.add('shop/billing');
  await world.applyNow(await world.planNow(declared(refreshing('a', deployment('billing')))));
  expect((await world.planNow(declared(refreshing('a', deployment('billing'))))).steps).toHaveLength(1);

  const without = await world.planNow(declared(refreshing('a', deployment('other'))));
  expect(without.steps.filter(({ action }) => action === 'refresh')).toEqual([]);
});

test('refresh: a program runs in the working folder, without a shell or a secret', async () => {
  world.at.write('roll.sh', '#!/bin/sh\nenv > env.txt\necho "$@" >> ran.txt\n');
  chmodSync(world.at.path('roll.sh'), 0o700);
  const exec = { exec: ['./roll.sh', '$(touch pwned)'] };
  const all = declared(refreshing('a', exec), refreshing('b', exec));

  const report = await world.carryOut(await world.planNow(all), { sinks: world.at.sinks });

  expect(report.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(world.at.text('ran.txt')).toBe('$(touch pwned)\n');
  expect(existsSync(world.at.path('pwned'))).toBe(false);
  expect(world.at.text('env.txt')).not.toMatch(/sk_live_|KEYWRIGHT/);
});

test.each([
  ['../outside.sh', 'is not a file inside the working folder'],
  ['/bin/true', 'is not a file inside the working folder'],
  ['./missing.sh', 'is not a file inside the working folder'],
  ['./fails.sh', 'ended with exit code 7'],
])('refresh: the program %s %s; the promotion stays', async (program, why) => {
  world.at.write('fails.sh', '#!/bin/sh\nexit 7\n');
  chmodSync(world.at.path('fails.sh'), 0o700);
  world.at.write('../outside.sh', '#!/bin/sh\n');
  const planned = await world.planNow(declared(refreshing('a', { exec: [program] })));

  const report = await world.carryOut(planned, { sinks: world.at.sinks });

  const failed = report.results.filter(({ status }) => status === 'failed');
  expect(failed.map(({ error }) => error?.message)).toEqual([expect.stringContaining(why)]);
  expect(report.results.find(({ step }) => step.endsWith('promote 1'))?.status).toBe('succeeded');
});

test('refresh: what a crash cut off after the promotion is done by the next plan', async () => {
  const all = declared(refreshing('a', deployment('billing')));
  const planned = await world.planNow(all);
  const controller = new AbortController();
  await world.applyNow(planned, {
    signal: controller.signal,
    onEvent: (event) => {
      if (event.kind === 'finished' && event.step.action === 'promote') controller.abort();
    },
  });
  expect(restarts).toEqual([]);

  const next = await world.planNow(all);
  expect(next.steps.map(({ id }) => id)).toEqual(['ApiKey/a refresh 1 deployment v/shop/billing']);
  await world.applyNow(next);
  expect(restarts).toHaveLength(1);
});

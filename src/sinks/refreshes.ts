/** Refreshes: programs of the working folder, and Deployments through the Connection to their cluster. */
import { withDeadline } from '../async/deadline.js';
import { connectionTypeOf } from '../domain/connections/index.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { RefreshTarget } from '../domain/sinks/refresh-target.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Connections } from '../ports/connections.js';
import type { DueRefresh, Refreshes, RolloutStatus } from '../ports/refresh.js';
import type { Call, DriverWorld, NamedConnection } from './driver.js';
import { openRefresher } from './kubernetes/refresh.js';
import { runRefresh } from './refresh-exec.js';
import { noConnection } from './types.js';

/** Restarts in one cluster; one attempt each, as drivers do it. */
export interface Refresher {
  /** Asked for again with the same instant it does nothing. */
  restart(deployment: string, at: Instant, call: Call): Promise<Result<void>>;
  status(deployment: string, call: Call): Promise<Result<RolloutStatus>>;
}

export type OpenRefresher = (connection: NamedConnection, world: DriverWorld) => Refresher;

/** By type of connection. */
export const REFRESHERS: Readonly<Record<string, OpenRefresher>> = { kubernetes: openRefresher };

/** Remembers from one process to the next what is due. */
export type RefreshLog = Pick<Refreshes, 'due' | 'note' | 'strike'>;

const DEADLINE_MS: DurationMs = 10_000;

export function openRefreshes(
  connections: Connections,
  world: DriverWorld,
  { log, refreshers = REFRESHERS }: { readonly log: RefreshLog; readonly refreshers?: typeof REFRESHERS },
): Refreshes {
  async function within<T>(
    { connection: name }: Extract<RefreshTarget, { connection: string }>,
    limitMs: DurationMs,
    work: (refresher: Refresher, call: Call) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const spec = await connections.find(name);
    if (!spec.ok) return spec;
    if (spec.value === undefined) return fail(noConnection(name));
    const type = connectionTypeOf(spec.value) ?? '';
    const open = refreshers[type];
    if (open === undefined)
      return fail(fault('sink_unsupported', `nothing can be restarted through a Connection of type ${type}`));
    if (limitMs <= 0) return fail(fault('sink_unavailable', 'the lease could have ended; nothing was sent'));
    const refresher = open({ name, spec: spec.value }, world);
    return withDeadline(Math.min(DEADLINE_MS, limitMs), world.clock, (signal) => work(refresher, { signal }));
  }

  return {
    due: () => log.due(),
    note: (refresh: DueRefresh) => log.note(refresh),
    strike: (refresh: DueRefresh) => log.strike(refresh),
    start: async (target, at, withinMs) =>
      'exec' in target
        ? runRefresh(target.exec, world)
        : within(target, withinMs(), (refresher, call) => refresher.restart(target.deployment, at, call)),
    status: async (target) =>
      'exec' in target
        ? ok('healthy')
        : within(target, DEADLINE_MS, (refresher, call) => refresher.status(target.deployment, call)),
  };
}

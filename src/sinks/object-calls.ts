/** Requests to a driver: each in its turn, within its deadline, and never after the lease may have ended. */
import { withDeadline } from '../async/deadline.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { abilityOf, type SinkAbility } from '../domain/sinks/index.js';
import type { Clock } from '../ports/clock.js';
import type { Connected } from './connected.js';
import type { Call } from './driver.js';

/** Of one request, unless the driver has another one or less is left of the lease. */
const DEADLINE_MS = 10_000;

export type Timer = Pick<Clock, 'sleep' | 'monotonicMs'>;

export type Calling = <T>(work: (call: Call) => Promise<Result<T>>) => Promise<Result<T>>;

/** `until` by the monotonic clock; absent: no limit but that of each request. */
export function callsTo(
  { driver, gate, object }: Connected,
  { clock, until = Number.POSITIVE_INFINITY }: { readonly clock: Timer; readonly until?: number | undefined },
): Calling {
  const ownMs = driver.deadlineMs?.(object) ?? DEADLINE_MS;
  return (work) =>
    gate(async () => {
      const leftMs = until - clock.monotonicMs();
      if (leftMs <= 0) return fail(TOO_LATE);
      return withDeadline(Math.min(ownMs, leftMs), clock, (signal) => work({ signal }));
    });
}

const TOO_LATE = fault(
  'sink_unavailable',
  'what was left of the lease was over before the request began, so it was not made; it is tried again',
);

/** What the sink can do: as its type says, or, where that shows only then, as its driver answers. */
export async function abilityAt(
  { driver, object, type }: Connected,
  call: Calling,
): Promise<Result<SinkAbility>> {
  const { ability } = driver;
  return ability === undefined ? ok(abilityOf(type)) : call((one) => ability(object, one));
}

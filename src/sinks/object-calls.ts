/** Requests to a driver: each in its turn, within its deadline, and never after the lease may have ended. */
import { withDeadline } from '../async/deadline.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { abilityOf, type SinkAbility } from '../domain/sinks/index.js';
import type { Clock } from '../ports/clock.js';
import type { Within } from '../ports/sink.js';
import type { Connected } from './connected.js';
import type { Call } from './driver.js';

/** Of one request, unless the driver has another one or less is left of the lease. */
const DEADLINE_MS = 10_000;

export type Timer = Pick<Clock, 'sleep' | 'monotonicMs'>;

export type Calling = <T>(work: (call: Call) => Promise<Result<T>>) => Promise<Result<T>>;

/** A number counts down from now on, whatever is waited for. */
export function leftOf(within: Within | undefined, clock: Timer): () => number {
  if (within === undefined) return unlimited;
  if (typeof within === 'function') return within;
  const until = clock.monotonicMs() + within;
  return () => until - clock.monotonicMs();
}

const unlimited = (): number => Number.POSITIVE_INFINITY;

/** `leftMs`: what is left of the lease when a request begins; absent: no limit but that of each request. */
export function callsTo(
  { driver, gate, object }: Connected,
  { clock, leftMs = unlimited }: { readonly clock: Timer; readonly leftMs?: () => number },
): Calling {
  const ownMs = driver.deadlineMs?.(object) ?? DEADLINE_MS;
  return (work) =>
    gate(async () => {
      const left = leftMs();
      if (left <= 0) return fail(TOO_LATE);
      return withDeadline(Math.min(ownMs, left), clock, (signal) => work({ signal }));
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

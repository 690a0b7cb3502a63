/**
 * A lease of the store, kept alive while a plan is applied, or while a controller leads. Our own monotonic clock says until when it
 * surely holds, counted from before it was asked for: past that instant nothing more is written, without
 * asking anybody, because somebody else may be writing by then (rotation.md, "Two controllers").
 */
import { pause } from '../async/pause.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { type Lease, type LiveStore, WRITERS } from '../ports/live-store.js';

/** Short, so that a crashed run does not keep others waiting. */
const LEASE_TTL_MS: DurationMs = 5 * SECOND_MS;

export interface LeaseKeeper {
  /** Does it surely hold, by our own clock? */
  isHeld(): boolean;
  /** Aborted once it is known to be another's. */
  readonly lost: AbortSignal;
  /** The lease to write under; renewed first if it may have ended. `lease_lost` is final. */
  ensure(): Promise<Result<Lease>>;
  /** Stops renewing and gives it back. */
  release(): Promise<void>;
}

/** Takes the lease of writers and keeps it until released. `locked` while somebody else holds it. */
export const holdLease = (store: LiveStore, clock: Clock, holder: string): Promise<Result<LeaseKeeper>> =>
  holdNamedLease(store, clock, { holder, name: WRITERS, ttlMs: LEASE_TTL_MS });

export interface LeaseRequest {
  readonly holder: string;
  readonly name: string;
  readonly ttlMs: DurationMs;
}

/** The same with any other lease. It is renewed at a third of its time. */
export async function holdNamedLease(
  store: LeaseStore,
  clock: Clock,
  { holder, name, ttlMs }: LeaseRequest,
): Promise<Result<LeaseKeeper>> {
  const askedAt = clock.monotonicMs();
  const acquired = await store.acquireLease(holder, ttlMs, name);
  return acquired.ok ? ok(keep(store, clock, { lease: acquired.value, askedAt })) : acquired;
}

type LeaseStore = Pick<LiveStore, 'acquireLease' | 'renewLease' | 'releaseLease'>;

interface Acquired {
  readonly lease: Lease;
  /** By the monotonic clock, before the request went out. */
  readonly askedAt: number;
}

function keep(store: LeaseStore, clock: Clock, acquired: Acquired): LeaseKeeper {
  let { lease } = acquired;
  let heldUntil = acquired.askedAt + lease.ttlMs;
  const renewEveryMs = Math.floor(lease.ttlMs / 3);
  const lost = new AbortController();
  let renewing: Promise<Result<Lease>> | undefined;
  const stop = new AbortController();

  const isHeld = (): boolean => !lost.signal.aborted && clock.monotonicMs() < heldUntil;

  function renew(): Promise<Result<Lease>> {
    renewing ??= askAgain().finally(() => {
      renewing = undefined;
    });
    return renewing;
  }

  async function askAgain(): Promise<Result<Lease>> {
    const askedAt = clock.monotonicMs();
    const renewed = await store.renewLease(lease);
    if (!renewed.ok) {
      if (renewed.error.code !== 'store_unreachable') lost.abort();
      return renewed;
    }
    lease = renewed.value;
    heldUntil = askedAt + lease.ttlMs;
    return isHeld() ? ok(lease) : fail(ended());
  }

  async function renewForEver(): Promise<void> {
    while (await pause(clock, renewEveryMs, stop.signal)) {
      if (lost.signal.aborted) return;
      // What failed is tried again at the next turn, and before the next write.
      await renew();
    }
  }
  const renewals = renewForEver();

  return {
    isHeld,
    lost: lost.signal,
    ensure: async () => {
      if (lost.signal.aborted || stop.signal.aborted) return fail(ended());
      return isHeld() ? ok(lease) : renew();
    },
    release: async () => {
      stop.abort();
      await renewals;
      await store.releaseLease(lease);
    },
  };
}

const ended = () =>
  fault(
    'lease_lost',
    'the lease of the store ended during the run, so nothing more was written; run the command again',
  );

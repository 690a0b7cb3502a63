/**
 * A lease of the store, kept alive while a plan is applied, or while a controller leads. Our own monotonic clock says until when it
 * surely holds, counted from before it was asked for: past that instant nothing more is written, without
 * asking, because another process may be writing by then (rotation.md, "Two controllers").
 */
import { pause } from '../async/pause.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import {
  type Lease,
  type LeaseClaim,
  type LeaseHolder,
  type LiveStore,
  WRITERS,
} from '../ports/live-store.js';
import type { Processes } from '../ports/processes.js';

/** Short, so that a crashed run does not keep others waiting. */
const LEASE_TTL_MS: DurationMs = 5 * SECOND_MS;

export interface LeaseKeeper {
  /** Does it surely hold, by our own clock? */
  isHeld(): boolean;
  /** For how long it surely holds still, by our own clock; 0 once it may have ended. */
  leftMs(): DurationMs;
  /** Aborted once it is known to be another's. */
  readonly lost: AbortSignal;
  /** The lease to write under; renewed first if it may have ended. `lease_lost` is final. */
  ensure(): Promise<Result<Lease>>;
  /** Stops renewing and gives it back. */
  release(): Promise<void>;
}

/** How a lease that another process holds is had all the same. */
export interface LeasePatience {
  /** How long it is waited for. */
  readonly waitMs: DurationMs;
  readonly processes?: Processes | undefined;
  /** Hears once for whom it waits. */
  readonly onWait?: ((holder: LeaseHolder) => void) | undefined;
}

const AGAIN_MS: DurationMs = SECOND_MS / 4;

/**
 * Takes the lease of writers and keeps it until released. One whose holder is provably dead is taken over at once;
 * `locked` while another process holds it for longer than it is waited for.
 */
export async function holdLease(
  store: LiveStore,
  clock: Clock,
  holder: string,
  { waitMs, processes, onWait }: LeasePatience = { waitMs: 0 },
): Promise<Result<LeaseKeeper>> {
  const until = clock.monotonicMs() + waitMs;
  const mark = processes?.own();
  const claim: LeaseClaim = mark === undefined ? {} : { process: mark };
  const request = { holder, name: WRITERS, ttlMs: LEASE_TTL_MS };
  let hasSaid = false;
  for (;;) {
    const kept = await holdNamedLease(store, clock, { ...request, claim });
    if (kept.ok || kept.error.code !== 'locked') return kept;
    if (processes === undefined && waitMs === 0) return kept;
    const other = await store.leaseHolder();
    if (!other.ok) return other;
    if (other.value?.process !== undefined && processes?.isDead(other.value.process)) {
      const taken = { ...claim, takeOver: other.value.epoch };
      return holdNamedLease(store, clock, { ...request, claim: taken });
    }
    const leftMs = until - clock.monotonicMs();
    if (leftMs <= 0) return kept;
    if (other.value !== undefined && !hasSaid) onWait?.(other.value);
    hasSaid ||= other.value !== undefined;
    await clock.sleep(Math.min(AGAIN_MS, leftMs));
  }
}

export interface LeaseRequest {
  readonly holder: string;
  readonly name: string;
  readonly ttlMs: DurationMs;
  readonly claim?: LeaseClaim;
}

/** The same with any other lease. It is renewed at a third of its time. */
export async function holdNamedLease(
  store: LeaseStore,
  clock: Clock,
  { holder, name, ttlMs, claim }: LeaseRequest,
): Promise<Result<LeaseKeeper>> {
  const askedAt = clock.monotonicMs();
  const acquired = await store.acquireLease(holder, ttlMs, name, ...(claim ? [claim] : []));
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

  const leftMs = (): DurationMs => (isHeld() ? heldUntil - clock.monotonicMs() : 0);

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
    leftMs,
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

/**
 * The lease of reconcilers. Its epoch grows with every acquisition, so that one that was paused and woke
 * up is told from its successor; a lease that has run out is still good until somebody takes it over.
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, formatInstant, type Instant, SECOND_MS } from '../domain/time.js';
import type { Lease } from '../ports/live-store.js';
import type { LeaseRow, Transaction } from './storage-port.js';

/** Also of a lease asked for longer: the settle of a rotation counts on it. */
export const LEASE_TTL_MAX_MS = 5 * SECOND_MS;

const NAME = 'reconciler';

export interface Acquisition {
  readonly holder: string;
  readonly ttlMs: DurationMs;
}

/** `locked`, naming the holder and until when, while another lease runs. */
export async function acquire(
  tx: Transaction,
  { holder, ttlMs }: Acquisition,
  now: Instant,
): Promise<Result<Lease>> {
  const row = await tx.leases.get(NAME);
  if (row && row.holder !== '' && row.until > now)
    return fail(
      fault(
        'locked',
        `${row.holder} holds the lease of this store until ${formatInstant(row.until)}; wait for it, or stop it and try again then`,
      ),
    );
  return hold(tx, { holder, ttlMs, epoch: (row?.epoch ?? 0) + 1 }, now);
}

export async function renew(tx: Transaction, lease: Lease, now: Instant): Promise<Result<Lease>> {
  const held = await checkLease(tx, lease);
  return held.ok ? hold(tx, lease, now) : held;
}

/** A lease that was lost is none to release. */
export async function release(tx: Transaction, lease: Lease): Promise<Result<void>> {
  const row = await tx.leases.get(NAME);
  if (row && isHeldBy(row, lease)) await tx.leases.put({ ...row, holder: '', until: 0 });
  return ok(undefined);
}

/** `lease_lost` if it was released or taken over. */
export async function checkLease(tx: Transaction, lease: Lease): Promise<Result<void>> {
  const row = await tx.leases.get(NAME);
  if (row && isHeldBy(row, lease)) return ok(undefined);
  return fail(fault('lease_lost', 'the lease ended or was taken over; nothing was written, run again'));
}

const isHeldBy = (row: LeaseRow, lease: Lease): boolean =>
  row.epoch === lease.epoch && row.holder === lease.holder && row.holder !== '';

async function hold(
  tx: Transaction,
  { holder, ttlMs, epoch }: Acquisition & { readonly epoch: number },
  now: Instant,
): Promise<Result<Lease>> {
  const granted = Math.min(ttlMs, LEASE_TTL_MAX_MS);
  const until = now + granted;
  await tx.leases.put({ name: NAME, holder, epoch, until });
  return ok({ holder, epoch, until, ttlMs: granted });
}

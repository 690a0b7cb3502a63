/**
 * Leases: that of writers, and others by which controllers elect a leader. A lease's epoch grows with every acquisition, so that one that was paused and woke
 * up is distinguished from its successor; an expired lease is still good until another process takes it over.
 */
import { digestOf } from '../domain/canonical.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, formatInstant, type Instant, MINUTE_MS, SECOND_MS } from '../domain/time.js';
import {
  type Lease,
  type LeaseClaim,
  type LeaseHolder,
  type ProcessMark,
  WRITERS,
} from '../ports/live-store.js';
import { LATE_MS } from './accounts/coverage.js';
import type { LeaseRow, Transaction } from './storage-port.js';

/** Also of a lease asked for longer: the stabilization window of a rotation relies on it. */
export const LEASE_TTL_MAX_MS = 5 * SECOND_MS;

/** Clocks of machines are no further apart. A lease that ends later was taken by one that was wrong, and set since. */
const SKEW_MAX_MS = 5 * MINUTE_MS;

export interface Acquisition {
  readonly name: string;
  readonly holder: string;
  readonly ttlMs: DurationMs;
}

/** `locked`, naming the holder and until when, while another lease runs whose holder is not known to be dead. */
export async function acquire(
  tx: Transaction,
  { name, holder, ttlMs, process, takeOver }: Acquisition & LeaseClaim,
  now: Instant,
): Promise<Result<Lease>> {
  const row = await tx.leases.get(name);
  if (row && row.holder !== '' && isRunning(row, now) && row.epoch !== takeOver) return fail(taken(row));
  const mark = process === undefined ? null : JSON.stringify(process);
  return hold(tx, { name, holder, ttlMs, epoch: (row?.epoch ?? 0) + 1, since: now, process: mark }, now);
}

/** Undefined when it is free, or has run out. */
export async function holderOf(
  tx: Transaction,
  name: string,
  now: Instant,
): Promise<LeaseHolder | undefined> {
  const row = await tx.leases.get(name);
  if (row === undefined || row.holder === '' || !isRunning(row, now)) return undefined;
  const { holder, epoch, until } = row;
  const process = processOf(row);
  return { holder, epoch, since: row.since ?? until, until, ...(process !== undefined && { process }) };
}

/** A mark that Keywright did not make proves nothing. */
function processOf({ process }: LeaseRow): ProcessMark | undefined {
  if (process === null) return undefined;
  try {
    const { machine, boot, pid, started } = JSON.parse(process) as Partial<ProcessMark>;
    const texts = [machine, boot, started];
    const isMark = texts.every((one) => typeof one === 'string') && Number.isSafeInteger(pid);
    return isMark ? ({ machine, boot, pid, started } as ProcessMark) : undefined;
  } catch {
    return undefined;
  }
}

/** A holder that lost it by a wrong clock of this store is fenced by the epoch, as every holder is that is taken over. */
const isRunning = ({ until }: LeaseRow, now: Instant): boolean =>
  until > now && until <= now + LEASE_TTL_MAX_MS + SKEW_MAX_MS;

export async function renew(tx: Transaction, lease: Lease, now: Instant): Promise<Result<Lease>> {
  const row = await tx.leases.get(lease.name);
  if (row === undefined || !isHeldBy(row, lease)) return fail(lost());
  return hold(tx, { ...lease, since: row.since, process: row.process }, now);
}

/** A lease that was lost cannot be released. */
export async function release(tx: Transaction, lease: Lease): Promise<Result<void>> {
  const row = await tx.leases.get(lease.name);
  if (row && isHeldBy(row, lease))
    await tx.leases.put({ ...row, holder: '', until: 0, since: null, process: null });
  return ok(undefined);
}

/** `lease_lost` if it was released or taken over, or is not one to write under. */
export async function checkLease(tx: Transaction, lease: Lease): Promise<Result<void>> {
  return lease.name === WRITERS && (await isHeld(tx, lease)) ? ok(undefined) : fail(lost());
}

async function isHeld(tx: Transaction, lease: Lease): Promise<boolean> {
  const row = await tx.leases.get(lease.name);
  return row !== undefined && isHeldBy(row, lease);
}

function taken(row: LeaseRow): Fault {
  const { name, holder, until, since } = row;
  if (name !== WRITERS) return fault('locked', `${holder} holds the lease of ${name}`);
  const process = processOf(row);
  const where = process === undefined ? '' : `, process ${process.pid} on ${process.machine},`;
  const from = since === null ? '' : ` since ${formatInstant(since)}`;
  return fault(
    'locked',
    `${holder}${where} holds the lease of this store${from}, until ${formatInstant(until)} unless it renews it; wait longer with --lock-timeout, or stop that process`,
  );
}

const lost = () =>
  fault('lease_lost', 'the lease ended or was taken over; nothing was written, run the command again');

const isHeldBy = (row: LeaseRow, lease: Lease): boolean =>
  row.epoch === lease.epoch && row.holder === lease.holder && row.holder !== '';

async function hold(
  tx: Transaction,
  { name, holder, ttlMs, epoch, since, process }: Acquisition & Pick<LeaseRow, 'epoch' | 'since' | 'process'>,
  now: Instant,
): Promise<Result<Lease>> {
  const granted = Math.min(ttlMs, LEASE_TTL_MAX_MS);
  const until = now + granted;
  await tx.leases.put({ name, holder, epoch, until, since, process });
  if (name.startsWith(CONTROLLER)) await noteController(tx, { name, holder }, now);
  return ok({ name, holder, epoch, until, ttlMs: granted });
}

/** The leader of a project is running: the lease says so anew with every renewal. */
const CONTROLLER = 'controller ';

const noteController = (
  tx: Transaction,
  { name, holder }: Pick<Acquisition, 'name' | 'holder'>,
  now: Instant,
): Promise<void> =>
  tx.accounting.putInstance(
    {
      id: `us_ins_${digestOf([name, holder]).slice(0, 16)}`,
      kind: 'controller',
      name: `${holder} of ${name.slice(CONTROLLER.length)}`,
      version: '',
      started_at: now,
      last_seen_at: now,
      behind: null,
      ...{ clock_skew_ms: null, uses_until: null, steady_since: now },
    },
    now - LATE_MS,
  );

/**
 * Passes for ever. One controller of a project leads, by a lease that it keeps; the others stand by and take over
 * when it ends. The leader makes a pass when something calls for a look, when the last pass said that something
 * falls due, and every interval; none of that is handed to the pass.
 *
 *     connect ─▶ stand by ─▶ lead: pass ─▶ rest ─▶ pass … ─▶ stop
 *        ▲           ▲                 │
 *        └─ backoff  └── lease lost ◀──┘
 */
import { holdNamedLease, type LeaseKeeper } from '../apply/lease.js';
import { pause } from '../async/pause.js';
import { firstSignal, Signal } from '../async/signal.js';
import type { Entropy } from '../domain/entropy.js';
import { type FaultCode, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore } from '../ports/live-store.js';
import { failureBackoffMs, GAP_MS, newBackoff } from './backoff.js';
import { type PassFailure, passFailure } from './documents.js';
import type { PassOutcome } from './pass.js';
import type { ControllerEvent } from './status.js';

/** Less than the lease of writers, and looked at often: a standby is at work within that one's five seconds. */
const LEADER_TTL_MS: DurationMs = 4 * SECOND_MS;
const STAND_BY_MS: DurationMs = 500;

/** Worth trying again until it works; anything else that stands against connecting is for people. */
const PASSING: ReadonlySet<FaultCode> = new Set([
  'store_unreachable',
  'source_unavailable',
  'invalid_documents',
  'no_project',
  'locked',
]);

/** Everything that passes are made with. */
export interface Connection {
  readonly project: string;
  readonly store: LiveStore;
  readonly pass: (signal: AbortSignal) => Promise<Result<PassOutcome, PassFailure>>;
  /** Calls when the documents may have changed; gives what ends it. */
  readonly watchDocuments: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
}

export interface ControllerWorld {
  readonly connect: () => Promise<Result<Connection, PassFailure>>;
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Who is at work, as others see it. */
  readonly actor: string;
  readonly intervalMs: DurationMs;
  /** Aborted: what is under way is finished, the leases are given back. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: ControllerEvent) => void;
}

/** Resolves when it was stopped; fails when it cannot begin for a reason that will not pass by itself. */
export async function control(world: ControllerWorld): Promise<Result<void, PassFailure>> {
  const { signal, onEvent, clock } = world;
  signal.addEventListener('abort', () => onEvent({ kind: 'stopping', at: clock.now() }), { once: true });
  const connection = await connected(world);
  if (!connection.ok) return signal.aborted ? ok(undefined) : connection;
  const signals = { documents: new Signal(), store: new Signal() };
  const ends = [
    connection.value.watchDocuments(signals.documents.notify),
    connection.value.store.watch(signals.store.notify),
  ];
  try {
    await electAndLead({ ...world, connection: connection.value, signals });
    return ok(undefined);
  } finally {
    for (const end of ends) end();
    await connection.value.close();
  }
}

async function connected(world: ControllerWorld): Promise<Result<Connection, PassFailure>> {
  const { clock, entropy, signal, onEvent } = world;
  for (let failures = 1; ; failures++) {
    const startedAt = clock.monotonicMs();
    const connection = await world.connect();
    if (connection.ok || signal.aborted || !PASSING.has(connection.error.fault.code)) return connection;
    const restMs = failureBackoffMs(failures, entropy);
    const [at, tookMs] = [clock.now(), clock.monotonicMs() - startedAt];
    onEvent({ kind: 'failed', at, tookMs, failure: connection.error, nextAt: at + restMs });
    if (!(await pause(clock, restMs, signal))) return connection;
  }
}

interface Leading extends ControllerWorld {
  readonly connection: Connection;
  readonly signals: { readonly documents: Signal; readonly store: Signal };
}

/** Returns when it was stopped. */
async function electAndLead(world: Leading): Promise<void> {
  const { connection, clock, entropy, actor, signal, onEvent } = world;
  const lease = { holder: actor, name: `controller ${connection.project}`, ttlMs: LEADER_TTL_MS };
  let failures = 0;
  let isStandingBy = false;
  while (!signal.aborted) {
    const keeper = await holdNamedLease(connection.store, clock, lease);
    const at = clock.now();
    let restMs = STAND_BY_MS;
    if (keeper.ok) {
      onEvent({ kind: 'leading', at });
      await lead(world, keeper.value).finally(() => keeper.value.release());
      restMs = 0;
    } else if (keeper.error.code === 'locked') {
      if (!isStandingBy) onEvent({ kind: 'standing-by', at, why: keeper.error.message });
    } else {
      restMs = failureBackoffMs(++failures, entropy);
      onEvent({ kind: 'failed', at, tookMs: 0, failure: passFailure(keeper.error), nextAt: at + restMs });
    }
    isStandingBy = !keeper.ok && keeper.error.code === 'locked';
    if (keeper.ok || isStandingBy) failures = 0;
    await pause(clock, restMs, signal);
  }
}

/** Makes passes until it was stopped or the lease is lost. */
async function lead(world: Leading, keeper: LeaseKeeper): Promise<void> {
  const { connection, signals, clock, onEvent } = world;
  const signal = AbortSignal.any([world.signal, keeper.lost]);
  const backoff = newBackoff(world);
  while (!signal.aborted) {
    const startedAt = clock.monotonicMs();
    const held = await keeper.ensure();
    if (keeper.lost.aborted) return;
    signals.documents.clear();
    signals.store.clear();
    const passed = held.ok ? await caught(() => connection.pass(signal)) : fail(passFailure(held.error));
    if (signal.aborted && !passed.ok) return;
    const rest = backoff.after(passed);
    const [at, tookMs] = [clock.now(), clock.monotonicMs() - startedAt];
    const nextAt = at + rest.ms;
    if (passed.ok) onEvent({ kind: 'passed', at, tookMs, outcome: passed.value, nextAt });
    else onEvent({ kind: 'failed', at, tookMs, failure: passed.error, nextAt });
    await pause(clock, GAP_MS, signal);
    await firstSignal(
      rest.heeds.map((name) => signals[name]),
      { ms: rest.ms - GAP_MS, clock, signal },
    );
  }
}

/** A bug in a pass must not end the controller: the next pass may do better, and the log says what it was. */
async function caught(
  pass: () => Promise<Result<PassOutcome, PassFailure>>,
): Promise<Result<PassOutcome, PassFailure>> {
  try {
    return await pass();
  } catch (cause) {
    return fail(passFailure(fault('internal', 'a bug in Keywright; see the log of the controller', cause)));
  }
}

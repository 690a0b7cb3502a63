/**
 * Carries messages from the outbox to where they go, for as long as a server runs: soon after one was put in, and again
 * when one that could not be handed over is due. No HTTP response waits for it.
 */
import type { Entropy } from '../domain/entropy.js';
import { type DurationMs, NEVER, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import {
  type Dropped,
  type NotSent,
  type Outbox,
  sendingMaxMs,
  type Taken,
  type Transport,
} from '../ports/outbox.js';
import { dueAgain } from './backoff.js';

/** One that is slow keeps no other waiting. */
const AT_ONCE = 8;
/** A notification may be missed; and the store may have been away. */
const LOOK_EVERY_MS: DurationMs = 30 * SECOND_MS;
const STORE_AWAY_MS: DurationMs = 5 * SECOND_MS;
/** What is under way when a server stops has as long. */
const STOPPING_MS: DurationMs = 5 * SECOND_MS;
/** Between two looks, however busy the store is with other things. */
const CALM_MS: DurationMs = 50;

export type DeliveryEvent =
  | { readonly kind: 'sent'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly why: string; readonly cause?: unknown }
  | { readonly kind: 'refused'; readonly id: string; readonly why: string }
  | ({ readonly kind: 'dropped' } & Dropped);

export interface DeliveryWorker {
  readonly outbox: Outbox;
  readonly post: Transport;
  readonly clock: Clock;
  readonly entropy: Entropy;
  tell(event: DeliveryEvent): void;
}

/** Returns what ends it, when messages that are under way have been handed over, or were given up after a while. */
export function deliverMessages(carrying: DeliveryWorker): () => Promise<void> {
  const { outbox, clock } = carrying;
  const over = new AbortController();
  const givingUp = new AbortController();
  const underWay = new Set<Promise<void>>();
  let nap = new AbortController();
  const wake = (): void => nap.abort();
  const unwatch = outbox.watch(wake);
  const pause = (ms: DurationMs, { signal }: AbortController) =>
    clock.sleep(ms, signal).catch(() => undefined);
  const handOverBeside = (taken: Taken): void => {
    const handing = handOver(carrying, taken, givingUp.signal).then(() => {
      underWay.delete(handing);
      wake();
    });
    underWay.add(handing);
  };
  const carried = (async () => {
    while (!over.signal.aborted) {
      // Before looking, so that a notification meanwhile is not missed.
      nap = new AbortController();
      const free = AT_ONCE - underWay.size;
      const found = free > 0 ? await look(carrying, free) : FULL;
      for (const one of found.taken) handOverBeside(one);
      await pause(found.waitMs, nap);
      await pause(CALM_MS, over);
    }
  })();
  return async () => {
    unwatch();
    over.abort();
    wake();
    await carried;
    const ended = new AbortController();
    void pause(STOPPING_MS, ended).then(() => givingUp.abort());
    await Promise.all(underWay);
    ended.abort();
  };
}

interface Found {
  readonly taken: readonly Taken[];
  /** How long nothing else is due. */
  readonly waitMs: DurationMs;
}

const FULL: Found = { taken: [], waitMs: LOOK_EVERY_MS };

async function look({ outbox, clock, tell }: DeliveryWorker, free: number): Promise<Found> {
  const bag = await outbox.take(free);
  if (!bag.ok) return { taken: [], waitMs: STORE_AWAY_MS };
  const { taken, dropped, nextAt = NEVER } = bag.value;
  for (const one of dropped) tell({ kind: 'dropped', ...one });
  return { taken, waitMs: Math.min(LOOK_EVERY_MS, Math.max(0, nextAt - clock.now())) };
}

/** The store may be away when it is to record that; then the message is due again after a while, and sent twice at worst. */
async function handOver(carrying: DeliveryWorker, taken: Taken, givingUp: AbortSignal): Promise<void> {
  const { outbox, clock, entropy, tell } = carrying;
  const { id } = taken.message;
  const end = await inTime(carrying, taken, givingUp).then(
    (notSent) => endOf(id, notSent),
    (cause: unknown) => ({ kind: 'failed', id, why: 'sending failed unexpectedly', cause }) as const,
  );
  tell(end);
  if (end.kind !== 'failed') await outbox.forget(taken);
  else {
    const chance = (entropy.bytes(1)[0] ?? 0) / 255;
    await outbox.notSent(taken, dueAgain(taken, clock.now(), chance));
  }
}

function endOf(id: string, notSent: NotSent): Exclude<DeliveryEvent, { readonly kind: 'dropped' }> {
  if (notSent === undefined) return { kind: 'sent', id };
  return typeof notSent === 'string'
    ? { kind: 'failed', id, why: notSent }
    : { kind: 'refused', id, why: notSent.refused };
}

async function inTime(
  { clock, post }: DeliveryWorker,
  { message, attempts }: Taken,
  givingUp: AbortSignal,
): Promise<NotSent> {
  const late = new AbortController();
  const done = new AbortController();
  const giveUp = (): void => late.abort();
  givingUp.addEventListener('abort', giveUp);
  void clock.sleep(sendingMaxMs(attempts), done.signal).then(giveUp, () => undefined);
  const inVain = new Promise<NotSent>((resolve) =>
    late.signal.addEventListener('abort', () => resolve('no response in time')),
  );
  try {
    return await Promise.race([inVain, post.send(message, late.signal)]);
  } finally {
    done.abort();
    givingUp.removeEventListener('abort', giveUp);
  }
}

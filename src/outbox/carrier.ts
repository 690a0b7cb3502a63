/**
 * Carries letters from the outbox to where they go, for as long as a server runs: soon after one was put in, and again
 * when one that could not be handed over is due. What somebody is answered over HTTP never waits for it.
 */
import type { Entropy } from '../domain/entropy.js';
import { type DurationMs, NEVER, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Dropped, NotSent, Outbox, Post, Taken } from '../ports/outbox.js';
import { dueAgain } from './patience.js';

/** Well within `TAKEN_FOR_MS`, or another server would send it too. */
const SENDING_MAX_MS: DurationMs = 10 * SECOND_MS;
/** A ring may be missed; and the store may have been away. */
const LOOK_EVERY_MS: DurationMs = 30 * SECOND_MS;
const STORE_AWAY_MS: DurationMs = 5 * SECOND_MS;
/** Between two looks, however busy the store is with other things. */
const CALM_MS: DurationMs = 50;

export type CarrierEvent =
  | { readonly kind: 'sent'; readonly id: string }
  | { readonly kind: 'failed'; readonly id: string; readonly why: string; readonly cause?: unknown }
  | ({ readonly kind: 'dropped' } & Dropped);

export interface Carrying {
  readonly outbox: Outbox;
  readonly post: Post;
  readonly clock: Clock;
  readonly entropy: Entropy;
  tell(event: CarrierEvent): void;
}

/** Gives what ends it, when letters that are under way have been handed over or given up. */
export function carry(carrying: Carrying): () => Promise<void> {
  const { outbox, clock } = carrying;
  const over = new AbortController();
  let nap = new AbortController();
  const unwatch = outbox.watch(() => nap.abort());
  const pause = (ms: DurationMs, { signal }: AbortController) =>
    clock.sleep(ms, signal).catch(() => undefined);
  const carried = (async () => {
    while (!over.signal.aborted) {
      // Before looking, so that a ring meanwhile is not missed.
      nap = new AbortController();
      await pause(await round(carrying), nap);
      await pause(CALM_MS, over);
    }
  })();
  return async () => {
    unwatch();
    over.abort();
    nap.abort();
    await carried;
  };
}

/** Hands over what is due; gives how long nothing is. */
async function round(carrying: Carrying): Promise<DurationMs> {
  const { outbox, clock, tell } = carrying;
  const bag = await outbox.take();
  if (!bag.ok) return STORE_AWAY_MS;
  const { taken, dropped, nextAt } = bag.value;
  for (const one of dropped) tell({ kind: 'dropped', ...one });
  await Promise.all(taken.map((one) => handOver(carrying, one)));
  // There may be more, and those that were not handed over are due again before others are.
  if (taken.length > 0) return 0;
  return Math.min(LOOK_EVERY_MS, Math.max(0, (nextAt ?? NEVER) - clock.now()));
}

/** The store may be away when it is told; then the letter is due again after a while, and sent twice at worst. */
async function handOver({ outbox, post, clock, entropy, tell }: Carrying, taken: Taken): Promise<void> {
  const { id } = taken.letter;
  const sending = inTime(clock, (signal) => post.send(taken.letter, signal));
  const failure = await sending.then(
    (why) => (why === undefined ? undefined : { why }),
    (cause: unknown) => ({ why: 'sending it failed unexpectedly', cause }),
  );
  if (failure === undefined) {
    tell({ kind: 'sent', id });
    await outbox.sent(taken);
  } else {
    tell({ kind: 'failed', id, ...failure });
    const chance = (entropy.bytes(1)[0] ?? 0) / 255;
    await outbox.notSent(taken, dueAgain(taken, clock.now(), chance));
  }
}

async function inTime(clock: Clock, send: (signal: AbortSignal) => Promise<NotSent>): Promise<NotSent> {
  const late = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(SENDING_MAX_MS, done.signal).then(
    () => {
      late.abort();
      return 'nobody answered in time';
    },
    () => undefined,
  );
  try {
    return await Promise.race([send(late.signal), timer]);
  } finally {
    done.abort();
  }
}

/**
 * Carries letters from the outbox to where they go, for as long as a server runs: soon after one was put in, and again
 * when one that could not be handed over is due. What somebody is answered over HTTP never waits for it.
 */
import type { Entropy } from '../domain/entropy.js';
import { type DurationMs, NEVER, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import {
  type Dropped,
  type NotSent,
  type Outbox,
  type Post,
  sendingMaxMs,
  type Taken,
} from '../ports/outbox.js';
import { dueAgain } from './patience.js';

/** A ring may be missed; and the store may have been away. */
const LOOK_EVERY_MS: DurationMs = 30 * SECOND_MS;
const STORE_AWAY_MS: DurationMs = 5 * SECOND_MS;
/** What is under way when a server stops has as long. */
const STOPPING_MS: DurationMs = 5 * SECOND_MS;
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

/** Gives what ends it, when letters that are under way have been handed over, or were given up after a while. */
export function carry(carrying: Carrying): () => Promise<void> {
  const { outbox, clock } = carrying;
  const over = new AbortController();
  const givingUp = new AbortController();
  let nap = new AbortController();
  const unwatch = outbox.watch(() => nap.abort());
  const pause = (ms: DurationMs, { signal }: AbortController) =>
    clock.sleep(ms, signal).catch(() => undefined);
  const carried = (async () => {
    while (!over.signal.aborted) {
      // Before looking, so that a ring meanwhile is not missed.
      nap = new AbortController();
      await pause(await round(carrying, givingUp.signal), nap);
      await pause(CALM_MS, over);
    }
  })();
  return async () => {
    unwatch();
    over.abort();
    nap.abort();
    const ended = new AbortController();
    void pause(STOPPING_MS, ended).then(() => givingUp.abort());
    await carried;
    ended.abort();
  };
}

/** Hands over what is due; gives how long nothing is. */
async function round(carrying: Carrying, givingUp: AbortSignal): Promise<DurationMs> {
  const { outbox, clock, tell } = carrying;
  const bag = await outbox.take();
  if (!bag.ok) return STORE_AWAY_MS;
  const { taken, dropped, nextAt } = bag.value;
  for (const one of dropped) tell({ kind: 'dropped', ...one });
  await Promise.all(taken.map((one) => handOver(carrying, one, givingUp)));
  // There may be more, and those that were not handed over are due again before others are.
  if (taken.length > 0) return 0;
  return Math.min(LOOK_EVERY_MS, Math.max(0, (nextAt ?? NEVER) - clock.now()));
}

/** The store may be away when it is told; then the letter is due again after a while, and sent twice at worst. */
async function handOver(carrying: Carrying, taken: Taken, givingUp: AbortSignal): Promise<void> {
  const { outbox, clock, entropy, tell } = carrying;
  const { id } = taken.letter;
  const failure = await inTime(carrying, taken, givingUp).then(
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

async function inTime(
  { clock, post }: Carrying,
  { letter, attempts }: Taken,
  givingUp: AbortSignal,
): Promise<NotSent> {
  const late = new AbortController();
  const done = new AbortController();
  const giveUp = (): void => late.abort();
  givingUp.addEventListener('abort', giveUp);
  void clock.sleep(sendingMaxMs(attempts), done.signal).then(giveUp, () => undefined);
  const inVain = new Promise<NotSent>((resolve) =>
    late.signal.addEventListener('abort', () => resolve('nobody answered in time')),
  );
  try {
    return await Promise.race([inVain, post.send(letter, late.signal)]);
  } finally {
    done.abort();
    givingUp.removeEventListener('abort', giveUp);
  }
}

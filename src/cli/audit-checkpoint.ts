/** Writes a checkpoint now, then every quarter of an hour in which something happened, and a last one at the end. */
import { pause } from '../async/pause.js';
import type { Fault } from '../domain/errors.js';
import { ok, type Result } from '../domain/result.js';
import { type DurationMs, MINUTE_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore } from '../ports/live-store.js';
import { appendCheckpoint } from './checkpoint-file.js';

/** What is put back sooner is not shown by a checkpoint. */
export const CHECKPOINT_EVERY_MS: DurationMs = 15 * MINUTE_MS;

export const CHECKPOINT_OPTION = {
  flags: '--checkpoint <file>',
  description:
    'append signed checkpoints of the audit log to this file every 15 minutes, if there are new entries',
} as const;

export interface Checkpointing {
  readonly store: Pick<LiveStore, 'checkpoint'>;
  readonly clock: Clock;
  readonly file: string;
  /** One could not be written; the next is tried in time. */
  onTrouble(fault: Fault): void;
}

/** Gives what ends it. Fails if not even the first one can be written. */
export async function keepCheckpoints(world: Checkpointing): Promise<Result<() => Promise<void>>> {
  let written = -1;
  const write = async (): Promise<Result<void>> => {
    const made = await world.store.checkpoint();
    if (!made.ok) return made;
    const { seq, line } = made.value;
    if (seq === written) return ok(undefined);
    const appended = await appendCheckpoint(world.file, line);
    if (appended.ok) written = seq;
    return appended;
  };
  const first = await write();
  if (!first.ok) return first;
  const writeOrSay = async (): Promise<void> => {
    const done = await write();
    if (!done.ok) world.onTrouble(done.error);
  };
  const over = new AbortController();
  const kept = everyNowAndThen(world.clock, over.signal, writeOrSay);
  return ok(async () => {
    over.abort();
    await kept;
    await writeOrSay();
  });
}

async function everyNowAndThen(clock: Clock, signal: AbortSignal, write: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await pause(clock, CHECKPOINT_EVERY_MS, signal);
    if (!signal.aborted) await write();
  }
}

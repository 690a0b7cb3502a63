/** Checkpoints of a server: the newest one is held against the log when it starts, and more are written while it runs. */

import type { OpenLog } from '../adapters/http-log.js';
import { keepCheckpoints } from '../cli/audit-checkpoint.js';
import { readCheckpoints } from '../cli/checkpoint-file.js';
import type { Fault } from '../domain/errors.js';
import { ok, type Result } from '../domain/result.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore } from '../ports/live-store.js';

/** Says whether the store is older than the newest checkpoint, and continues to write them. */
export const startCheckpoints = async (
  store: LiveStore,
  { clock, checkpointFile: file }: { readonly clock: Clock; readonly checkpointFile?: string },
  log: OpenLog,
): Promise<Result<Checkpoints>> => {
  if (file === undefined) return ok({ isBehind: false, end: async () => undefined });
  const older = await behindCheckpoint(store, file);
  if (older) log.warn(`the store is older than its checkpoints: ${older.message}`);
  const end = await keepCheckpoints({
    ...{ store, clock, file },
    onTrouble: ({ message, cause }) => log.failure('checkpoint', message, cause),
  });
  return end.ok ? ok({ isBehind: older !== undefined, end: end.value }) : end;
};

interface Checkpoints {
  /** The database was replaced by an older copy while no server ran. */
  readonly isBehind: boolean;
  readonly end: () => Promise<void>;
}

/** What the newest checkpoint has against the log; undefined if nothing, or if none exists yet. */
async function behindCheckpoint(store: LiveStore, file: string): Promise<Fault | undefined> {
  const lines = await readCheckpoints(file);
  const newest = lines.ok ? lines.value.slice(-1) : [];
  if (newest.length === 0) return undefined;
  const held = await store.verifyCheckpoints(newest);
  return held.ok || held.error.code !== 'audit_broken' ? undefined : held.error;
}

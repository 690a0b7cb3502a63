/** Replacing the master key: the data keys stay as they are and are wrapped anew. */
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Caller } from '../ports/live-store.js';
import { record } from './audit-log.js';
import type { Dependencies } from './credential-store.js';
import { openKeyring, rewrap } from './keyring.js';
import type { Storage } from './storage-port.js';

export interface Replacement {
  readonly from: Secret;
  readonly to: Secret;
  /** Puts the new key where it outlives a crash. Called before anything depends on it, while no other process can write. */
  readonly keep: () => Promise<Result<void>>;
  readonly caller: Caller;
}

/** `master_key` if `from` does not fit. Processes that have the store open continue: they hold the data keys. */
export function replaceMasterKey(
  storage: Storage,
  world: Dependencies,
  { from, to, keep, caller }: Replacement,
): Promise<Result<void>> {
  return storage.write(async (tx) => {
    const rows = await tx.keyring.all();
    const keyring = openKeyring(rows, from);
    if (!keyring.ok) return keyring;
    const wrapped = rewrap(rows, { from, to }, world.entropy);
    if (!wrapped.ok) return wrapped;
    const kept = await keep();
    if (!kept.ok) return kept;
    for (const row of wrapped.value) await tx.keyring.put(row);
    const work = { ...world, tx, caller, keyring: keyring.value, now: world.clock.now() };
    const entry = { action: 'store.master-key-replaced', detail: {} };
    const recorded = await record(work, { kind: 'Store', name: 'master-key' }, entry);
    return recorded.ok ? ok(undefined) : recorded;
  });
}

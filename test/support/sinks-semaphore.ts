/** Makes every delivery of a workspace wait, so that an apply can be met half way without guessing moments. */
import { join } from 'node:path';
import { openFileLock } from '../../src/adapters/file-lock.js';
import type { Workspace } from './workspace.js';

/** Takes the lock that deliveries take; gives what ends the wait. */
export async function holdUpDeliveries(world: Workspace): Promise<() => Promise<void>> {
  const lock = openFileLock(join(world.folder, '.keywright', 'sinks.lock'));
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve, reject) => {
    held = lock.exclusively(async () => {
      resolve();
      await released;
      return { ok: true, value: undefined } as const;
    });
    held.then((outcome) => reject(new Error(`the lock is not to be had: ${JSON.stringify(outcome)}`)));
  });
  return async () => {
    release();
    await held;
    lock.close();
  };
}

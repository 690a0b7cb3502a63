/** What was done before a reader looks is seen by it, whichever others are looking meanwhile. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ok } from '../../src/domain/result.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { unwrap } from '../support/store.js';

test('a look that begins after a write sees it, also while an earlier look is still under way', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  const storage = unwrap(await openSqlite({ path: join(folder, 'store.db'), sleep: async () => undefined }));
  const word = () => storage.read(async (tx) => ok(await tx.meta.get('word')));
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isLooking = (): void => undefined;
  const looking = new Promise<void>((resolve) => {
    isLooking = resolve;
  });
  const earlier = storage.read(async (tx) => {
    const seen = await tx.meta.get('word');
    isLooking();
    await held;
    return ok(seen);
  });
  await looking;
  unwrap(await storage.write(async (tx) => ok(await tx.meta.put({ name: 'word', value: 'new' }))));
  const later = word();
  letGo();
  expect([unwrap(await earlier), unwrap(await later)]).toEqual([undefined, 'new']);
  await storage.close();
  rmSync(folder, { recursive: true });
});

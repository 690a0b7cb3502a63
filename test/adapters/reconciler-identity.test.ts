/** The reconciler's key pair in a folder. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openIdentity } from '../../src/adapters/reconciler-identity.js';
import { sodiumSealing } from '../../src/adapters/system.js';
import { removeKeyDrafts } from '../../src/storage/folder.js';
import { unwrap } from '../support/apply-world.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywright-identity-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('drafts of keys that killed processes left are removed; the next master key is not one', async () => {
  await openIdentity(folder, sodiumSealing);
  for (const name of ['reconciler.key.4711', 'master.key.0123456789ab', 'master.key.next'])
    writeFileSync(join(folder, name), 'x');
  unwrap(await openIdentity(folder, sodiumSealing));
  expect(readdirSync(folder).sort()).toEqual(['master.key.next', 'reconciler.key']);
});

test('a draft that another process clears away is written again', async () => {
  let isDone = false;
  const clearing = (async () => {
    while (!isDone) {
      await removeKeyDrafts(folder);
      await setTimeout(1);
    }
  })();
  try {
    for (let nth = 0; nth < 200; nth++) {
      unwrap(await openIdentity(folder, sodiumSealing));
      rmSync(join(folder, 'reconciler.key'));
    }
  } finally {
    isDone = true;
    await clearing;
  }
});

/** The reconciler's key pair in a folder. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIdentity } from '../../src/adapters/reconciler-identity.js';
import { sodiumSealing } from '../../src/adapters/system.js';
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

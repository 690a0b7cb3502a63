/** An older copy of the store put in its place while servers run: what was ended stays ended, and it is said. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/adapters/system.js';
import { ok } from '../../src/domain/result.js';
import { openStoreFeed } from '../../src/main/open-store.js';
import { copyDatabase, replacingRows } from '../../src/storage/sqlite/copy.js';
import { createVerifier, type Setback } from '../../src/verifier/verifier.js';
import { apiKey, CALLER, keyRef, unwrap } from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();

it('restore: versions that were revoked and keys that were stopped since the copy stay so, in memory and in the store', async () => {
  const hand = await handOn(await place.store());
  const tokens: Record<string, string> = {};
  for (const name of ['revoked', 'stopped', 'kept']) {
    await hand.create(apiKey(name));
    tokens[name] = (await hand.rollOut(name, 1)).reveal();
  }
  const copy = join(place.root(), 'copy.db');
  unwrap(await copyDatabase(join(place.folder(), 'store.db'), copy));
  const feed = unwrap(await openStoreFeed({ ...place.world, folder: place.folder() }));
  const setbacks: Setback[] = [];
  const verifier = unwrap(
    await createVerifier(feed, place.world.clock, { onSetback: (one) => setbacks.push(one) }),
  );
  unwrap(await hand.store.request({ kind: 'revoke', object: keyRef('revoked'), overlapMs: 0 }, CALLER));
  unwrap(await hand.store.request({ kind: 'deactivate', object: keyRef('stopped') }, CALLER));
  await hand.create(apiKey('later'));
  tokens['later'] = (await hand.rollOut('later', 1)).reveal();
  unwrap(await verifier.refresh());

  const draft = `${copy}.draft`;
  copyFileSync(copy, draft);
  const replaced = {
    path: join(place.folder(), 'store.db'),
    draft,
    sleep: (ms: number) => systemClock.sleep(ms),
  };
  unwrap(
    await replacingRows(replaced, async (_, replace) => {
      replace();
      return ok(undefined);
    }),
  );

  expect((await verifier.refresh()).ok).toBe(false);
  expect(verifier.verify(tokens['revoked'] ?? '').valid).toBe(false);
  unwrap(await verifier.refresh());
  const codes = Object.entries(tokens).map(([name, token]) => [name, verifier.verify(token).code]);
  expect(Object.fromEntries(codes)).toEqual({
    revoked: 'REVOKED',
    stopped: 'INACTIVE',
    kept: 'VALID',
    later: 'NOT_FOUND',
  });
  expect(setbacks).toEqual([verifier.setback()]);
  expect(setbacks[0]).toMatchObject({ endedAgain: 2 });
  expect(setbacks[0]?.from).toBeGreaterThan(setbacks[0]?.to ?? 0);
  // Another server, which remembers nothing, learns it from the store.
  const other = await place.store();
  const [key] = unwrap(await other.fetch([keyRef('revoked')]));
  expect(key?.key?.versions[0]).toMatchObject({ isRevoked: true });
  expect(unwrap(await other.verifyAudit()).entries).toBeGreaterThan(0);
  await verifier.close();
});

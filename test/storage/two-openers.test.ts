/** Two openers of one folder, as two processes are: each sees what the other did, and none loses anything. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openCredentialStore } from '../../src/credential-store/credential-store.js';
import { embeddedSite } from '../../src/main/embedded-site.js';
import { openSite } from '../../src/main/store-site.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import {
  apiKey,
  CALLER,
  DOTENV,
  environmentRef,
  keyRef,
  OURS,
  refusal,
  service,
  unwrap,
} from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();

it('make one store when they start at once', async () => {
  const stores = await Promise.all([1, 2, 3].map(() => place.store()));
  const ids = await Promise.all(stores.map(async (store) => unwrap(await store.facts()).storeId));
  expect(new Set(ids).size).toBe(1);
  for (const store of stores) expect(unwrap(await store.survey()).length).toBe(7);
  for (const store of stores) unwrap(await store.verifyAudit());
});

it('wait for one another from the first look on: the one that was turned away finds what was made meanwhile', async () => {
  const path = join(place.folder(), 'store.db');
  mkdirSync(place.folder(), { recursive: true });
  const first = new SqliteConnection(path);
  first.execute('begin immediate');
  let waits = 0;
  const sleep = async (): Promise<void> => {
    waits += 1;
    if (waits !== 3) return;
    first.execute('rollback');
    await unwrap(await openSqlite({ path, sleep: async () => undefined })).close();
  };
  const second = unwrap(await openSqlite({ path, sleep }));
  expect(waits).toBeLessThan(10);
  await second.close();
  first.close();
});

it('open a store that the other made between two looks, with the key that it was made with', async () => {
  const site = embeddedSite(place.folder(), place.world);
  let looks = 0;
  const state = async () => {
    if (++looks === 2) await place.store();
    return site.state();
  };
  const opening = { ...place.world, whenAbsent: 'create' } as const;
  const store = unwrap(await openSite({ ...site, state }, opening, openCredentialStore));
  expect(unwrap(await store.facts()).storeId).toBe(unwrap(await (await place.store()).facts()).storeId);
  await store.close();
});

it('a revocation by one is in force in the other before its call returns', async () => {
  const hand = await handOn(await place.store());
  const other = await place.store();
  await hand.create(apiKey('a', { deliver: [DOTENV] }));
  const token = await hand.rollOut('a', 1);
  expect(unwrap(await other.verify(token, {})).code).toBe('VALID');
  unwrap(await hand.revoke('a', [1]));
  expect(unwrap(await other.verify(token, {})).code).toBe('REVOKED');
});

it('share one lease', async () => {
  const [first, second] = [await place.store(), await place.store()];
  const lease = unwrap(await first.acquireLease('ada', 5_000));
  expect(refusal(await second.acquireLease('bob', 5_000))).toBe('locked');
  place.world.clock.advance(5_000);
  unwrap(await second.acquireLease('bob', 5_000));
  const create = { kind: 'create', declaration: service('billing'), ownership: OURS } as const;
  expect(refusal(await first.mutate(create, lease, CALLER))).toBe('lease_lost');
});

it('write at the same time and lose nothing', async () => {
  const [first, second] = [await place.store(), await place.store()];
  const lease = unwrap(await first.acquireLease('ada', 5_000));
  const create = async (store: LiveStore, name: string) =>
    unwrap(
      await store.mutate({ kind: 'create', declaration: service(name), ownership: OURS }, lease, CALLER),
    );
  const numbers = Array.from({ length: 15 }, (_, index) => index);
  await Promise.all(
    numbers.flatMap((n) => [create(first, `service-a${n}`), create(second, `service-b${n}`)]),
  );
  for (const store of [first, second]) {
    expect(unwrap(await store.survey()).filter(({ ref }) => ref.kind === 'Service').length).toBe(30);
    expect(unwrap(await store.verifyAudit()).entries).toBe(45);
  }
});

it('keep what was acknowledged when it is opened anew', async () => {
  const hand = await handOn(await place.store());
  await hand.create(apiKey('a', { deliver: [DOTENV] }));
  const token = await hand.rollOut('a', 1);
  const before = await hand.fetch(keyRef('a'));
  await hand.store.close();
  const again = await place.store();
  expect(unwrap(await again.fetch([keyRef('a'), environmentRef('nowhere')]))).toEqual([before]);
  expect(unwrap(await again.verify(token, {})).code).toBe('VALID');
});

/** What an embedded store leaves on disk, and what it refuses to touch. */
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../src/domain/secret.js';
import { makeKeyFile, removeKeyDrafts } from '../../src/storage/folder.js';
import { refusal, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
const mode = (path: string) => statSync(path).mode & 0o777;

it('is for its owner alone: the folder 0700, every file in it 0600', async () => {
  await place.store();
  expect(mode(place.folder())).toBe(0o700);
  const files = readdirSync(place.folder());
  expect(files.sort()).toEqual(['master.key', 'store.db', 'store.db-shm', 'store.db-wal']);
  for (const name of files) expect([name, mode(join(place.folder(), name))]).toEqual([name, 0o600]);
});

it('tightens a folder and a database that others could read', async () => {
  await unwrap(await place.open()).close();
  chmodSync(place.folder(), 0o755);
  chmodSync(join(place.folder(), 'store.db'), 0o644);
  await place.store();
  expect([mode(place.folder()), mode(join(place.folder(), 'store.db'))]).toEqual([0o700, 0o600]);
});

it('pretends without touching the disk, and refuses without making anything', async () => {
  const store = await place.store({ whenAbsent: 'pretend' });
  expect(unwrap(await store.survey()).length).toBe(7);
  expect(refusal(await place.open({ whenAbsent: 'refuse' }))).toBe('store_absent');
  expect(existsSync(place.folder())).toBe(false);
});

it('opens the real store when there is one, whatever was to happen without', async () => {
  const { storeId } = unwrap(await (await place.store()).facts());
  for (const whenAbsent of ['pretend', 'refuse'] as const)
    expect(unwrap(await (await place.store({ whenAbsent })).facts()).storeId).toBe(storeId);
});

it.each([
  ['a folder with something else in it', () => writeFileSync(join(place.folder(), 'letters.txt'), 'dear')],
  ['a file that is no database', () => writeFileSync(join(place.folder(), 'store.db'), 'dear '.repeat(500))],
])('refuses %s and leaves it alone', async (_, fill) => {
  mkdirSync(place.folder());
  fill();
  writeFileSync(join(place.folder(), 'master.key'), Buffer.alloc(32).toString('base64'));
  const before = readdirSync(place.folder());
  expect(refusal(await place.open())).toBe('store_foreign');
  expect(readdirSync(place.folder())).toEqual(before);
});

it('refuses a database of another application, and one that a newer version made', async () => {
  mkdirSync(place.folder());
  writeFileSync(join(place.folder(), 'master.key'), Buffer.alloc(32).toString('base64'));
  place.tamper('create table letters (text)');
  expect(refusal(await place.open())).toBe('store_foreign');
  place.tamper('create table kysely_migration (name, timestamp)');
  place.tamper(`insert into kysely_migration values ('9999-later', '')`);
  expect(refusal(await place.open())).toBe('store_foreign');
});

it('refuses a path that is a file', async () => {
  writeFileSync(place.folder(), '');
  expect(refusal(await place.open())).toBe('store_foreign');
});

it('answers that it is closed after it was closed', async () => {
  const store = unwrap(await place.open());
  await store.close();
  await store.close();
  expect(refusal(await store.survey())).toBe('store_unreachable');
  expect(refusal(await store.acquireLease('ada', 1))).toBe('store_unreachable');
});

it('finds a key that is there already, though another process clears drafts away meanwhile', async () => {
  mkdirSync(place.folder());
  const path = join(place.folder(), 'master.key');
  const key = unwrap(await makeKeyFile(path, new Secret('first'), place.world.entropy));
  let isDone = false;
  const clearing = (async () => {
    while (!isDone) await removeKeyDrafts(place.folder());
  })();
  try {
    for (let nth = 0; nth < 100; nth++)
      expect(unwrap(await makeKeyFile(path, new Secret('later'), place.world.entropy)).reveal()).toBe(
        key.reveal(),
      );
  } finally {
    isDone = true;
    await clearing;
  }
});

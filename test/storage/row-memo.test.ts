/** What a store remembers of rows from one transaction to the next is what is in the database, whichever process writes there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectRow, Storage, VersionRow } from '../../src/credential-store/storage-port.js';
import { fault } from '../../src/domain/errors.js';
import { fail, ok } from '../../src/domain/result.js';
import { SqliteConnection } from '../../src/storage/sqlite/driver.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { unwrap } from '../support/store.js';

let folder: string;
let path: string;
let storage: Storage;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  path = join(folder, 'store.db');
  storage = unwrap(await openSqlite({ path, sleep: async () => undefined }));
});
afterEach(async () => {
  await storage.close();
  rmSync(folder, { recursive: true });
});

const object = (name: string, columns: Partial<ObjectRow> = {}): ObjectRow => ({
  id: `id of ${name}`,
  kind: 'ApiKey',
  name,
  declaration: '{}',
  digest: 'd',
  project: null,
  manager: null,
  origin: 'declared',
  revision: 1,
  quiet_until: 0,
  key_type: 'secret',
  is_prod: 1,
  deactivated_at: null,
  rotation_requested_at: null,
  acknowledged_generation: null,
  alias: null,
  owner_id: null,
  granted_at: null,
  created_at: 1,
  removed_at: null,
  applied: null,
  row_mac: 'm',
  deliveries: '[]',
  ...columns,
});

const version = (generation: number, columns: Partial<VersionRow> = {}): VersionRow => ({
  token_id: `token ${generation}`,
  object_id: 'id of a',
  generation,
  token_mac: 't',
  fingerprint: 'f',
  issued_at: 1,
  promoted_at: null,
  retiring_at: null,
  is_revoked: null,
  suspended_until: null,
  revoked_at: null,
  expires_at: null,
  sealed: null,
  recipient: null,
  clear: null,
  row_mac: 'm',
  last_used_at: null,
  use_count: 0,
  ...columns,
});

const insert = async (...rows: readonly ObjectRow[]): Promise<void> => {
  for (const row of rows) unwrap(await storage.write(async (tx) => ok(await tx.objects.insert(row, []))));
};
const update = async (row: ObjectRow) =>
  unwrap(await storage.write(async (tx) => ok(await tx.objects.update(row))));
/** As a mutation sees it, with what is remembered; as a reader does, without. */
const seen = async (name: string) =>
  unwrap(await storage.write(async (tx) => ok(await tx.objects.find('ApiKey', name))));
const stored = async (name: string) =>
  unwrap(await storage.read(async (tx) => ok(await tx.objects.find('ApiKey', name))));
const versionsSeen = async () =>
  unwrap(await storage.write(async (tx) => ok(await tx.versions.of('id of a'))));
const versionsStored = async () =>
  unwrap(await storage.read(async (tx) => ok(await tx.versions.of('id of a'))));

test('what another connection wrote is seen by the next transaction', async () => {
  await insert(object('a'));
  expect((await seen('a'))?.digest).toBe('d');
  const other = new SqliteConnection(path);
  other.execute("update objects set digest = 'theirs'");
  other.close();
  expect((await seen('a'))?.digest).toBe('theirs');
});

test('what was undone is not remembered', async () => {
  await insert(object('a'));
  await seen('a');
  await storage.write(async (tx) => {
    await tx.objects.update(object('a', { digest: 'undone' }));
    return fail(fault('conflict', 'no'));
  });
  expect((await seen('a'))?.digest).toBe('d');
});

test.each<[string, Partial<ObjectRow>]>([
  ['goes on', { revision: 2, quiet_until: 9, deliveries: '[1]', row_mac: 'n', deactivated_at: 3 }],
  ['is declared otherwise', { declaration: '{"a":1}', digest: 'e', alias: 'x', applied: '{}' }],
])('an object that %s is remembered and stored alike', async (_, columns) => {
  await insert(object('a'));
  await update(object('a', columns));
  expect(await seen('a')).toEqual(object('a', columns));
  expect(await stored('a')).toEqual(object('a', columns));
});

test('an object that was renamed is found by its new name alone', async () => {
  await insert(object('a'));
  await seen('a');
  await update(object('a', { name: 'b' }));
  expect(await seen('a')).toBeUndefined();
  expect((await seen('b'))?.id).toBe('id of a');
});

test('an object that was removed is not found, and its name is free', async () => {
  await insert(object('a'));
  await update(object('a', { removed_at: 5 }));
  expect(await seen('a')).toBeUndefined();
  await insert(object('a', { id: 'another' }));
  expect((await seen('a'))?.id).toBe('another');
});

test('versions are remembered as they are stored: issued, changed and used', async () => {
  await insert(object('a'));
  expect(await versionsSeen()).toEqual([]);
  const write = async (row: VersionRow, how: 'insert' | 'update') =>
    unwrap(await storage.write(async (tx) => ok(await tx.versions[how](row))));
  await write(version(1), 'insert');
  await write(version(2), 'insert');
  await write(version(1, { promoted_at: 4, retiring_at: 5 }), 'update');
  expect(await versionsSeen()).toEqual([version(1, { promoted_at: 4, retiring_at: 5 }), version(2)]);
  unwrap(await storage.write(async (tx) => ok(await tx.versions.used('token 2', 7))));
  unwrap(await storage.write(async (tx) => ok(await tx.accounting.counted('token 2', 3))));
  expect((await versionsSeen())[1]).toEqual(version(2, { last_used_at: 7, use_count: 3 }));
  expect(await versionsSeen()).toEqual(await versionsStored());
});

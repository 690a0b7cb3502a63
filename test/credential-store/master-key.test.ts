/** The master key: without it the store is closed, and replacing it never loses the store. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceMasterKey } from '../../src/credential-store/master-key.js';
import { fault } from '../../src/domain/errors.js';
import { fail, ok } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { rotateMasterKey } from '../../src/main/rotate-master-key.js';
import { openSqlite } from '../../src/storage/sqlite/engine.js';
import { CALLER, keyRef, refusal, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
const file = (name: string) => join(place.folder(), name);
const rotate = () => rotateMasterKey({ ...place.world, folder: place.folder(), caller: CALLER });
const key = (fill: string) => new Secret(Buffer.alloc(32, fill).toString('base64'));

/** Opens the store anew; gives a token of before, to be checked after. */
const made = async () => {
  const store = unwrap(await place.open());
  const token = unwrap(await store.claim(keyRef('production-sk'), CALLER));
  await store.close();
  return token;
};

it('is made at the first start, and only its owner may read it', async () => {
  await made();
  expect(statSync(file('master.key')).mode & 0o777).toBe(0o600);
  expect(Buffer.from(readFileSync(file('master.key'), 'utf8'), 'base64').length).toBe(32);
});

it('is not written down when it is given', async () => {
  const store = unwrap(await place.open({ masterKey: key('k') }));
  await store.close();
  expect(() => statSync(file('master.key'))).toThrow('ENOENT');
  await place.store({ masterKey: key('k') });
});

it.each([
  ['wrong', key('w')],
  ['malformed', new Secret('not base64, nor 32 bytes')],
  ['empty', new Secret('')],
])('refuses to open with one that is %s', async (_, masterKey) => {
  await made();
  const opened = await place.open({ masterKey });
  expect(refusal(opened)).toBe('master_key');
  expect(JSON.stringify(opened)).not.toContain(masterKey.reveal() || 'x'.repeat(99));
});

it('says so when its file is missing, wrong or empty', async () => {
  await made();
  writeFileSync(file('master.key'), '');
  expect(refusal(await place.open())).toBe('master_key');
  writeFileSync(file('master.key'), key('w').reveal());
  expect(refusal(await place.open())).toBe('master_key');
  rmSync(file('master.key'));
  const opened = await place.open();
  expect(refusal(opened)).toBe('master_key');
  expect(opened).toMatchObject({ error: { message: expect.stringContaining('restore it') } });
});

it('is replaced: the old one no longer opens the store, and every key stays good', async () => {
  const token = await made();
  const old = new Secret(readFileSync(file('master.key'), 'utf8').trim());
  unwrap(await rotate());
  expect(refusal(await place.open({ masterKey: old }))).toBe('master_key');
  const store = await place.store();
  expect(unwrap(await store.verify(token, {})).code).toBe('VALID');
  expect(unwrap(await store.audit({})).at(-1)?.action).toBe('store.master-key-replaced');
  unwrap(await store.verifyAudit());
  expect(statSync(file('master.key')).mode & 0o777).toBe(0o600);
});

it('is replaced when it is kept elsewhere', async () => {
  unwrap(await (await place.open({ masterKey: key('1') }).then(unwrap)).audit({}));
  const masterKeys = { from: key('1'), to: key('2') };
  unwrap(await rotateMasterKey({ ...place.world, folder: place.folder(), masterKeys, caller: CALLER }));
  expect(refusal(await place.open({ masterKey: key('1') }))).toBe('master_key');
  await place.store({ masterKey: key('2') });
});

/** Replaces the key manually, to stop where a crash would. */
const replaceUntil = async (keep: () => ReturnType<Parameters<typeof replaceMasterKey>[2]['keep']>) => {
  const storage = unwrap(await openSqlite({ path: file('store.db'), sleep: place.world.clock.sleep }));
  const from = new Secret(readFileSync(file('master.key'), 'utf8').trim());
  const result = await replaceMasterKey(storage, place.world, { from, to: key('n'), keep, caller: CALLER });
  await storage.close();
  return result;
};

it('survives a crash before the data keys are wrapped anew', async () => {
  const token = await made();
  const crash = fail(fault('interrupted', 'crash'));
  refusal(
    await replaceUntil(async () => {
      writeFileSync(file('master.key.next'), key('n').reveal());
      return crash;
    }),
  );
  expect(unwrap(await (await place.store()).verify(token, {})).code).toBe('VALID');
  unwrap(await rotate());
});

it('survives a crash before the new key takes the place of the old, and finishes', async () => {
  const token = await made();
  unwrap(
    await replaceUntil(async () => {
      writeFileSync(file('master.key.next'), key('n').reveal());
      return ok(undefined);
    }),
  );
  expect(unwrap(await (await place.store()).verify(token, {})).code).toBe('VALID');
  expect(readFileSync(file('master.key'), 'utf8').trim()).toBe(key('n').reveal());
  expect(() => statSync(file('master.key.next'))).toThrow('ENOENT');
});

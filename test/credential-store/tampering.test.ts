/** An attacker who can write to the database can break the store, but cannot mint or widen a key, nor rewrite history. */
import type { Secret } from '../../src/domain/secret.js';
import {
  apiKey,
  CALLER,
  DOTENV,
  keyRef,
  refusal,
  service,
  type TestStore,
  unwrap,
} from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();
let hand: TestStore;
let token: Secret;

beforeEach(async () => {
  hand = await handOn(await place.store());
  await hand.create(service('billing', { permissions: ['spaces:read'] }));
  await hand.create(apiKey('a', { owner: { service: 'billing' }, expiresAfter: '90d', deliver: [DOTENV] }));
  token = await hand.rollOut('a', 1);
});

const ofKey = `object_id = (select id from objects where name = 'a')`;

it.each([
  [
    'a revoked version brought back to life',
    'update versions set revoked_at = null where revoked_at is not null',
  ],
  ['an expiry put off', `update versions set expires_at = expires_at + 1 where ${ofKey}`],
  [
    'a version moved to another key',
    `update versions set object_id = (select id from objects where name = 'production-sk'), generation = 2 where ${ofKey}`,
  ],
  [
    'a declaration that asks for more',
    `update objects set declaration = replace(declaration, '"owner"', '"permissions":["keys:read"],"owner"') where name = 'a'`,
  ],
  [
    'an owner that may do more',
    `update objects set declaration = replace(declaration, 'spaces:read', 'spaces:write') where name = 'billing'`,
  ],
  ['an emergency stop lifted', `update objects set deactivated_at = null where name = 'a'`],
  ['a tombstone dug up', `update objects set removed_at = 5 where name = 'a'`],
])('verify refuses %s', async (what, sql) => {
  if (what.includes('revoked')) unwrap(await hand.revoke('a', [1]));
  if (what.includes('emergency'))
    unwrap(await hand.store.request({ kind: 'deactivate', object: keyRef('a') }, CALLER));
  place.tamper(sql);
  expect(refusal(await hand.store.verify(token, {}))).toBe('store_tampered');
});

it('a MAC that was swapped in accepts no token of the intruder', async () => {
  const other = unwrap(await hand.store.claim(keyRef('production-sk'), CALLER));
  const id = other.reveal().slice(8, 20);
  place.tamper(
    `update versions set token_mac = (select token_mac from versions where token_id = '${id}') where ${ofKey}`,
  );
  expect(unwrap(await hand.store.verify(token, {})).code).toBe('NOT_FOUND');
  place.tamper(`update versions set token_mac = 'short' where ${ofKey}`);
  expect(unwrap(await hand.store.verify(token, {})).code).toBe('NOT_FOUND');
});

it('issue, claim and reading refuse a key whose row was changed', async () => {
  place.tamper(`update objects set is_prod = 0 where name in ('a', 'production-sk')`);
  expect(refusal(await hand.issue('a', 2))).toBe('store_tampered');
  expect(refusal(await hand.store.claim(keyRef('production-sk'), CALLER))).toBe('store_tampered');
  expect(refusal(await hand.store.fetch([keyRef('a')]))).toBe('store_tampered');
});

it.each([
  ['an entry is changed', `update audit set actor = 'nobody' where seq = 5`, 5],
  ['an entry is taken out', 'delete from audit where seq = 5', 5],
  ['the end is cut off', 'delete from audit where seq >= (select max(seq) from audit)', 19],
  [
    'an entry is added',
    `insert into audit select seq + 1, at, actor, path, action, object_kind, object_name, detail, previous_hash, hash from audit where seq = 19`,
    20,
  ],
])('the audit chain breaks when %s, and the first wrong entry is named', async (_, sql, seq) => {
  expect(await hand.entries()).toBe(19);
  place.tamper(sql);
  const verified = await hand.store.verifyAudit();
  expect(refusal(verified)).toBe('audit_broken');
  expect(verified).toMatchObject({ error: { message: expect.stringContaining(`entry ${seq} `) } });
});

it('a log that was cut off together with its head is noticed, and nothing more is written', async () => {
  place.tamper(
    `delete from audit where seq = 19; update meta set value = '18 ' || (select hash from audit where seq = 18) || substr(value, -65) where name = 'audit_head'`,
  );
  expect(refusal(await hand.store.verifyAudit())).toBe('audit_broken');
  expect(refusal(await hand.issue('a', 2))).toBe('store_tampered');
});

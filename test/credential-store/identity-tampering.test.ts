/** A writer of the database cannot sign in by it: credentials, sessions and signing keys carry MACs. */
import { openServedStore } from '../../src/main/open-store.js';
import type { Admin } from '../../src/ports/admin.js';
import { FROM, PASSWORD, quickHashing, ServedTestStore } from '../support/callers.js';
import { user } from '../support/plan-declarations.js';
import { CALLER, refusal, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
let desk: ServedTestStore;
let admin: Admin;

beforeEach(async () => {
  const options = {
    ...place.world,
    hashing: quickHashing,
    folder: place.folder(),
    whenAbsent: 'create',
  } as const;
  const served = unwrap(await openServedStore(options));
  ({ admin } = served);
  desk = await ServedTestStore.open({ ...served, clock: place.world.clock });
  await desk.create(user('ada'));
  await desk.create(user('bob', { roles: ['owner'] }));
});
afterEach(() => desk.store.close());

const bobs = `(select id from objects where name = 'bob')`;

it.each([
  ['a deleted one brought back to life', 'update credentials set ended_at = null', true],
  ['one given to somebody who may do more', `update credentials set holder_id = ${bobs}`, false],
  ['one whose MAC of the token was exchanged', `update credentials set proof = '${'0'.repeat(64)}'`, false],
])('a personal access token: %s is refused', async (_, sql, isDeleted) => {
  const session = await desk.join('ada');
  const { id, token } = await desk.pat(session);
  if (isDeleted) unwrap(await desk.authority.deletePersonalToken(id, await desk.by(session.token)));
  place.tamper(`${sql} where id = '${id}'`);
  expect(refusal(await desk.who(token))).toBe('store_tampered');
});

it.each([
  ['given to somebody who may do more', `holder_id = ${bobs}`],
  ['put on another parent', `parent_id = (select id from credentials where kind = 'root')`],
  ['made longer', 'expires_at = expires_at + 1'],
])('a session %s is refused', async (_, set) => {
  const { token } = await desk.join('ada');
  place.tamper(`update credentials set ${set} where kind = 'session'`);
  expect(refusal(await desk.who(token))).toBe('store_tampered');
});

it('the session of a publishable key let out of its space is refused', async () => {
  const key = unwrap(await desk.store.claim({ kind: 'ApiKey', name: 'production-pk' }, CALLER));
  const { token, principal } = await desk.session(key);
  const spec = { environment: 'production' };
  const asked = { kind: 'Space', name: 'a', labels: {}, attributes: {}, spec } as const;
  unwrap(await admin.create(asked, { principal, context: FROM }));
  expect(unwrap(await desk.who(token))).toMatchObject({ onlySpace: { name: 'a' } });
  place.tamper(`update credentials set space_id = null where kind = 'session'`);
  expect(refusal(await desk.who(token))).toBe('store_tampered');
});

it('a parent brought back to life is still refused', async () => {
  const session = await desk.join('ada');
  const { id, token } = await desk.pat(session);
  const exchanged = await desk.session(token);
  unwrap(await desk.authority.deletePersonalToken(id, await desk.by(session.token)));
  expect(await desk.status(exchanged.token)).toBe(401);
  place.tamper(`update credentials set ended_at = null where id = '${id}'`);
  expect(refusal(await desk.who(exchanged.token))).toBe('store_tampered');
});

it('an invitation that is used up or late stays so', async () => {
  const { token } = unwrap(await desk.authority.invite('ada', await desk.root()));
  place.tamper(`update credentials set expires_at = expires_at + 1 where kind = 'invitation'`);
  const accepted = await desk.authority.acceptInvitation(token, PASSWORD, { path: 'test' });
  expect(refusal(accepted)).toBe('store_tampered');
});

it('a password set behind the store is refused', async () => {
  await desk.join('ada');
  place.tamper(`update credentials set proof = '00|correct horse battery' where kind = 'password'`);
  expect(refusal(await desk.login('ada@example.com'))).toBe('store_tampered');
});

it.each([
  ['exchanged', `public_key = 'JEHQ7bCjbjudlROtQySQwAw_dLINZJcFSAkWfMFrmRU'`],
  ['brought back from retirement', 'retired_at = null'],
])('a signing key %s stops everybody', async (_, set) => {
  const { token } = await desk.join('ada');
  unwrap(await desk.authority.rotateSigningKey(await desk.root()));
  place.tamper(`update signing_keys set ${set} where retired_at is not null`);
  expect(refusal(await desk.who(token))).toBe('store_tampered');
});

it('the private half of a retired signing key is erased', async () => {
  await desk.join('ada');
  unwrap(await desk.authority.rotateSigningKey(await desk.root()));
  expect(place.rows('select sealed from signing_keys where retired_at is not null')).toEqual([
    { sealed: '' },
  ]);
});

it('no token, password or link is in the database', async () => {
  const session = await desk.join('ada');
  const { token } = await desk.pat(session);
  const { token: link } = unwrap(await desk.authority.invite('bob', await desk.root()));
  const text = JSON.stringify([place.rows('select * from credentials'), place.rows('select * from audit')]);
  for (const secret of [token, link, session.token]) expect(text).not.toContain(secret.reveal().slice(-43));
});

/**
 * An attacker who can write to the database and has kept older rows can put them back: they match their MACs. The audit log
 * tells that they are old, and a checkpoint that the log itself is.
 */

import type { ServedStore } from '../../src/credential-store/identity/served-store.js';
import { Secret } from '../../src/domain/secret.js';
import { openServedStore } from '../../src/main/open-store.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { user } from '../support/plan-declarations.js';
import { apiKey, CALLER, environment, keyRef, OURS, refusal, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
let desk: ServedTestStore;
let served: ServedStore;

beforeEach(async () => {
  const options = {
    ...place.world,
    hashing: quickHashing,
    folder: place.folder(),
    whenAbsent: 'create',
    hasPost: true,
  } as const;
  served = unwrap(await openServedStore(options));
  desk = await ServedTestStore.open({ ...served, clock: place.world.clock });
  await desk.create(apiKey('a'));
  await desk.create(user('ada'));
});
afterEach(() => desk.store.close());

const TABLES = ['objects', 'versions', 'credentials', 'secrets', 'outbox', 'meta', 'audit'];

/** Copies of all rows as they are now. */
const keep = () =>
  place.tamper(TABLES.map((one) => `create table kept_${one} as select * from ${one}`).join('; '));

const putBack = (table: string, where: string) =>
  place.tamper(`replace into ${table} select * from kept_${table} where ${where}`);

const putSecret = async (environment: string, value: string) =>
  unwrap(
    await served.secrets.put(
      { place: { environment }, name: 'A', value: new Secret(value) },
      await desk.root(),
    ),
  );

it.each([
  [
    'a revoked version',
    'versions',
    `object_id = (select id from objects where name = 'a')`,
    async () =>
      void unwrap(await desk.store.request({ kind: 'revoke', object: keyRef('a'), overlapMs: 0 }, CALLER)),
  ],
  [
    'a version of a removed key',
    'versions',
    `object_id = (select id from objects where name = 'a')`,
    async () => void unwrap(await desk.remove(keyRef('a'))),
  ],
  [
    'a secret that was claimed',
    'versions',
    `object_id = (select id from objects where name = 'a')`,
    async () => void unwrap(await desk.store.claim(keyRef('a'), CALLER)),
  ],
  ['an emergency stop', 'objects', `name = 'a'`, () => desk.deactivateKey('a')],
  ['a removed key', 'objects', `name = 'a'`, async () => void unwrap(await desk.remove(keyRef('a')))],
  [
    'a person who was let go',
    'objects',
    `name = 'ada'`,
    () => desk.change(user('ada', { status: 'deactivated' })),
  ],
  [
    'the former value of a secret',
    'secrets',
    'true',
    async () => void (await putSecret('production', 'new')),
  ],
  [
    'a secret that was deleted',
    'secrets',
    'true',
    async () => {
      const [secret] = unwrap(await served.secrets.list({ environment: 'production' }, await desk.root()));
      unwrap(await served.secrets.remove(secret?.id ?? '', await desk.root()));
    },
  ],
])(
  '%s: the older row matches its MAC, and is noticed by what the log tells',
  async (_, table, where, effect) => {
    await desk.rollOut('a', 1);
    await putSecret('production', 'old');
    keep();
    await effect();
    unwrap(await desk.store.verifyAudit());
    putBack(table, where);
    const verified = await desk.store.verifyAudit();
    expect(refusal(verified)).toBe('store_tampered');
    expect(verified).toMatchObject({
      error: { message: expect.stringContaining('does not match the audit log') },
    });
  },
);

it('an invitation that was used: the older row is noticed', async () => {
  const { token } = unwrap(await desk.authority.invite('ada', await desk.root()));
  keep();
  const session = await desk.join('ada');
  expect(session.principal.kind).toBe('person');
  expect(refusal(await desk.authority.acceptInvitation(token, undefined, { path: 'test' }))).toBe(
    'unauthenticated',
  );
  unwrap(await desk.store.verifyAudit());
  putBack('credentials', `kind = 'invitation'`);
  expect(refusal(await desk.store.verifyAudit())).toBe('store_tampered');
});

it('a version that was taken out is noticed', async () => {
  await desk.rollOut('a', 1);
  unwrap(await desk.store.verifyAudit());
  place.tamper(`delete from versions where object_id = (select id from objects where name = 'a')`);
  expect(refusal(await desk.store.verifyAudit())).toBe('store_tampered');
});

it.each(['objects', 'secrets'])('a row of %s that was taken out is noticed', async (table) => {
  await putSecret('production', 'one');
  unwrap(await desk.store.verifyAudit());
  place.tamper(`delete from ${table} where name in ('ada', 'A')`);
  expect(refusal(await desk.store.verifyAudit())).toBe('store_tampered');
});

it('a message, and a secret, that are not the store’s own are noticed', async () => {
  await putSecret('production', 'one');
  unwrap(await desk.authority.invite('ada', await desk.root()));
  unwrap(await desk.store.verifyAudit());
  for (const sql of [
    `update outbox set expires_at = expires_at + 1`,
    `update secrets set environment_id = (select id from objects where name = 'development')`,
  ]) {
    keep();
    place.tamper(sql);
    expect(refusal(await desk.store.verifyAudit())).toBe('store_tampered');
    for (const table of ['outbox', 'secrets']) putBack(table, 'true');
    place.tamper(TABLES.map((one) => `drop table kept_${one}`).join('; '));
    unwrap(await desk.store.verifyAudit());
  }
});

it('what the log reports about secrets goes with their space through a rename, and ends with it', async () => {
  await desk.create(environment('staging'));
  const spec = { environment: 'staging', workbooks: [] };
  await desk.create({ kind: 'Space', metadata: { name: 'orders' }, spec });
  const orders = { kind: 'Space', name: 'staging/orders' } as const;
  const secret = { place: { environment: 'staging', space: orders }, name: 'A', value: new Secret('one') };
  unwrap(await served.secrets.put(secret, await desk.root()));
  const { revision } = await desk.fetch({ kind: 'Environment', name: 'staging' });
  const former = { kind: 'Environment', name: 'staging' } as const;
  const renamed = {
    kind: 'update',
    declaration: environment('stage'),
    ownership: OURS,
    revision,
    former,
  } as const;
  unwrap(await desk.mutate(renamed));
  unwrap(await desk.store.verifyAudit());
  unwrap(await desk.remove({ kind: 'Space', name: 'stage/orders' }));
  unwrap(await desk.store.verifyAudit());
});

it('an older copy of everything, log and all, is noticed by a checkpoint and by nothing else', async () => {
  const token = await desk.rollOut('a', 1);
  const early = unwrap(await desk.store.checkpoint());
  keep();
  unwrap(await desk.store.request({ kind: 'revoke', object: keyRef('a'), overlapMs: 0 }, CALLER));
  const late = unwrap(await desk.store.checkpoint());
  expect(unwrap(await desk.store.verifyCheckpoints([early.line, late.line]))).toEqual({
    checkpoints: 2,
    seq: late.seq,
  });
  place.tamper(`delete from audit where seq > ${early.seq}`);
  for (const table of ['versions', 'objects', 'meta']) putBack(table, 'true');
  expect(await desk.code(token)).toBe('VALID');
  unwrap(await desk.store.verifyAudit());
  unwrap(await desk.store.verifyCheckpoints([early.line]));
  const verified = await desk.store.verifyCheckpoints([early.line, late.line]);
  expect(refusal(verified)).toBe('audit_broken');
  expect(verified).toMatchObject({
    error: { message: expect.stringContaining(`but had entry ${late.seq}`) },
  });
  // Also once the log has grown past it again, by other entries.
  for (const name of ['b', 'c']) await desk.create(apiKey(name));
  const grown = await desk.store.verifyCheckpoints([late.line]);
  expect(grown).toMatchObject({ error: { message: expect.stringContaining('was rewritten since') } });
});

it('a checkpoint that was altered, or is of another store, is refused', async () => {
  const { line } = unwrap(await desk.store.checkpoint());
  const [head = '', , signature = ''] = line.split('.');
  const said = Buffer.from(JSON.stringify({ seq: 0, hash: '', at: '', storeId: '' })).toString('base64url');
  for (const forged of [`${head}.${said}.${signature}`, line.slice(0, -3), 'nonsense', ''])
    expect(refusal(await desk.store.verifyCheckpoints([line, forged]))).toBe('audit_broken');
});

it('an access token is no checkpoint, and a checkpoint is no credential', async () => {
  const { line } = unwrap(await desk.store.checkpoint());
  const session = await desk.join('ada');
  expect(await desk.status(new Secret(line))).toBe(401);
  expect(refusal(await desk.store.verifyCheckpoints([session.token.reveal()]))).toBe('audit_broken');
});

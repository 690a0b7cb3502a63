/** Rows that hold what the store does not write there: one is one broken object, and none is a bug or the end of the process. */
import { isVisibleName } from '../../src/domain/names.js';
import { compareRefs } from '../../src/domain/objects.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import {
  apiKey,
  CALLER,
  environment,
  keyRef,
  OURS,
  refusal,
  type TestStore,
  unwrap,
} from '../support/store.js';
import { handOn, storePlace } from '../support/store-folder.js';

const place = storePlace();
let hand: TestStore;
let store: LiveStore;
beforeEach(async () => {
  hand = await handOn(await place.store());
  store = hand.store;
  for (const name of ['a', 'b']) await hand.create(apiKey(name));
  await hand.rollOut('a', 1);
});

const UNFIT = ['a\nb', 'a\tb', 'a\u0000b', 'a\u202eb', ''];

describe('names', () => {
  it.each(UNFIT)('%j is no name, at any door', async (name) => {
    expect(isVisibleName(name)).toBe(false);
    const declaration = apiKey(name);
    const [seen] = unwrap(await store.fetch([keyRef('a')]));
    const revision = seen?.revision ?? 0;
    const former = keyRef('a');
    const asked = [
      store.request({ kind: 'create', declaration }, CALLER),
      store.request({ kind: 'update', declaration, revision, former }, CALLER),
      hand.mutate({ kind: 'create', declaration, ownership: OURS }),
      hand.mutate({ kind: 'create', declaration: apiKey('c'), ownership: { ...OURS, project: name } }),
      hand.mutate({ kind: 'create', declaration: apiKey('c'), ownership: { ...OURS, manager: name } }),
      hand.mutate({
        kind: 'adopt',
        object: keyRef('b'),
        ownership: { ...OURS, project: name },
        revision: unwrap(await store.fetch([keyRef('b')]))[0]?.revision ?? 0,
      }),
      hand.mutate({ kind: 'create', declaration: environment(name), ownership: OURS }),
    ];
    for (const answer of await Promise.all(asked)) expect(refusal(answer)).toBe('bad_request');
  });

  it('a row that does not parse is one broken object, and the others are as they were', async () => {
    const before = unwrap(await store.survey()).map(({ ref }) => ref.name);
    place.tamper("update objects set name = 'b' || char(10) || 'x' where name = 'b'");
    const after = unwrap(await store.survey());
    expect(after.map(({ ref }) => ref.name)).toEqual(before.map((name) => (name === 'b' ? 'b\\nx' : name)));
    expect([...after].sort((one, other) => compareRefs(one.ref, other.ref))).toEqual([...after]);
    expect(after.find(({ ref }) => ref.name === 'b\\nx')).toMatchObject({ ownership: undefined });
    expect(unwrap(await store.fetch(after.map(({ ref }) => ref))).length).toBe(before.length - 1);
    expect(refusal(await store.verifyAudit())).toBe('store_tampered');
  });
});

it.each(['declaration', 'digest', 'deliveries', 'project', 'row_mac'])(
  'text that is not UTF-8 in %s is a fault, and the process continues',
  async (column) => {
    place.tamper(`update objects set ${column} = cast(x'5bff41fe' as text) where name = 'a'`);
    expect(unwrap(await store.survey()).length).toBeGreaterThan(2);
    expect(refusal(await store.fetch([keyRef('a')]))).toBe('store_tampered');
    expect(refusal(await store.verifyAudit())).toBe('store_tampered');
    expect(unwrap(await store.fetch([keyRef('b')])).length).toBe(1);
  },
);

/** As `tamper`, whatever refers to what. */
const behind = (sql: string) => place.tamper(`pragma foreign_keys=off; ${sql}`);

const tables = () =>
  (
    place.rows(
      "select m.name as tab, c.name as col from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and lower(c.type) = 'text'",
    ) as { readonly tab: string; readonly col: string }[]
  ).filter(({ tab }) => !tab.startsWith('kysely') && !tab.startsWith('sqlite'));

it('garbage in any column of any table is found, or harmless, and never a bug', async () => {
  await hand.create(environment('staging'));

  for (const { tab, col } of tables())
    for (const garbage of ["'{'", "x'ff'", "cast(x'7bff' as text)"]) {
      behind(`create table kept as select * from ${tab}; update or ignore ${tab} set ${col} = ${garbage}`);
      const answers = [
        await store.verifyAudit(),
        await store.survey(),
        await store.fetch([keyRef('a')]),
        await store.list({ kind: 'ApiKey', after: undefined, limit: 100 }),
        await store.audit({}),
        await store.facts(),
      ];
      for (const answer of answers)
        if (!answer.ok)
          expect([tab, col, answer.error.code]).toEqual([
            tab,
            col,
            expect.stringMatching(/^(?:store_tampered|audit_broken|master_key)$/),
          ]);
      behind(`delete from ${tab}; insert into ${tab} select * from kept; drop table kept`);
    }
  expect(unwrap(await store.verifyAudit()).entries).toBeGreaterThan(0);
});

it.each([
  ['an event', "update events set payload = '{}' where seq is not null"],
  ['an event without its MAC', 'update events set row_mac = null where seq is not null'],
  [
    'a delivery',
    `update objects set deliveries = '[{"sink":"x","generation":1,"fingerprint":"f","machine":"m"}]' where name = 'a'`,
  ],
  [
    'an answered request',
    "insert into replays (caller, key, request, answer, effects, created_at) values ('c', 'k', 'r', null, '{}', 1)",
  ],
])('%s that the store did not write is found by audit verify', async (_, sql) => {
  expect((await store.verifyAudit()).ok).toBe(true);
  place.tamper(sql);
  expect(refusal(await store.verifyAudit())).toBe('store_tampered');
});

it.each(['audit', 'events', 'replays', 'versions', 'leases', 'objects'])(
  'a dropped table %s is tampering, not a bug',
  async (table) => {
    behind(`drop table ${table}`);
    const answers = [
      await store.verifyAudit(),
      await store.request({ kind: 'create', declaration: apiKey('c') }, CALLER),
      await store.acquireLease('ada', 1_000, 'another'),
    ];
    const codes = answers.flatMap((answer) => (answer.ok ? [] : [answer.error.code]));
    expect(new Set(codes)).toEqual(codes.length === 0 ? new Set() : new Set(['store_tampered']));
    if (table !== 'replays' && table !== 'events') expect(codes.length).toBeGreaterThan(0);
  },
);

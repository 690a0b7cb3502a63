/** A store on a server: what it makes there, what it refuses to touch, and how several share it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { systemClock } from '../../src/adapters/system.js';
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { Secret } from '../../src/domain/secret.js';
import { rotateMasterKey } from '../../src/main/rotate-master-key.js';
import { createVerifier } from '../../src/main/verifier.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { postgresServer } from '../../src/storage/postgres/engine.js';
import { describeWithPostgres, PASSWORD } from '../support/postgres.js';
import { postgresPlace } from '../support/postgres-database.js';
import {
  apiKey,
  CALLER,
  DOTENV,
  keyRef,
  OURS,
  refusal,
  service,
  serviceRef,
  unwrap,
} from '../support/store.js';
import { handOn } from '../support/store-folder.js';
import { handClock } from '../support/store-world.js';

const masterKey = (fill: string) => new Secret(Buffer.alloc(32, fill).toString('base64'));

/** Entries of a store in which nothing was done yet. */
const FRESH = 15;

describeWithPostgres('a store on a server', () => {
  const place = postgresPlace();
  const tables = async () =>
    (
      await place.sql(
        "select relname from pg_class join pg_namespace n on n.oid = relnamespace where nspname = 'keywright' and relkind = 'r' order by 1",
      )
    ).map(({ relname }) => relname);

  describe('where none exists', () => {
    it('pretends and refuses without making anything, on the server or the disk', async () => {
      const store = await place.store({ whenAbsent: 'pretend' });
      expect(unwrap(await store.survey()).length).toBe(7);
      expect(refusal(await place.open({ whenAbsent: 'refuse' }))).toBe('store_absent');
      const schemas = await place.sql("select nspname from pg_namespace where nspname = 'keywright'");
      expect([schemas, existsSync(place.folder())]).toEqual([[], false]);
    });

    it('is made once by several that start at the same time', async () => {
      const given = { masterKey: masterKey('k') };
      const stores = await Promise.all([1, 2, 3].map(() => place.store(given)));
      const ids = await Promise.all(stores.map(async (store) => unwrap(await store.facts()).storeId));
      expect(new Set(ids).size).toBe(1);
      for (const store of stores) expect(unwrap(await store.verifyAudit()).entries).toBe(FRESH);
    });
  });

  describe('refuses', () => {
    it.each([
      ['tables of somebody else', 'create schema keywright; create table keywright.letters (body text)'],
      [
        'what a newer version made',
        "create schema keywright; create table keywright.kysely_migration (name text); insert into keywright.kysely_migration values ('9999-later')",
      ],
    ])('%s, and leaves them alone', async (_, sql) => {
      await place.sql(sql);
      const before = await tables();
      for (const whenAbsent of ['create', 'pretend', 'refuse'] as const)
        expect(refusal(await place.open({ whenAbsent }))).toBe('store_foreign');
      expect(await tables()).toEqual(before);
    });

    it('what a development version made, as what it is', async () => {
      await place.sql(
        "create schema keywright; create table keywright.kysely_migration (name text); insert into keywright.kysely_migration values ('0001-first-light'), ('0030-credential-ends')",
      );
      const before = await tables();
      for (const whenAbsent of ['create', 'pretend', 'refuse'] as const)
        expect(await place.open({ whenAbsent })).toMatchObject({
          ok: false,
          error: {
            code: 'store_foreign',
            message: expect.stringMatching(
              /^the schema keywright at .* was created by a development version/,
            ),
          },
        });
      expect(await tables()).toEqual(before);
    });

    it('to go on when its tables are gone', async () => {
      const store = await place.store();
      await place.sql('drop schema keywright cascade');
      expect(refusal(await store.survey())).toBe('store_foreign');
      expect(refusal(await store.acquireLease('ada', 5_000))).toBe('store_foreign');
    });

    it('a master key that is not its own, and to make one for a store that exists', async () => {
      await place.store({ masterKey: masterKey('k') });
      expect(refusal(await place.open({ masterKey: masterKey('w') }))).toBe('master_key');
      const opened = await place.open();
      expect(refusal(opened)).toBe('master_key');
      expect(existsSync(join(place.folder(), 'master.key'))).toBe(false);
    });
  });

  it('leaves other schemas of its database alone', async () => {
    await place.sql(
      'create table public.objects (letters text); create table public.kysely_migration (name text)',
    );
    await place.store();
    expect(await place.sql('select count(*)::int as rows from public.objects')).toEqual([{ rows: 0 }]);
    expect(await tables()).toContain('objects');
  });

  it('keeps its master key on this machine, for its owner alone', async () => {
    await place.store();
    expect(readdirSync(place.folder())).toEqual(['master.key']);
    expect(statSync(place.folder()).mode & 0o777).toBe(0o700);
    expect(statSync(join(place.folder(), 'master.key')).mode & 0o777).toBe(0o600);
  });

  it('opens with the next master key once it was replaced, and with the old one no more', async () => {
    const [from, to] = [masterKey('k'), masterKey('n')];
    const hand = await handOn(await place.store({ masterKey: from }));
    await hand.create(apiKey('a', { deliver: [DOTENV] }));
    const token = await hand.rollOut('a', 1);
    const at = { ...place.world, address: new Secret(place.address()), folder: place.folder() };
    unwrap(await rotateMasterKey({ ...at, masterKeys: { from, to }, caller: CALLER }));
    expect(refusal(await place.open({ masterKey: from }))).toBe('master_key');
    const store = await place.store({ masterKey: to });
    expect(unwrap(await store.verify(token, {})).code).toBe('VALID');
  });

  it('sorts text byte by byte, whatever the language of the database', async () => {
    await place.store();
    const wrong = await place.sql(
      "select table_name, column_name from information_schema.columns where table_schema = 'keywright' and table_name not like 'kysely%' and data_type = 'text' and collation_name is distinct from 'C'",
    );
    expect(wrong).toEqual([]);
  });

  describe('shared by two processes', () => {
    const two = async (): Promise<readonly [LiveStore, LiveStore]> => [
      await place.store(),
      await place.store(),
    ];

    it('shows each what the other did as soon as it is done', async () => {
      const [first, second] = await two();
      const hand = await handOn(first);
      await hand.create(apiKey('a', { deliver: [DOTENV] }));
      const token = await hand.rollOut('a', 1);
      expect(unwrap(await second.verify(token, {})).code).toBe('VALID');
      unwrap(await hand.revoke('a', [1]));
      expect(unwrap(await second.verify(token, {})).code).toBe('REVOKED');
      expect(unwrap(await second.fetch([keyRef('a')]))).toEqual([await hand.fetch(keyRef('a'))]);
    });

    it('has one lease, also when their clocks differ', async () => {
      const first = await place.store();
      const second = await place.store({ clock: handClock(place.world.clock.now() + 4_000) });
      const lease = unwrap(await first.acquireLease('ada', 5_000));
      expect(refusal(await second.acquireLease('bob', 5_000))).toBe('locked');
      place.world.clock.advance(5_000);
      const ahead = await place.store({ clock: handClock(place.world.clock.now() + 4_000) });
      unwrap(await ahead.acquireLease('bob', 5_000));
      const create = { kind: 'create', declaration: service('billing'), ownership: OURS } as const;
      expect(refusal(await first.mutate(create, lease, CALLER))).toBe('lease_lost');
    });

    it('loses nothing and keeps one chain of entries while both write and read', async () => {
      const [first, second] = await two();
      const lease = unwrap(await first.acquireLease('ada', 5_000));
      const create = async (store: LiveStore, name: string) =>
        unwrap(
          await store.mutate({ kind: 'create', declaration: service(name), ownership: OURS }, lease, CALLER),
        );
      const numbers = Array.from({ length: 40 }, (_, index) => index);
      await Promise.all(
        numbers.flatMap((n) => [
          create(first, `service-a${n}`),
          create(second, `service-b${n}`),
          first.verifyAudit().then(unwrap),
          second.survey().then(unwrap),
        ]),
      );
      for (const store of [first, second]) {
        expect(unwrap(await store.survey()).filter(({ ref }) => ref.kind === 'Service').length).toBe(80);
        expect(unwrap(await store.verifyAudit()).entries).toBe(FRESH + 80);
      }
    });

    it('answers readers while a writer of another process is at work', async () => {
      const store = await place.store();
      const holding = place.cluster.sql(
        place.address(),
        'begin; select pg_advisory_xact_lock(7738725088633514100); select pg_sleep(1); commit',
      );
      expect(unwrap(await store.survey()).length).toBe(7);
      unwrap(await store.acquireLease('ada', 5_000));
      await holding;
    });
  });

  it('knows a row that was changed behind its back', async () => {
    const hand = await handOn(await place.store());
    await hand.create(apiKey('a', { deliver: [DOTENV] }));
    const token = await hand.rollOut('a', 1);
    unwrap(await hand.revoke('a', [1]));
    await place.sql('update keywright.versions set revoked_at = null where revoked_at is not null');
    expect(refusal(await hand.store.verify(token, {}))).toBe('store_tampered');
    await place.sql('delete from keywright.audit where seq = 3');
    expect(refusal(await hand.store.verifyAudit())).toBe('audit_broken');
  });

  it('undoes alone what is refused or fails among writes that go together', async () => {
    const storage = unwrap(
      await postgresServer({
        sleep: (ms: number) => systemClock.sleep(ms),
        monotonicMs: () => systemClock.monotonicMs(),
        shown: 'here',
        address: new Secret(place.address()),
      }).open(),
    );
    const put = (name: string, value: string | null, end: Result<void> = ok(undefined)) =>
      storage.write(async (tx) => {
        await tx.meta.put({ name: `before ${name}`, value: name });
        // Null breaks a rule of the table, which is a bug and not a refusal.
        await tx.meta.put({ name, value: value as string });
        return end;
      });
    const ended = await Promise.allSettled([
      put('a', 'a'),
      put('refused', 'b', fail(fault('moved', 'no'))),
      put('failed', null),
      put('d', 'd'),
    ]);
    await storage.close();
    expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    const rows = await place.sql('select name from keywright.meta order by name');
    expect(rows.map(({ name }) => name)).toEqual(['a', 'before a', 'before d', 'd']);
  });

  it('feeds verifiers in memory, which see a revocation by another process', async () => {
    const given = { masterKey: masterKey('k') };
    const hand = await handOn(await place.store({ ...given, clock: systemClock }));
    await hand.create(apiKey('a', { deliver: [DOTENV] }));
    const token = await hand.rollOut('a', 1);
    const verifier = await createVerifier({ store: place.address(), ...given, refreshEveryMs: 10 });
    expect(await verifier.verify(token.reveal())).toMatchObject({ code: 'VALID' });
    unwrap(await hand.revoke('a', [1]));
    await verifier.refresh();
    expect(await verifier.verify(token.reveal())).toMatchObject({ code: 'REVOKED' });
    await verifier.close();
  });

  it('answers that it is closed after it was closed', async () => {
    const store = unwrap(await place.open());
    await store.close();
    await store.close();
    expect(refusal(await store.survey())).toBe('store_unreachable');
    expect(refusal(await store.acquireLease('ada', 1))).toBe('store_unreachable');
  });

  describe('that cannot be had', () => {
    const addressed = (change: (address: string) => string) =>
      place.open({ address: new Secret(change(place.address())), masterKey: masterKey('k') });

    it.each<[string, (address: string) => string, string, RegExp]>([
      [
        'a wrong password',
        (address) => address.replace(PASSWORD, `${PASSWORD}x`),
        'store_unreachable',
        /password/,
      ],
      [
        'a database that is not there',
        (address) => address.replace(/store_\d+/, 'nowhere'),
        'store_unreachable',
        /createdb/,
      ],
      [
        'a port where nobody listens',
        (address) => address.replace(/:\d+\//, ':1/'),
        'store_unreachable',
        /ECONNREFUSED/,
      ],
      [
        'an address without a database',
        (address) => address.replace(/\/store_\d+/, ''),
        'usage',
        /malformed/,
      ],
      [
        'a password that is not encoded',
        (address) => address.replace(PASSWORD, `12/${PASSWORD}`),
        'usage',
        /%XX/,
      ],
      ['a stray %', (address) => address.replace(PASSWORD, `%${PASSWORD}`), 'usage', /%XX/],
    ])('%s: says so and never shows the password', async (_, change, code, says) => {
      const opened = await addressed(change);
      expect(refusal(opened)).toBe(code);
      expect(opened).toMatchObject({ error: { message: expect.stringMatching(says) } });
      const said = inspect(opened, { depth: 20, showHidden: true }) + JSON.stringify(opened);
      expect(said).not.toContain(PASSWORD);
    });

    it('a user without the right to make a schema', async () => {
      await place.sql(
        `drop role if exists guest; create role guest login password '${PASSWORD}'; revoke create on database ${place.address().replace(/.*\//, '')} from public`,
      );
      const opened = await addressed((address) => address.replace('platform:', 'guest:'));
      expect(opened).toMatchObject({
        error: { code: 'store_unreachable', message: expect.stringContaining('grant CREATE') },
      });
      await place.sql('create schema keywright authorization guest');
      const store = unwrap(await addressed((address) => address.replace('platform:', 'guest:')));
      expect(unwrap(await store.survey()).length).toBe(7);
      await store.close();
    });

    it('a writer of another process that holds on for longer than our patience', async () => {
      const store = await place.store();
      const holding = place.cluster.sql(
        place.address(),
        'begin; select pg_advisory_xact_lock(7738725088633514100); select pg_sleep(6); commit',
      );
      await place.sql('select pg_sleep(0.3)');
      expect(await store.acquireLease('ada', 5_000)).toMatchObject({
        error: { code: 'store_unreachable', message: expect.stringContaining('busy') },
      });
      await holding;
      unwrap(await store.acquireLease('ada', 5_000));
    });
  });

  describe('whose server stops', () => {
    it('gives faults while it is away, and continues after it is back, with nothing half done', async () => {
      const hand = await handOn(await place.store());
      await hand.create(service('before'));
      const writing = Array.from({ length: 200 }, (_, n) =>
        hand.mutate({ kind: 'create', declaration: service(`during-${n}`), ownership: OURS }),
      );
      await Promise.race(writing);
      await place.cluster.kill();
      const results = await Promise.all(writing);
      const refused = results.flatMap((result) => (result.ok ? [] : [result.error.code]));
      expect(new Set(refused)).toEqual(new Set(['store_unreachable']));
      expect(refusal(await hand.store.survey())).toBe('store_unreachable');
      expect(refusal(await hand.store.renewLease(hand.lease))).toBe('store_unreachable');
      await place.cluster.start();
      const acknowledged = results.filter(({ ok }) => ok).length;
      const live = unwrap(await hand.store.survey()).filter(({ ref }) => ref.name.startsWith('during'));
      expect(live.length).toBeGreaterThanOrEqual(acknowledged);
      const entries = await hand.entries();
      expect(entries).toBe(FRESH + 1 + live.length);
      await hand.create(service('after'));
      expect(await hand.entries()).toBe(entries + 1);
    });

    it('does not fail the next call when it was restarted in between', async () => {
      const store = await place.store();
      await Promise.all([1, 2, 3, 4].map(() => store.survey().then(unwrap)));
      await place.cluster.kill();
      await place.cluster.start();
      expect(unwrap(await store.survey()).length).toBe(7);
      unwrap(await store.acquireLease('ada', 5_000));
    });

    it('does not fail the next call when it hung up unheard, on reads as on writes', async () => {
      const store = await place.store();
      await Promise.all([1, 2, 3, 4].map(() => store.survey().then(unwrap)));
      place.cluster.cut(place.address());
      expect(unwrap(await store.survey()).length).toBe(7);
      place.cluster.cut(place.address());
      unwrap(await store.acquireLease('ada', 5_000));
    });

    it('reports a mutation that was cut off, which can be asked again', async () => {
      const hand = await handOn(await place.store());
      await place.sql(
        'create function keywright.cut() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$; create trigger cut after insert on keywright.audit execute function keywright.cut()',
      );
      const create = { kind: 'create', declaration: service('billing'), ownership: OURS } as const;
      expect(refusal(await hand.mutate(create))).toBe('store_unreachable');
      await place.sql('drop trigger cut on keywright.audit');
      expect(unwrap(await hand.store.fetch([serviceRef('billing')]))).toEqual([]);
      expect((await hand.create(service('billing'))).changed).toBe(true);
      expect((await hand.create(service('billing'))).changed).toBe(false);
    });

    it('says that the outcome is unknown when the answer to a commit was lost', async () => {
      const hand = await handOn(await place.store());
      await place.sql(
        'create function keywright.cut() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$; create constraint trigger cut after insert on keywright.audit deferrable initially deferred for each row execute function keywright.cut()',
      );
      const create = { kind: 'create', declaration: service('billing'), ownership: OURS } as const;
      const lost = await hand.mutate(create);
      expect(lost).toMatchObject({
        error: { code: 'store_unreachable', message: expect.stringContaining('may or may not') },
      });
    });
  });

  it('finds the master key that an administrator laid into the folder', async () => {
    const { storeId } = unwrap(await (await place.store({ masterKey: masterKey('k') })).facts());
    mkdirSync(place.folder());
    writeFileSync(join(place.folder(), 'master.key'), masterKey('k').reveal());
    expect(unwrap(await (await place.store({ whenAbsent: 'refuse' })).facts()).storeId).toBe(storeId);
    expect(readFileSync(join(place.folder(), 'master.key'), 'utf8')).toBe(masterKey('k').reveal());
  });
});

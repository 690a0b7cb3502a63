/** What every live store promises, as sentences. Run against each implementation. */

import { Secret } from '../../src/domain/secret.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/domain/time.js';
import type { Caller, LiveStore } from '../../src/ports/live-store.js';
import { declaration } from '../support/plan-declarations.js';
import {
  apiKey,
  CALLER,
  DOTENV,
  environment,
  environmentRef,
  keyRef,
  OURS,
  refusal,
  service,
  serviceRef,
  TestStore,
  tokenIn,
  unwrap,
} from '../support/store.js';
import { type HandClock, START } from '../support/store-world.js';
import { byHandContract } from './key-operations.contract.js';
import { renameContract } from './rename.contract.js';
import { peopleContract } from './users.contract.js';

export interface OpenStore {
  readonly store: LiveStore;
  readonly clock: HandClock;
  /** What the engine says a stabilization window takes. */
  readonly settleMs: number;
  /** Who is said to have done what a reconciler did; absent: the caller, as they name themselves. */
  readonly recorded?: Caller;
}

export function liveStoreContract(name: string, open: () => Promise<OpenStore>): void {
  peopleContract(name, open);
  renameContract(name, open);
  byHandContract(name, open);
  describe(`live store: ${name}`, () => {
    let store: LiveStore;
    let clock: HandClock;
    let settleMs: number;
    let recorded: Caller;
    let hand: TestStore;

    beforeEach(async () => {
      ({ store, clock, settleMs, recorded = CALLER } = await open());
      hand = new TestStore(store, unwrap(await store.acquireLease('ada', 5_000)));
    });
    afterEach(() => store.close());

    const names = async () => unwrap(await store.survey()).map(({ ref }) => `${ref.kind}/${ref.name}`);
    const versions = async (key: string) => (await hand.fetch(keyRef(key))).key?.versions ?? [];
    const request = (kind: 'requestRotation' | 'deactivate' | 'activate', key: string) =>
      store.request({ kind, object: keyRef(key) }, CALLER);

    describe('a fresh store', () => {
      it('has two environments with two automatic keys each, all of origin system and without an owner', async () => {
        expect(await names()).toEqual([
          'ApiKey/development-pk',
          'ApiKey/development-sk',
          'ApiKey/production-pk',
          'ApiKey/production-sk',
          'Environment/development',
          'Environment/production',
          'User/owner',
        ]);
        const survey = unwrap(await store.survey());
        expect(survey.every(({ origin, ownership }) => origin === 'system' && ownership === undefined)).toBe(
          true,
        );
        expect((await hand.fetch(environmentRef('production'))).declaration.spec).toMatchObject({
          isProd: true,
        });
        expect((await hand.fetch(environmentRef('development'))).declaration.spec).toMatchObject({
          isProd: false,
        });
      });

      it('shows an automatic secret key once and a publishable one always', async () => {
        const shown = unwrap(await store.claim(keyRef('production-sk'), CALLER));
        expect(shown.reveal()).toMatch(/^sk_live_/);
        expect(await hand.code(shown)).toBe('VALID');
        expect(refusal(await store.claim(keyRef('production-sk'), CALLER))).toBe('already_claimed');
        const publishable = unwrap(await store.claim(keyRef('development-pk'), CALLER));
        expect(publishable.reveal()).toMatch(/^pk_test_/);
        expect(unwrap(await store.claim(keyRef('development-pk'), CALLER)).reveal()).toBe(
          publishable.reveal(),
        );
      });

      it('says what time it is, how long a stabilization window takes, and since when use is known', async () => {
        clock.advance(500);
        expect(unwrap(await store.facts())).toMatchObject({
          now: START + 500,
          settleMs,
          usage: { from: START, until: START + 500 },
        });
      });
    });

    describe('create, update and adopt', () => {
      it('gives every environment its automatic keys and takes them away with it', async () => {
        await hand.create(environment('staging'));
        const token = unwrap(await store.claim(keyRef('staging-sk'), CALLER));
        expect(await hand.code(token)).toBe('VALID');
        unwrap(await hand.remove(environmentRef('staging')));
        expect(await names()).not.toContain('ApiKey/staging-sk');
        expect(await hand.code(token)).toBe('REVOKED');
      });

      it('changes nothing and records nothing when asked the same again', async () => {
        const first = await hand.create(service('billing'));
        const entries = await hand.entries();
        expect(await hand.create(service('billing'))).toEqual({ revision: first.revision, changed: false });
        expect(await hand.entries()).toBe(entries);
      });

      it('refuses to create what exists otherwise', async () => {
        await hand.create(service('billing'));
        const declaration = service('billing', { description: 'Invoices' });
        expect(refusal(await hand.mutate({ kind: 'create', declaration, ownership: OURS }))).toBe('exists');
      });

      it('refuses an object that names one which is not live', async () => {
        for (const declaration of [
          apiKey('a', { environment: 'nowhere' }),
          apiKey('a', { owner: { service: 'nobody' } }),
          apiKey('a', { owner: { team: 'data' } }),
        ])
          expect(refusal(await hand.mutate({ kind: 'create', declaration, ownership: OURS }))).toBe(
            'unknown_reference',
          );
        expect(await names()).not.toContain('ApiKey/a');
      });

      it('updates only what is as it was seen', async () => {
        const { revision } = await hand.create(service('billing'));
        const declaration = service('billing', { description: 'Invoices' });
        const stale = { kind: 'update', declaration, ownership: OURS, revision: revision - 1 } as const;
        expect(refusal(await hand.mutate(stale))).toBe('moved');
        const updated = unwrap(await hand.mutate({ ...stale, revision }));
        expect(updated.changed).toBe(true);
        expect((await hand.fetch(serviceRef('billing'))).declaration.spec).toEqual({
          description: 'Invoices',
        });
        // The response was lost, and it is asked again.
        expect(unwrap(await hand.mutate({ ...stale, revision }))).toEqual({ ...updated, changed: false });
      });

      it('refuses to update a field that only a replacement can change', async () => {
        await hand.create(service('billing'));
        const { revision } = await hand.create(apiKey('a'));
        const declaration = apiKey('a', { owner: { service: 'billing' } });
        expect(refusal(await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision }))).toBe(
          'conflict',
        );
      });

      it('keeps the origin of a system object that is declared, and gives it to its project', async () => {
        const { revision, declaration } = await hand.fetch(environmentRef('production'));
        unwrap(await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
        expect(await hand.fetch(environmentRef('production'))).toMatchObject({
          origin: 'system',
          ownership: OURS,
        });
      });

      it('adopts without touching anything but the ownership', async () => {
        await hand.create(apiKey('a'));
        await hand.rollOut('a', 1);
        const before = await hand.fetch(keyRef('a'));
        const theirs = { project: 'other', manager: 'documents' };
        const adopt = {
          kind: 'adopt',
          object: keyRef('a'),
          ownership: theirs,
          revision: before.revision,
        } as const;
        const { revision } = unwrap(await hand.mutate(adopt));
        expect(await hand.fetch(keyRef('a'))).toEqual({ ...before, ownership: theirs, revision });
        expect(unwrap(await hand.mutate(adopt)).changed).toBe(false);
      });

      it('makes a key anew under the name of one that was removed', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const old = await hand.rollOut('a', 1);
        unwrap(await hand.remove(keyRef('a'), HOUR_MS));
        await hand.create(apiKey('a', { environment: 'development', deliver: [DOTENV] }));
        const fresh = await hand.rollOut('a', 1);
        expect(fresh.reveal()).toMatch(/^sk_test_/);
        expect([await hand.code(old), await hand.code(fresh)]).toEqual(['VALID', 'VALID']);
        clock.advance(HOUR_MS);
        expect([await hand.code(old), await hand.code(fresh)]).toEqual(['REVOKED', 'VALID']);
      });
    });

    describe('delete', () => {
      it('ends a key’s versions after the overlap, by the clock alone', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const token = await hand.rollOut('a', 1);
        unwrap(await hand.remove(keyRef('a'), HOUR_MS));
        clock.advance(HOUR_MS - 1);
        expect(await hand.code(token)).toBe('VALID');
        clock.advance(1);
        expect(await hand.code(token)).toBe('REVOKED');
      });

      it('changes nothing when the object is gone already, and knows what never was', async () => {
        await hand.create(service('billing'));
        const { revision } = await hand.fetch(serviceRef('billing'));
        const remove = { kind: 'delete', object: serviceRef('billing'), overlapMs: 0, revision } as const;
        const gone = unwrap(await hand.mutate(remove));
        const entries = await hand.entries();
        expect(unwrap(await hand.mutate(remove))).toEqual({ revision: gone.revision, changed: false });
        expect(await hand.entries()).toBe(entries);
        expect(refusal(await hand.mutate({ ...remove, object: serviceRef('never') }))).toBe('not_found');
      });

      it('refuses one that changed since it was seen', async () => {
        const { revision } = await hand.create(apiKey('a'));
        unwrap(await hand.issue('a', 1));
        const remove = { kind: 'delete', object: keyRef('a'), overlapMs: 0, revision } as const;
        expect(refusal(await hand.mutate(remove))).toBe('moved');
      });

      it('keeps a service and an environment as long as a key needs them, also one on its way out', async () => {
        await hand.create(environment('staging'));
        await hand.create(service('billing'));
        await hand.create(
          apiKey('a', { environment: 'staging', owner: { service: 'billing' }, deliver: [DOTENV] }),
        );
        await hand.rollOut('a', 1);
        expect(refusal(await hand.remove(serviceRef('billing')))).toBe('in_use');
        expect(refusal(await hand.remove(environmentRef('staging')))).toBe('in_use');
        unwrap(await hand.remove(keyRef('a'), HOUR_MS));
        expect(refusal(await hand.remove(serviceRef('billing')))).toBe('in_use');
        expect(unwrap(await store.dependents(serviceRef('billing')))).toEqual([
          { ref: keyRef('a'), origin: 'declared', endsAt: START + HOUR_MS },
        ]);
        clock.advance(HOUR_MS);
        expect(unwrap(await store.dependents(serviceRef('billing')))).toEqual([]);
        unwrap(await hand.remove(serviceRef('billing')));
        unwrap(await hand.remove(environmentRef('staging')));
      });
    });

    it('has keys with several sinks behind one Connection', async () => {
      const spec = { vault: { address: 'https://v.example.com', token: { env: 'VAULT_TOKEN' } } };
      await hand.create(declaration('Connection', 'v', spec));
      const at = (path: string) => ({
        vault: { connection: 'v', mount: 'secret', path, fields: { KEY: 'key' as const } },
      });
      await hand.create(apiKey('several', { deliver: [at('one'), at('two')] }));
      const dependents = unwrap(await store.dependents({ kind: 'Connection', name: 'v' }));
      expect(dependents.map(({ ref }) => ref)).toEqual([keyRef('several')]);
    });

    describe('tokens', () => {
      const ids = async (key: string) => (await versions(key)).map(({ id }) => id);

      it('are known with the key they were issued for, every generation of it', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        await hand.rollOut('a', 1);
        await hand.rollOut('a', 2);
        const both = await ids('a');
        expect(unwrap(await store.tokens(both))).toEqual(
          both.toSorted().map((tokenId) => ({
            tokenId,
            object: keyRef('a'),
            isRemoved: false,
            isSuperseded: tokenId === both[0],
            declaredAt: ['dotenv:secrets/a.env#A_KEY'],
            deliveredTo: ['dotenv:secrets/a.env#A_KEY'],
            deliveredAt: [{ sink: 'dotenv:secrets/a.env#A_KEY', machine: expect.any(String) }],
          })),
        );
      });

      it('of a removed key stay known as such, also when another key has its name', async () => {
        await hand.create(apiKey('a'));
        unwrap(await hand.issue('a', 1));
        const [old = ''] = await ids('a');
        unwrap(await hand.remove(keyRef('a')));
        await hand.create(apiKey('a'));
        unwrap(await hand.issue('a', 1));
        const [young = ''] = await ids('a');
        const known = unwrap(await store.tokens([young, old, old]));
        expect(known).toHaveLength(2);
        const nowhere = { isSuperseded: false, declaredAt: [], deliveredTo: [], deliveredAt: [] };
        const removed = { isRemoved: true, endsAt: clock.now() };
        expect(known).toContainEqual({ tokenId: old, object: keyRef('a'), ...removed, ...nowhere });
        expect(known).toContainEqual({ tokenId: young, object: keyRef('a'), isRemoved: false, ...nowhere });
      });

      it('that this store never issued are left out', async () => {
        expect(unwrap(await store.tokens(['AAAAAAAAAAAA']))).toEqual([]);
        expect(unwrap(await store.tokens([]))).toEqual([]);
      });
    });

    describe('issue', () => {
      beforeEach(async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
      });

      it('gives a version that is accepted from the instant it exists', async () => {
        expect(await hand.code(tokenIn(unwrap(await hand.issue('a', 1)).issued?.sealed))).toBe('VALID');
      });

      it('gives the same envelope again to the same recipient, and to no other', async () => {
        const { drawn, ...first } = unwrap(await hand.issue('a', 1));
        if (drawn) expect(drawn.reveal()).toBe(tokenIn(first.issued?.sealed).reveal());
        const entries = await hand.entries();
        expect(unwrap(await hand.issue('a', 1))).toEqual({ ...first, changed: false });
        expect(await hand.entries()).toBe(entries);
        expect(refusal(await hand.issue('a', 1, 'to-another'))).toBe('sealed_to_another');
      });

      it('refuses a generation that is not the next, or whose secret was handed out', async () => {
        expect(refusal(await hand.issue('a', 2))).toBe('moved');
        await hand.rollOut('a', 1);
        expect(refusal(await hand.issue('a', 1))).toBe('moved');
        expect(refusal(await hand.issue('a', 3))).toBe('moved');
      });

      it('refuses a version beside four accepted ones and one in place of a lost one', async () => {
        for (const generation of [1, 2, 3, 4, 5]) await hand.rollOut('a', generation);
        expect(refusal(await hand.issue('a', 6))).toBe('too_many_versions');
        unwrap(await hand.revoke('a', [1]));
        expect(unwrap(await hand.issue('a', 6)).changed).toBe(true);
      });

      it('never lets a version live longer than declared', async () => {
        await hand.create(apiKey('b', { expiresAfter: '90d' }));
        unwrap(await hand.issue('b', 1));
        expect((await versions('b'))[0]?.expiresAt).toBe(START + 90 * DAY_MS);
        await hand.create(apiKey('c', { expiresAt: '2027-01-02T00:00:00Z' }));
        const token = tokenIn(unwrap(await hand.issue('c', 1)).issued?.sealed);
        clock.advance(DAY_MS);
        expect(await hand.code(token)).toBe('EXPIRED');
        expect(refusal(await hand.issue('c', 2))).toBe('conflict');
      });

      it('extends the newest version as far as its declaration allows, and none that has ended', async () => {
        const [short, long] = [apiKey('b', { expiresAfter: '2h' }), apiKey('b', { expiresAfter: '9h' })];
        await hand.create(short);
        await hand.rollOut('b', 1);
        const second = await hand.rollOut('b', 2);
        const extend = (generation: number, expiresAt: number | null) =>
          hand.mutate({ kind: 'extend', object: keyRef('b'), generation, expiresAt });
        const end = START + 9 * HOUR_MS;
        expect(refusal(await extend(2, end))).toBe('conflict');
        const { revision } = await hand.fetch(keyRef('b'));
        unwrap(await hand.mutate({ kind: 'update', declaration: long, ownership: OURS, revision }));
        expect(refusal(await extend(1, end))).toBe('moved');
        expect(refusal(await extend(2, end + 1))).toBe('moved');
        expect(refusal(await extend(2, null))).toBe('moved');
        const entries = await hand.entries();
        expect(unwrap(await extend(2, end)).changed).toBe(true);
        expect(unwrap(await extend(2, end)).changed).toBe(false);
        expect(await hand.entries()).toBe(entries + 1);
        expect((await versions('b')).map(({ expiresAt }) => expiresAt)).toEqual([START + 2 * HOUR_MS, end]);
        clock.advance(8 * HOUR_MS);
        expect(await hand.code(second)).toBe('VALID');
        clock.advance(2 * HOUR_MS);
        expect(await hand.code(second)).toBe('EXPIRED');
        const now = await hand.fetch(keyRef('b'));
        unwrap(
          await hand.mutate({
            ...{ kind: 'update', declaration: apiKey('b'), ownership: OURS, revision: now.revision },
          }),
        );
        expect(refusal(await extend(2, null))).toBe('conflict');
        expect(await hand.code(second)).toBe('EXPIRED');
      });

      it('keeps the secret of a key without sinks for a claim, whichever caller asked for it', async () => {
        await hand.create(apiKey('b'));
        const issued = unwrap(await hand.issue('b', 1, 'to-me')).issued;
        expect(issued?.sealed.startsWith('to-me')).toBe(false);
        expect(unwrap(await hand.issue('b', 1, 'to-another')).issued).toEqual(issued);
        unwrap(await hand.promote('b', 1));
        expect((await versions('b'))[0]?.envelope).toEqual({ recipient: 'authority' });
        expect(await hand.code(unwrap(await store.claim(keyRef('b'), CALLER)))).toBe('VALID');
        expect((await versions('b'))[0]?.envelope).toBeUndefined();
        expect(refusal(await store.claim(keyRef('a'), CALLER))).toBe('nothing_to_claim');
      });

      it('shows of a key without sinks the newest version alone, also when an older one was never claimed', async () => {
        await hand.create(apiKey('b'));
        for (const generation of [1, 2]) {
          await hand.issue('b', generation);
          unwrap(await hand.promote('b', generation));
        }
        expect(unwrap(await store.claim(keyRef('b'), CALLER)).reveal()).toContain(
          (await versions('b'))[1]?.id,
        );
        expect(refusal(await store.claim(keyRef('b'), CALLER))).toBe('already_claimed');
      });
    });

    describe('promote', () => {
      beforeEach(async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
      });

      it('refuses a version that not every declared sink is confirmed to hold', async () => {
        const fingerprint = unwrap(await hand.issue('a', 1)).issued?.fingerprint ?? '';
        const right = { sink: 'dotenv:secrets/a.env#A_KEY', fingerprint, machine: 'build-7' };
        const other = { ...right, sink: 'dotenv:secrets/b.env#A_KEY' };
        const promote = { kind: 'promote', object: keyRef('a'), generation: 1 } as const;
        for (const deliveries of [
          [],
          [other],
          [right, other],
          [right, right],
          [{ ...right, fingerprint: 'f'.repeat(16) }],
        ])
          expect(refusal(await hand.mutate({ ...promote, deliveries }))).toBe('not_confirmed');
        unwrap(await hand.mutate({ ...promote, deliveries: [right] }));
        expect((await hand.fetch(keyRef('a'))).deliveries).toEqual([{ ...right, generation: 1 }]);
      });

      it('retires the predecessors, which stay accepted, and erases the envelope', async () => {
        const first = await hand.rollOut('a', 1);
        clock.advance(1_000);
        await hand.rollOut('a', 2);
        expect(await versions('a')).toMatchObject([
          { generation: 1, promotedAt: START, retiringAt: START + 1_000, envelope: undefined },
          { generation: 2, promotedAt: START + 1_000, retiringAt: undefined, envelope: undefined },
        ]);
        expect(await hand.code(first)).toBe('VALID');
      });

      it('changes nothing the second time, never goes back, and refuses what has ended', async () => {
        const promoted = await hand.rollOut('a', 1).then(() => hand.fetch(keyRef('a')));
        expect(unwrap(await hand.promote('a', 1))).toEqual({ revision: promoted.revision, changed: false });
        unwrap(await hand.issue('a', 2));
        unwrap(await hand.issue('a', 3));
        unwrap(await hand.promote('a', 3));
        expect(refusal(await hand.promote('a', 2))).toBe('moved');
        unwrap(await hand.issue('a', 4));
        unwrap(await hand.revoke('a', [4]));
        expect(refusal(await hand.promote('a', 4))).toBe('moved');
        expect(refusal(await hand.promote('a', 9))).toBe('moved');
      });
    });

    describe('revoke', () => {
      it('is final, at once, and leaves other versions alone', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const [first, second] = [await hand.rollOut('a', 1), await hand.rollOut('a', 2)];
        const outcome = unwrap(await hand.revoke('a', [1]));
        expect([await hand.code(first), await hand.code(second)]).toEqual(['REVOKED', 'VALID']);
        clock.advance(1_000);
        expect(unwrap(await hand.revoke('a', [1]))).toEqual({ revision: outcome.revision, changed: false });
        expect((await versions('a'))[0]?.revokedAt).toBe(START);
        expect(refusal(await hand.revoke('a', [7]))).toBe('moved');
      });

      it('manually ends every version, and brings an end forward but never puts it off', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        await hand.rollOut('a', 1);
        const byHand = (overlapMs: number) =>
          store.request({ kind: 'revoke', object: keyRef('a'), overlapMs }, CALLER);
        unwrap(await byHand(HOUR_MS));
        expect((await versions('a'))[0]?.revokedAt).toBe(START + HOUR_MS);
        expect(unwrap(await byHand(DAY_MS)).changed).toBe(false);
        expect(unwrap(await byHand(0)).changed).toBe(true);
        expect((await versions('a'))[0]?.revokedAt).toBe(START);
      });

      it('manually reaches a key that was removed and runs out', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const old = await hand.rollOut('a', 1);
        unwrap(await hand.remove(keyRef('a'), DAY_MS));
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const fresh = await hand.rollOut('a', 1);
        unwrap(await store.request({ kind: 'revoke', object: keyRef('a'), overlapMs: 0 }, CALLER));
        expect([await hand.code(old), await hand.code(fresh)]).toEqual(['REVOKED', 'REVOKED']);
      });
    });

    describe('requests of people', () => {
      beforeEach(async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
      });

      it('asks for a rotation once, until a newer version meets it', async () => {
        await hand.rollOut('a', 1);
        expect(unwrap(await request('requestRotation', 'a')).changed).toBe(true);
        expect(unwrap(await request('requestRotation', 'a')).changed).toBe(false);
        expect((await hand.fetch(keyRef('a'))).quietUntil).toBe(0);
        await hand.rollOut('a', 2);
        expect(unwrap(await request('requestRotation', 'a')).changed).toBe(true);
      });

      it('takes an acknowledgement only with the newest version’s token', async () => {
        const [first, second] = [await hand.rollOut('a', 1), await hand.rollOut('a', 2)];
        const acknowledge = (proof: Secret) =>
          store.request({ kind: 'acknowledge', object: keyRef('a'), proof }, CALLER);
        expect(refusal(await acknowledge(first))).toBe('possession_required');
        expect(refusal(await acknowledge(new Secret('nonsense')))).toBe('possession_required');
        expect(unwrap(await acknowledge(second)).changed).toBe(true);
        expect(unwrap(await acknowledge(second)).changed).toBe(false);
        expect((await hand.fetch(keyRef('a'))).key?.acknowledgedGeneration).toBe(2);
      });

      it('stops a key whatever is rotated, until it is activated again', async () => {
        const first = await hand.rollOut('a', 1);
        unwrap(await request('deactivate', 'a'));
        expect(unwrap(await request('deactivate', 'a')).changed).toBe(false);
        const second = await hand.rollOut('a', 2);
        expect([await hand.code(first), await hand.code(second)]).toEqual(['INACTIVE', 'INACTIVE']);
        unwrap(await request('activate', 'a'));
        expect([await hand.code(first), await hand.code(second)]).toEqual(['VALID', 'VALID']);
      });

      it('does not wait for the lease of a reconciler', async () => {
        const token = await hand.rollOut('a', 1);
        unwrap(await store.releaseLease(hand.lease));
        unwrap(await store.acquireLease('somebody else', 5_000));
        unwrap(await store.request({ kind: 'revoke', object: keyRef('a'), overlapMs: 0 }, CALLER));
        expect(await hand.code(token)).toBe('REVOKED');
      });
    });

    describe('verify', () => {
      it('tells malformed from unknown, and a wrong secret is unknown', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const token = (await hand.rollOut('a', 1)).reveal();
        expect(await hand.code(new Secret('nonsense'))).toBe('MALFORMED');
        expect(await hand.code(new Secret(`${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`))).toBe(
          'MALFORMED',
        );
        const other = unwrap(await store.claim(keyRef('production-sk'), CALLER)).reveal();
        expect(await hand.code(new Secret(other))).toBe('VALID');
        expect(await hand.code(new Secret(forged(token)))).toBe('NOT_FOUND');
      });

      it('follows what the owner may do now, and keeps explicit permissions as they are', async () => {
        const { revision } = await hand.create(service('billing', { permissions: ['spaces:read'] }));
        await hand.create(apiKey('a', { owner: { service: 'billing' }, deliver: [DOTENV] }));
        await hand.create(
          apiKey('b', { owner: { service: 'billing' }, permissions: ['keys:read'], deliver: [DOTENV] }),
        );
        const [a, b] = [await hand.rollOut('a', 1), await hand.rollOut('b', 1)];
        const declaration = service('billing', { permissions: ['events:read'] });
        unwrap(await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
        const code = async (token: Secret, permission: string) =>
          unwrap(await store.verify(token, { permission })).code;
        expect([await code(a, 'spaces:read'), await code(a, 'events:read')]).toEqual(['FORBIDDEN', 'VALID']);
        expect([await code(b, 'events:read'), await code(b, 'keys:read')]).toEqual(['FORBIDDEN', 'VALID']);
      });

      it('answers with the facts of the key, also when it refuses', async () => {
        await hand.create(service('billing'));
        await hand.create(
          apiKey('a', { owner: { service: 'billing' }, permissions: ['spaces:read'], deliver: [DOTENV] }),
        );
        const token = await hand.rollOut('a', 1);
        expect(unwrap(await store.verify(token, { environment: 'development' }))).toMatchObject({
          valid: false,
          code: 'WRONG_ENVIRONMENT',
          key: {
            name: 'a',
            version: 1,
            type: 'secret',
            environment: 'production',
            owner: 'service:billing',
            permissions: ['spaces:read'],
          },
        });
      });

      it('records the use and the consumer at once, and no revision', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const token = await hand.rollOut('a', 1);
        const { revision } = await hand.fetch(keyRef('a'));
        clock.advance(7);
        await hand.code(token, 'checkout');
        await hand.code(token, 'not a name');
        const after = await hand.fetch(keyRef('a'));
        expect(after.revision).toBe(revision);
        expect(after.key?.versions).toMatchObject([{ lastUsedAt: START + 7, consumers: ['checkout'] }]);
        clock.set(START);
        await hand.code(token);
        expect((await versions('a'))[0]?.lastUsedAt).toBe(START + 7);
      });

      it('records the use of a revoked key too', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const token = await hand.rollOut('a', 1);
        unwrap(await hand.revoke('a', [1]));
        clock.advance(7);
        expect(await hand.code(token)).toBe('REVOKED');
        expect((await versions('a'))[0]?.lastUsedAt).toBe(START + 7);
      });
    });

    describe('the lease', () => {
      it('is held by one, and names the holder to others', async () => {
        const refused = await store.acquireLease('bob', 5_000);
        expect(refusal(refused)).toBe('locked');
        expect(refused).toMatchObject({
          error: { message: expect.stringMatching(/ada .*2027-01-01T00:00:05/) },
        });
      });

      it('is good after it ran out, until another process takes it over', async () => {
        clock.advance(60_000);
        await hand.create(service('billing'));
        const taken = unwrap(await store.acquireLease('bob', 5_000));
        expect(taken.epoch).toBe(hand.lease.epoch + 1);
        const create = { kind: 'create', declaration: service('other'), ownership: OURS } as const;
        expect(refusal(await hand.mutate(create))).toBe('lease_lost');
        expect(refusal(await store.renewLease(hand.lease))).toBe('lease_lost');
        expect(await names()).not.toContain('Service/other');
      });

      it('has others beside it by name, which elect a leader and are none to write under', async () => {
        const leader = unwrap(await store.acquireLease('bob', 4_000, 'controller acme'));
        expect(refusal(await store.acquireLease('eve', 4_000, 'controller acme'))).toBe('locked');
        unwrap(await store.acquireLease('eve', 4_000, 'controller other'));
        const create = { kind: 'create', declaration: service('other'), ownership: OURS } as const;
        expect(refusal(await new TestStore(store, leader).mutate(create))).toBe('lease_lost');
        clock.advance(3_000);
        const renewed = unwrap(await store.renewLease(leader));
        clock.advance(3_000);
        expect(refusal(await store.acquireLease('eve', 4_000, 'controller acme'))).toBe('locked');
        unwrap(await store.releaseLease(renewed));
        unwrap(await store.acquireLease('eve', 4_000, 'controller acme'));
        unwrap(await hand.mutate(create));
      });

      it('tells two acquisitions by one holder apart', async () => {
        clock.advance(5_000);
        unwrap(await store.acquireLease(hand.lease.holder, 5_000));
        const create = { kind: 'create', declaration: service('other'), ownership: OURS } as const;
        expect(refusal(await hand.mutate(create))).toBe('lease_lost');
      });

      it('does not keep others out until a clock that was wrong when it was taken, and was set since', async () => {
        clock.advance(365 * DAY_MS);
        unwrap(await store.renewLease(hand.lease));
        clock.advance(-365 * DAY_MS);
        const next = unwrap(await store.acquireLease('bob', 5_000));
        expect(next.until).toBe(START + 5_000);
        const create = { kind: 'create', declaration: service('other'), ownership: OURS } as const;
        expect(refusal(await hand.mutate(create))).toBe('lease_lost');
        clock.advance(-MINUTE_MS);
        expect(refusal(await store.acquireLease('eve', 5_000))).toBe('locked');
      });

      it('is free at once when it is released, and refuses its former holder', async () => {
        unwrap(await store.releaseLease(hand.lease));
        const create = { kind: 'create', declaration: service('other'), ownership: OURS } as const;
        expect(refusal(await hand.mutate(create))).toBe('lease_lost');
        const next = unwrap(await store.acquireLease('bob', 5_000));
        unwrap(await store.releaseLease(hand.lease));
        expect(unwrap(await store.renewLease(next)).epoch).toBe(next.epoch);
      });

      it('is renewed under the same epoch, and never for longer than a stabilization window allows', async () => {
        clock.advance(3_000);
        const renewed = unwrap(await store.renewLease({ ...hand.lease, ttlMs: DAY_MS }));
        expect(renewed).toEqual({ ...hand.lease, until: START + 8_000, ttlMs: 5_000 });
      });
    });

    describe('audit and changes', () => {
      it('has one entry for each effect, without gaps, saying who did what', async () => {
        const since = await hand.entries();
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        await hand.rollOut('a', 1);
        unwrap(await hand.revoke('a', [1]));
        const entries = unwrap(await store.audit({ since }));
        expect(entries.map(({ seq, action }) => [seq - since, action])).toEqual([
          [1, 'object.created'],
          [2, 'key.issued'],
          [3, 'key.promoted'],
          [4, 'key.revoked'],
        ]);
        expect(entries[0]).toMatchObject({ ...recorded, object: 'ApiKey/a', at: START });
        expect(unwrap(await store.audit({ object: 'ApiKey/a', limit: 2 })).length).toBe(2);
        expect(unwrap(await store.audit({ object: 'ApiKey/a', limit: 0 }))).toEqual([]);
        expect(unwrap(await store.changes(since, 10)).map(({ seq, object }) => [seq, object.name])).toEqual(
          entries.map(({ seq }) => [seq, 'a']),
        );
      });

      it('numbers revisions as it numbers entries', async () => {
        const { revision } = await hand.create(service('billing'));
        expect(revision).toBe(await hand.entries());
      });

      it('records nothing of what was refused', async () => {
        const entries = await hand.entries();
        refusal(await hand.issue('nobody', 1));
        expect(await hand.entries()).toBe(entries);
      });

      it('holds no secret', async () => {
        await hand.create(apiKey('a', { deliver: [DOTENV] }));
        const token = (await hand.rollOut('a', 1)).reveal();
        const shown = unwrap(await store.claim(keyRef('production-sk'), CALLER)).reveal();
        const text = JSON.stringify([
          await store.audit({}),
          await store.survey(),
          await store.fetch([keyRef('a')]),
        ]);
        for (const secret of [token, shown]) expect(text).not.toContain(secret.slice(20, 40));
      });
    });

    it('says how long a key needs nothing, and that other kinds never need anything', async () => {
      await hand.create(service('billing'));
      await hand.create(apiKey('a', { rotation: { every: '10d' }, deliver: [DOTENV] }));
      expect((await hand.fetch(keyRef('a'))).quietUntil).toBe(0);
      await hand.rollOut('a', 1);
      const { quietUntil } = await hand.fetch(keyRef('a'));
      expect(quietUntil).toBeGreaterThanOrEqual(START + 9 * DAY_MS);
      expect(quietUntil).toBeLessThanOrEqual(START + 10 * DAY_MS);
      expect((await hand.fetch(serviceRef('billing'))).quietUntil).toBe(8.64e15);
    });

    it('undoes a refused effect alone among many that are written together', async () => {
      const names = Array.from({ length: 40 }, (_, index) => `k-${index}`);
      const results = await Promise.all(
        names.map((key, index) =>
          hand.mutate({
            kind: 'create',
            declaration: apiKey(key, index % 4 === 0 ? { environment: 'nowhere' } : {}),
            ownership: OURS,
          }),
        ),
      );
      const made = unwrap(await store.survey()).filter(({ ref }) => ref.name.startsWith('k-'));
      expect(results.filter(({ ok }) => ok).length).toBe(30);
      expect(made.length).toBe(30);
      expect(new Set(made.map(({ revision }) => revision)).size).toBe(30);
      await hand.entries();
    });
  });
}

/** A well-formed token with the same id and another secret. */
function forged(token: string): string {
  const { crc32 } = jest.requireActual<typeof import('node:zlib')>('node:zlib');
  const body = `${token.slice(0, 22)}${'x'.repeat(42)}`;
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let rest = crc32(body);
  let checksum = '';
  for (let index = 0; index < 6; index++) {
    checksum = digits[rest % 62] + checksum;
    rest = Math.floor(rest / 62);
  }
  return body + checksum;
}

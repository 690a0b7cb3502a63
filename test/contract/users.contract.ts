/** What every live store promises of people, their keys, teams, roles, spaces and guests. */
import { type Declaration, refOf } from '../../src/domain/objects.js';
import type { Secret } from '../../src/domain/secret.js';
import { DAY_MS } from '../../src/domain/time.js';
import { environment, guest, key, role, service, space, team, user } from '../support/plan-declarations.js';
import { CALLER, DOTENV, OURS, refusal, TestStore, unwrap } from '../support/store.js';
import { type HandClock, START } from '../support/store-world.js';
import type { OpenStore } from './live-store.contract.js';

const userRef = (name: string) => ({ kind: 'User', name }) as const;
const guestRef = { kind: 'Guest', name: 'production/auditor' } as const;

export function peopleContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`people in a live store: ${name}`, () => {
    let hand: TestStore;
    let clock: HandClock;

    beforeEach(async () => {
      const opened = await open();
      clock = opened.clock;
      hand = new TestStore(opened.store, unwrap(await opened.store.acquireLease('ada', 5_000)));
    });
    afterEach(() => hand.store.close());

    /** Gives the code of the refusal, or `done`. */
    async function update(declaration: Declaration): Promise<string> {
      const { revision } = await hand.fetch(refOf(declaration));
      const result = await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision });
      return result.ok ? 'done' : refusal(result);
    }
    async function creating(declaration: Declaration): Promise<string> {
      const result = await hand.mutate({ kind: 'create', declaration, ownership: OURS });
      return result.ok ? 'done' : refusal(result);
    }
    const quiet = async (keyName: string) => (await hand.fetch({ kind: 'ApiKey', name: keyName })).quietUntil;

    /** A key of each level, all made for or by one person; the personal one last. */
    async function keysOfAllLevels(): Promise<readonly Secret[]> {
      await hand.create(service('billing'));
      await hand.create(user('ada'));
      await hand.create(team('data', { user: 'ada', role: 'admin' }));
      const owners = [{ service: 'billing' }, { team: 'data', role: 'admin' }, { tenant: true } as const];
      const tokens: Secret[] = [];
      for (const [index, owner] of [...owners, { user: 'ada@example.com' }].entries()) {
        await hand.create(key(`k${index}`, { owner, rotation: undefined }));
        tokens.push(await hand.rollOut(`k${index}`, 1));
      }
      return tokens;
    }
    const codes = async (tokens: readonly Secret[]) => Promise.all(tokens.map((token) => hand.code(token)));
    const OTHERS_VALID = ['VALID', 'VALID', 'VALID'];

    describe('keys and the person they were made by', () => {
      it('T3–T6, F1, F3: personal keys pause and die with the person, all others stay as they are', async () => {
        const tokens = await keysOfAllLevels();
        expect(await codes(tokens)).toEqual([...OTHERS_VALID, 'VALID']);
        expect(await update(user('ada', { status: 'deactivated' }))).toBe('done');
        expect(await codes(tokens)).toEqual([...OTHERS_VALID, 'OWNER_DEACTIVATED']);
        expect(await update(user('ada'))).toBe('done');
        expect(await codes(tokens)).toEqual([...OTHERS_VALID, 'VALID']);
        unwrap(await hand.store.request({ kind: 'removePerson', object: userRef('ada') }, CALLER));
        expect(await codes(tokens)).toEqual([...OTHERS_VALID, 'OWNER_DELETED']);
        await hand.create(user('ada'));
        expect(await codes(tokens)).toEqual([...OTHERS_VALID, 'OWNER_DELETED']);
      });

      it('stay bound to the person who was invited again neither by name nor by address', async () => {
        await hand.create(user('ada'));
        await hand.create(key('hers', { owner: { user: 'ada' }, rotation: undefined }));
        const token = await hand.rollOut('hers', 1);
        unwrap(await hand.remove(userRef('ada')));
        await hand.create(user('countess', { email: 'ada@example.com' }));
        await hand.create(user('ada', { email: 'other@example.com' }));
        expect(await hand.code(token)).toBe('OWNER_DELETED');
        expect((await hand.fetch({ kind: 'ApiKey', name: 'hers' })).key?.owner).toBe('deleted');
      });

      it('F4: promoting and demoting changes what absent permissions allow, and nothing else', async () => {
        await hand.create(user('ada', { roles: ['member'] }));
        await hand.create(key('follows', { owner: { user: 'ada' }, rotation: undefined }));
        const frozen = { owner: { user: 'ada' }, permissions: ['spaces:read'], rotation: undefined };
        await hand.create(key('frozen', frozen));
        const tokens = [await hand.rollOut('follows', 1), await hand.rollOut('frozen', 1)];
        const allowed = async (permission: string) =>
          Promise.all(tokens.map(async (one) => unwrap(await hand.store.verify(one, { permission })).code));
        const before = [
          await hand.fetch({ kind: 'ApiKey', name: 'follows' }),
          await hand.fetch({ kind: 'ApiKey', name: 'frozen' }),
        ];
        expect(await allowed('keys:revoke')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
        expect(await update(user('ada', { roles: ['owner'] }))).toBe('done');
        expect(await allowed('keys:revoke')).toEqual(['VALID', 'FORBIDDEN']);
        expect(await update(user('ada', { roles: ['member'] }))).toBe('done');
        expect(await allowed('keys:revoke')).toEqual(['FORBIDDEN', 'FORBIDDEN']);
        for (const one of before) {
          const { revision, quietUntil, key: facts } = await hand.fetch(one.ref);
          expect([revision, quietUntil, facts?.owner]).toEqual([one.revision, one.quietUntil, 'active']);
        }
      });

      it('need a look while their person is away, and the log of each key says since when', async () => {
        await hand.create(user('ada'));
        await hand.create(key('hers', { owner: { user: 'ada' }, rotation: undefined, deliver: [] }));
        await hand.rollOut('hers', 1);
        unwrap(await hand.store.claim({ kind: 'ApiKey', name: 'hers' }, CALLER));
        expect(await quiet('hers')).toBeGreaterThan(START);
        const { revision } = await hand.fetch({ kind: 'ApiKey', name: 'hers' });
        await update(user('ada', { status: 'deactivated' }));
        expect(await quiet('hers')).toBe(0);
        // What was planned for the key before can be done: nothing of the key itself has changed.
        expect((await hand.fetch({ kind: 'ApiKey', name: 'hers' })).revision).toBe(revision);
        await update(user('ada'));
        expect(await quiet('hers')).toBeGreaterThan(START);
        unwrap(await hand.remove(userRef('ada')));
        expect(await quiet('hers')).toBe(0);
        const log = unwrap(await hand.store.audit({ object: 'ApiKey/hers' }));
        const actions = log.map(({ action }) => action).filter((action) => action.startsWith('key.owner'));
        expect(actions).toEqual(['key.owner-deactivated', 'key.owner-activated', 'key.owner-deleted']);
      });

      it('do not prevent a removal, and are named among what leans on the person', async () => {
        await hand.create(user('ada'));
        await hand.create(key('hers', { owner: { user: 'ada' }, rotation: undefined }));
        await hand.create(team('data', { user: 'ada' }));
        expect(unwrap(await hand.store.dependents(userRef('ada')))).toEqual([
          { ref: { kind: 'ApiKey', name: 'hers' }, origin: 'declared', endsAt: undefined, diesWithIt: true },
          { ref: { kind: 'Team', name: 'data' }, origin: 'declared', endsAt: undefined },
        ]);
        expect(refusal(await hand.remove(userRef('ada')))).toBe('in_use');
        unwrap(await hand.remove({ kind: 'Team', name: 'data' }));
        unwrap(await hand.remove(userRef('ada')));
      });
    });

    describe('a review of all keys', () => {
      const LIMITS = { staleAfterMs: 90 * DAY_MS, maxAgeMs: 366 * DAY_MS };
      const review = async () => unwrap(await hand.store.review(LIMITS));
      const names = (found: readonly { readonly key: { readonly name: string } }[]) =>
        found.map(({ key: { name: one } }) => one);

      it('F1: names keys tied to a person, with what would miss them if that person left', async () => {
        await hand.create(service('billing'));
        await hand.create(user('ada'));
        await hand.create(key('shared', { rotation: undefined }));
        await hand.create(key('hers', { owner: { user: 'ada' }, rotation: undefined, deliver: [DOTENV] }));
        await hand.rollOut('shared', 1);
        const token = await hand.rollOut('hers', 1);
        clock.advance(DAY_MS);
        await hand.code(token, 'laptop');
        const tied = { key: { kind: 'ApiKey', name: 'hers' }, person: 'ada', lastUsedAt: START + DAY_MS };
        const places = { consumers: ['laptop'], sinks: ['dotenv:secrets/a.env#A_KEY'] };
        expect((await review()).personal).toEqual([{ ...tied, ...places, standing: 'active' }]);
        await update(user('ada', { status: 'deactivated' }));
        expect((await review()).personal[0]?.standing).toBe('deactivated');
        unwrap(await hand.remove(userRef('ada')));
        expect((await review()).personal).toEqual([{ ...tied, ...places, standing: 'deleted' }]);
        unwrap(await hand.remove({ kind: 'ApiKey', name: 'hers' }));
        expect((await review()).personal).toEqual([]);
      });

      it('F17, U11: tells keys never used from those not used for long, and leaves out those in use', async () => {
        await hand.create(service('billing'));
        for (const one of ['never', 'once', 'always', 'sealed'])
          await hand.create(
            key(one, { rotation: undefined, deliver: one === 'sealed' ? undefined : [DOTENV] }),
          );
        const tokens = [
          await hand.rollOut('never', 1),
          await hand.rollOut('once', 1),
          await hand.rollOut('always', 1),
        ];
        await hand.rollOut('sealed', 1);
        expect((await review()).idle).toEqual([]);
        clock.advance(DAY_MS);
        for (const token of tokens.slice(1)) await hand.code(token);
        clock.advance(89 * DAY_MS + 1);
        await hand.code(tokens[2] as Secret);
        expect((await review()).idle).toEqual([
          { key: { kind: 'ApiKey', name: 'never' }, since: START, lastUsedAt: undefined },
        ]);
        clock.advance(DAY_MS);
        expect((await review()).idle).toEqual([
          { key: { kind: 'ApiKey', name: 'never' }, since: START, lastUsedAt: undefined },
          { key: { kind: 'ApiKey', name: 'once' }, since: START, lastUsedAt: START + DAY_MS },
        ]);
        unwrap(await hand.revoke('never', [1]));
        expect(names((await review()).idle)).toEqual(['once']);
      });

      it('F17: names accepted versions that are older than they should be', async () => {
        await hand.create(service('billing'));
        await hand.create(key('old', { rotation: undefined, deliver: [DOTENV] }));
        await hand.rollOut('old', 1);
        clock.advance(200 * DAY_MS);
        await hand.rollOut('old', 2);
        clock.advance(167 * DAY_MS);
        const old = async () => (await review()).old.filter(({ key: { name: one } }) => one === 'old');
        expect(await old()).toEqual([
          { key: { kind: 'ApiKey', name: 'old' }, generation: 1, issuedAt: START },
        ]);
        unwrap(await hand.revoke('old', [1]));
        expect(await old()).toEqual([]);
      });

      it('names keys about to expire that nothing will follow', async () => {
        await hand.create(service('billing'));
        const bare = { rotation: undefined, deliver: [DOTENV] };
        await hand.create(key('long', { ...bare, expiresAfter: '365d' }));
        await hand.create(key('short', { ...bare, expiresAfter: '30d' }));
        await hand.create(key('rotating', { ...bare, expiresAfter: '30d', rotation: { every: '20d' } }));
        for (const one of ['long', 'short', 'rotating']) await hand.rollOut(one, 1);
        clock.advance(26 * DAY_MS);
        expect((await review()).expiring).toEqual([]);
        clock.advance(DAY_MS);
        expect(names((await review()).expiring)).toEqual(['short']);
        clock.advance(324 * DAY_MS);
        expect(names((await review()).expiring)).toEqual(['long']);
        await hand.rollOut('long', 2);
        expect((await review()).expiring).toEqual([]);
      });
    });

    describe('owners', () => {
      it('never come to be none: not by going, by being deactivated, or by another role', async () => {
        expect(refusal(await hand.remove(userRef('owner')))).toBe('conflict');
        const gone = await hand.store.request({ kind: 'removePerson', object: userRef('owner') }, CALLER);
        expect(refusal(gone)).toBe('conflict');
        const email = 'owner@localhost';
        expect(await update(user('owner', { email, roles: ['administrator'] }))).toBe('conflict');
        expect(await update(user('owner', { email, roles: ['owner'], status: 'deactivated' }))).toBe(
          'conflict',
        );
        await hand.create(user('ada', { roles: ['owner'], status: 'deactivated' }));
        expect(refusal(await hand.remove(userRef('owner')))).toBe('conflict');
        await update(user('ada', { roles: ['tenant-owner'] }));
        unwrap(await hand.remove(userRef('owner')));
      });
    });

    describe('teams and roles', () => {
      it('take a role only where it is given', async () => {
        await hand.create(role('log-reader', ['audit:read'], 'tenant'));
        await hand.create(role('analyst', ['spaces:read'], 'team'));
        expect(await creating(user('eve', { roles: ['analyst'] }))).toBe('conflict');
        expect(await creating(user('ada', { roles: ['log-reader'] }))).toBe('done');
        expect(await creating(team('ops', { user: 'ada', role: 'log-reader' }))).toBe('conflict');
        expect(await creating(team('data', { user: 'ada', role: 'analyst' }))).toBe('done');
        const wrong = key('a', { owner: { team: 'data', role: 'log-reader' } });
        expect(await creating(wrong)).toBe('conflict');
      });

      it('have each person once, whichever name they go by', async () => {
        await hand.create(user('ada'));
        expect(await creating(team('data', { user: 'ada' }, { user: 'ada@example.com' }))).toBe('conflict');
      });

      it('let a person go who is removed manually, and keep all others', async () => {
        await hand.create(user('ada'));
        await hand.create(user('bob'));
        await hand.create(team('data', { user: 'ada@example.com', role: 'admin' }, { user: 'bob' }));
        unwrap(await hand.store.request({ kind: 'removePerson', object: userRef('ada') }, CALLER));
        const { declaration } = await hand.fetch({ kind: 'Team', name: 'data' });
        expect(declaration.spec).toEqual({ members: [{ user: 'bob', role: 'viewer' }] });
        expect(unwrap(await hand.store.dependents(userRef('bob')))).toHaveLength(1);
      });

      it('give an address to one person at a time', async () => {
        await hand.create(user('ada'));
        expect(await creating(user('countess', { email: 'ada@example.com' }))).toBe('exists');
        unwrap(await hand.remove(userRef('ada')));
        expect(await creating(user('countess', { email: 'ada@example.com' }))).toBe('done');
      });
    });

    describe('guests', () => {
      const auditor = (...workbooks: readonly string[]) =>
        guest('auditor', {
          expiresAfter: '14d',
          grants: [{ space: 'onboarding', workbooks: [...workbooks] }],
        });

      beforeEach(async () => {
        await hand.create(space('onboarding', 'contacts', 'orders'));
      });

      it('are granted workbooks that there are, in spaces of their environment', async () => {
        expect(await creating(auditor('contact'))).toBe('unknown_reference');
        await hand.create(environment('staging'));
        const { id } = await hand.fetch({ kind: 'Space', name: 'production/onboarding' });
        expect(await creating(guest('a', { environment: 'staging', grants: [{ space: id }] }))).toBe(
          'conflict',
        );
        expect(await creating(guest('b', { grants: [{ space: id, workbooks: ['orders'] }] }))).toBe('done');
        expect(await creating(guest('c', { grants: [{ space: id }, { space: 'onboarding' }] }))).toBe(
          'conflict',
        );
      });

      it('keep a workbook that they are granted from being taken away', async () => {
        await hand.create(auditor('contacts'));
        expect(await update(space('onboarding', 'orders'))).toBe('in_use');
        expect(await update(space('onboarding', 'contacts'))).toBe('done');
        unwrap(await hand.remove(guestRef));
        expect(await update(space('onboarding'))).toBe('done');
      });

      it('F13: expire for good, counted from the first grant, whatever is declared after', async () => {
        await hand.create(guest('auditor', { expiresAfter: '14d' }));
        clock.advance(3 * DAY_MS);
        await update(auditor('contacts'));
        expect(await hand.fetch(guestRef)).toMatchObject({
          grantedAt: START + 3 * DAY_MS,
          quietUntil: START + 17 * DAY_MS,
        });
        clock.advance(13 * DAY_MS);
        expect(await update(auditor('contacts', 'orders'))).toBe('done');
        expect((await hand.fetch(guestRef)).grantedAt).toBe(START + 3 * DAY_MS);
        clock.advance(DAY_MS);
        expect(await update(guest('auditor', { expiresAfter: '90d' }))).toBe('conflict');
      });

      it('F13: come back with what is declared then, and with time of their own', async () => {
        await hand.create(auditor('contacts'));
        const { id } = await hand.fetch(guestRef);
        clock.advance(20 * DAY_MS);
        unwrap(await hand.remove(guestRef));
        await hand.create(guest('auditor', { expiresAfter: '14d' }));
        const again = await hand.fetch(guestRef);
        expect(again.id).not.toBe(id);
        expect(again.grantedAt).toBeUndefined();
        expect(again.declaration.spec).toMatchObject({ grants: [] });
      });
    });
  });
}

/** What every live store promises of changes that people make manually, beside any project. */
import { type Declaration, refOf } from '../../src/domain/objects.js';
import { DAY_MS, formatInstant } from '../../src/domain/time.js';
import { environment, guest, key, role, service, space, team, user } from '../support/plan-declarations.js';
import { CALLER, OURS, refusal, TestStore, unwrap } from '../support/store.js';
import { type HandClock, START } from '../support/store-world.js';
import type { OpenStore } from './live-store.contract.js';

export function byHandContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`manual changes in a live store: ${name}`, () => {
    let hand: TestStore;
    let clock: HandClock;

    beforeEach(async () => {
      const opened = await open();
      clock = opened.clock;
      hand = new TestStore(opened.store, unwrap(await opened.store.acquireLease('ada', 5_000)));
    });
    afterEach(() => hand.store.close());

    const create = (declaration: Declaration) => hand.store.request({ kind: 'create', declaration }, CALLER);
    const remove = (declaration: Declaration) =>
      hand.store.request({ kind: 'remove', object: refOf(declaration) }, CALLER);
    async function update(declaration: Declaration, former = refOf(declaration)) {
      const { revision } = await hand.fetch(former);
      return hand.store.request({ kind: 'update', declaration, revision, former }, CALLER);
    }
    const isLive = async (declaration: Declaration) =>
      unwrap(await hand.store.fetch([refOf(declaration)])).length === 1;

    it('changes what is not declared, and what a project declares, whose it stays', async () => {
      unwrap(await create(service('billing')));
      await hand.create(service('shop'));
      for (const one of ['billing', 'shop']) {
        unwrap(await update(service(one, { description: 'Invoices' })));
        expect((await hand.fetch(refOf(service(one)))).declaration.spec).toMatchObject({
          description: 'Invoices',
        });
      }
      expect((await hand.fetch(refOf(service('shop')))).ownership).toEqual(OURS);
      expect((await hand.fetch(refOf(service('billing')))).ownership).toBeUndefined();
    });

    it('changes only what is as it was seen, and records nothing where nothing changes', async () => {
      unwrap(await create(service('billing')));
      const declaration = service('billing', { description: 'Invoices' });
      const { revision } = await hand.fetch(refOf(declaration));
      const stale = { kind: 'update', declaration, revision: revision - 1 } as const;
      expect(refusal(await hand.store.request(stale, CALLER))).toBe('moved');
      unwrap(await update(declaration));
      const entries = await hand.entries();
      expect(unwrap(await update(declaration)).changed).toBe(false);
      expect(await hand.entries()).toBe(entries);
    });

    it('keeps to the rules that a reconciler keeps to', async () => {
      unwrap(await create(user('ada')));
      unwrap(await create(environment('staging')));
      unwrap(await create(key('app', { owner: { tenant: true } })));
      const moved = key('app', { owner: { tenant: true }, environment: 'staging' });
      expect(refusal(await update(moved))).toBe('conflict');
      expect(refusal(await update(user('ada', { roles: ['nobody'] })))).toBe('unknown_reference');
      expect(refusal(await update(service('nobody'), refOf(user('ada'))))).toBe('conflict');
    });

    it('renames, and what names it follows', async () => {
      unwrap(await create(service('billing')));
      unwrap(await create(key('app', { owner: { service: 'billing' } })));
      unwrap(await update(service('invoices'), refOf(service('billing'))));
      const app = await hand.fetch(refOf(key('app')));
      expect(app.declaration.spec).toMatchObject({ owner: { service: 'invoices' } });
    });

    it('lets another end hold at once for the version that there is, and puts none off that has come', async () => {
      const at = (days: number) => formatInstant(START + days * DAY_MS);
      const owner = { tenant: true } as const;
      unwrap(await create(key('app', { owner, rotation: undefined })));
      const token = await hand.rollOut('app', 1);
      unwrap(await update(key('app', { owner, rotation: undefined, expiresAt: at(2) })));
      unwrap(await update(key('app', { owner, rotation: undefined, expiresAt: at(1) })));
      unwrap(await update(key('app', { owner, rotation: undefined, expiresAt: at(3) })));
      clock.advance(2 * DAY_MS);
      expect(await hand.code(token)).toBe('VALID');
      clock.advance(DAY_MS);
      expect(await hand.code(token)).toBe('EXPIRED');
      unwrap(await update(key('app', { owner, rotation: undefined, expiresAt: at(9) })));
      expect(await hand.code(token)).toBe('EXPIRED');
    });

    it('removes at once what a project declares too: its keys are revoked', async () => {
      await hand.create(key('app', { owner: { tenant: true } }));
      const token = await hand.rollOut('app', 1);
      unwrap(await remove(key('app')));
      expect([await isLive(key('app')), await hand.code(token)]).toEqual([false, 'REVOKED']);
      expect(refusal(await remove(key('app')))).toBe('not_found');
    });

    it('removes nothing that something else needs', async () => {
      unwrap(await create(role('auditor', ['keys:read'], 'team')));
      unwrap(await create(user('ada')));
      unwrap(await create(team('data', { user: 'ada', role: 'auditor' })));
      unwrap(await create(key('app', { owner: { team: 'data' } })));
      for (const needed of [role('auditor', ['keys:read'], 'team'), team('data')])
        expect(refusal(await remove(needed))).toBe('in_use');
      unwrap(await remove(key('app')));
      unwrap(await remove(team('data')));
      unwrap(await remove(role('auditor', ['keys:read'], 'team')));
    });

    it('F1, F13: a person leaves their teams and their keys die; a guest loses every grant', async () => {
      unwrap(await create(user('ada')));
      unwrap(await create(team('data', { user: 'ada', role: 'admin' })));
      unwrap(await create(key('hers', { owner: { user: 'ada' } })));
      const token = await hand.rollOut('hers', 1);
      unwrap(await remove(user('ada')));
      expect(await hand.code(token)).toBe('OWNER_DELETED');
      expect((await hand.fetch(refOf(team('data')))).declaration.spec).toMatchObject({ members: [] });
      unwrap(await create(space('onboarding')));
      const auditor = guest('auditor', { grants: [{ space: 'onboarding' }] });
      unwrap(await create(auditor));
      unwrap(await remove(auditor));
      expect(await isLive(auditor)).toBe(false);
      unwrap(await remove(space('onboarding')));
    });

    it('leaves the account an owner', async () => {
      const owner = { kind: 'User', name: 'owner' } as const;
      expect(refusal(await hand.store.request({ kind: 'remove', object: owner }, CALLER))).toBe('conflict');
    });
  });
}

/** What every served store keeps of what projects applied last, whatever people change manually. */
import { type Declaration, refOf } from '../../src/domain/objects.js';
import type { Applied } from '../../src/ports/applied.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { key, service, team, user } from '../support/plan-declarations.js';
import { CALLER, OURS, TestStore, unwrap } from '../support/store.js';

export interface OpenApplied {
  readonly store: LiveStore;
  readonly applied: Applied;
}

export function appliedContract(name: string, open: () => Promise<OpenApplied>): void {
  describe(`what was applied last: ${name}`, () => {
    let hand: TestStore;
    let applied: Applied;

    beforeEach(async () => {
      const opened = await open();
      applied = opened.applied;
      hand = new TestStore(opened.store, unwrap(await opened.store.acquireLease('ada', 5_000)));
    });
    afterEach(() => hand.store.close());

    const before = service('billing', { description: 'Invoices' });
    const after = service('billing', { description: 'Who knows' });

    const known = async (): Promise<readonly Declaration[]> => unwrap(await applied.by(OURS));
    const revisionOf = async (declaration: Declaration) => (await hand.fetch(refOf(declaration))).revision;
    async function changeByHand(declaration: Declaration, former = declaration) {
      const revision = await revisionOf(former);
      const change = { kind: 'update', declaration, revision, former: refOf(former) } as const;
      unwrap(await hand.store.request(change, CALLER));
    }
    const manualRemove = async (declaration: Declaration) =>
      unwrap(await hand.store.request({ kind: 'remove', object: refOf(declaration) }, CALLER));
    async function apply(declaration: Declaration) {
      const revision = await revisionOf(declaration);
      unwrap(await hand.mutate({ kind: 'update', declaration, ownership: OURS, revision }));
    }

    it('is what is live, as long as nothing is changed manually', async () => {
      await hand.create(before);
      await apply(after);
      unwrap(await hand.store.request({ kind: 'create', declaration: service('theirs') }, CALLER));
      expect(await known()).toEqual([after]);
      expect(unwrap(await applied.owners())).toEqual([OURS]);
      expect(unwrap(await applied.by({ ...OURS, manager: 'terraform:x' }))).toEqual([]);
    });

    it('stays what it was through manual changes, until it is applied again', async () => {
      await hand.create(before);
      await changeByHand(service('billing', { description: 'Something' }));
      await changeByHand(after);
      expect(await known()).toEqual([before]);
      await changeByHand(before);
      expect(await known()).toEqual([before]);
      await changeByHand(after);
      const next = service('billing', { description: 'Next' });
      await apply(next);
      expect(await known()).toEqual([next]);
    });

    it('has what was removed manually, until it is made anew, and not what a reconciler removed', async () => {
      await hand.create(before);
      await hand.create(key('app', { owner: { tenant: true } }));
      await manualRemove(key('app'));
      await manualRemove(before);
      expect((await known()).map(refOf)).toEqual([refOf(key('app')), refOf(before)]);
      await hand.create(after);
      expect((await known()).map(refOf)).toEqual([refOf(key('app')), refOf(after)]);
      unwrap(await hand.remove(refOf(after)));
      expect((await known()).map(refOf)).toEqual([refOf(key('app'))]);
      expect(unwrap(await applied.owners())).toEqual([OURS]);
    });

    it('is what was adopted, once an object of a name that was removed is', async () => {
      await hand.create(before);
      await manualRemove(before);
      unwrap(await hand.store.request({ kind: 'create', declaration: after }, CALLER));
      expect(await known()).toEqual([before]);
      const adopting = { kind: 'adopt', object: refOf(after), ownership: OURS } as const;
      unwrap(await hand.mutate({ ...adopting, revision: await revisionOf(after) }));
      expect(await known()).toEqual([after]);
    });

    it('follows a rename that is applied, and no manual rename', async () => {
      const app = (owner: string) => key('app', { owner: { service: owner } });
      await hand.create(service('billing'));
      await hand.create(app('billing'));
      await changeByHand(key('app', { owner: { service: 'billing' }, permissions: ['keys:read'] }));
      const shop = service('shop');
      const former = refOf(service('billing'));
      const revision = await revisionOf(service('billing'));
      unwrap(await hand.mutate({ kind: 'update', declaration: shop, ownership: OURS, revision, former }));
      expect(await known()).toEqual([app('shop'), shop]);
      await changeByHand(service('theirs'), shop);
      expect(await known()).toEqual([app('shop'), shop]);
    });

    it('keeps a person in their teams who was removed manually', async () => {
      const members = team('data', { user: 'ada', role: 'admin' });
      await hand.create(user('ada'));
      await hand.create(members);
      await manualRemove(user('ada'));
      expect(await known()).toEqual([members, user('ada')]);
    });
  });
}

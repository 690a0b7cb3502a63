/** What every live store promises of renames: the object stays itself, and what names it follows at once. */
import { type Declaration, type ObjectRef, refOf, withName } from '../../src/domain/objects.js';
import type { Secret } from '../../src/domain/secret.js';
import { DAY_MS } from '../../src/domain/time.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { key, role, service, team, user } from '../support/plan-declarations.js';
import { declared } from '../support/random-kinds.js';
import { environment, OURS, refusal, TestStore, unwrap } from '../support/store.js';
import type { HandClock } from '../support/store-world.js';
import type { OpenStore } from './live-store.contract.js';

export function renameContract(name: string, open: () => Promise<OpenStore>): void {
  describe(`renames in a live store: ${name}`, () => {
    let store: LiveStore;
    let hand: TestStore;
    let clock: HandClock;

    beforeEach(async () => {
      const opened = await open();
      ({ store, clock } = opened);
      hand = new TestStore(store, unwrap(await store.acquireLease('ada', 5_000)));
    });
    afterEach(() => store.close());

    const rename = async (former: ObjectRef, declaration: Declaration) => {
      const { revision } = await hand.fetch(former);
      return hand.mutate({ kind: 'update', declaration, ownership: OURS, revision, former });
    };
    const live = async (): Promise<readonly string[]> =>
      unwrap(await store.survey()).flatMap(({ ref, origin }) =>
        origin === 'declared' ? [`${ref.kind}/${ref.name}`] : [],
      );
    const actionsOf = async (object: string): Promise<readonly string[]> =>
      unwrap(await store.audit({ object })).map(({ action }) => action);
    const spec = async (ref: ObjectRef) => (await hand.fetch(ref)).declaration.spec;

    it('keeps id, versions, tokens, use and what was delivered', async () => {
      const before = key('old', { owner: { tenant: true } });
      await hand.create(before);
      const token = await hand.rollOut('old', 1);
      expect(await hand.code(token, 'checkout')).toBe('VALID');
      const was = await hand.fetch(refOf(before));
      const renamed = unwrap(await rename(refOf(before), withName(before, 'new')));
      const is = await hand.fetch({ kind: 'ApiKey', name: 'new' });
      expect({ ...is, ref: was.ref, declaration: was.declaration }).toEqual({
        ...was,
        digest: is.digest,
        revision: renamed.revision,
        quietUntil: is.quietUntil,
      });
      expect(unwrap(await store.verify(token, {})).key).toMatchObject({ keyId: was.id, name: 'new' });
      expect(await live()).toEqual(['ApiKey/new']);
    });

    it('frees the old name at once, and says no when the new one is taken', async () => {
      await hand.create(service('billing'));
      const former = refOf(service('billing'));
      unwrap(await rename(former, service('invoicing')));
      await hand.create(service('billing'));
      expect(refusal(await rename(former, service('invoicing')))).toBe('exists');
      expect(await live()).toEqual(['Service/billing', 'Service/invoicing']);
    });

    it('changes nothing when it is asked for again, and says moved when the object is not as it was seen', async () => {
      await hand.create(service('billing'));
      const former = refOf(service('billing'));
      const { revision } = await hand.fetch(former);
      const mutation = {
        kind: 'update',
        declaration: service('invoicing'),
        ownership: OURS,
        revision,
        former,
      } as const;
      expect(refusal(await hand.mutate({ ...mutation, revision: revision - 1 }))).toBe('moved');
      const first = unwrap(await hand.mutate(mutation));
      const entries = await hand.entries();
      expect(unwrap(await hand.mutate(mutation))).toEqual({ revision: first.revision, changed: false });
      expect(await hand.entries()).toBe(entries);
    });

    it('tells the story of an object under its new name from the beginning, and both names in the log', async () => {
      await hand.create(service('a'));
      unwrap(await rename(refOf(service('a')), service('b')));
      unwrap(await rename(refOf(service('b')), service('c')));
      await hand.create(service('a'));
      expect(await actionsOf('Service/c')).toEqual([
        'object.created',
        'object.renamed',
        'object.renamed',
        'object.renamed',
        'object.renamed',
      ]);
      const [, to, from] = unwrap(await store.audit({ object: 'Service/c' }));
      expect([to?.object, to?.detail['to'], from?.object, from?.detail['from']]).toEqual([
        'Service/a',
        'b',
        'Service/b',
        'a',
      ]);
      expect(await actionsOf('Service/a')).toEqual(['object.created', 'object.renamed', 'object.created']);
      const [first] = unwrap(await store.audit({ object: 'Service/c', limit: 1 }));
      expect(unwrap(await store.audit({ object: 'Service/c', since: first?.seq ?? 0 }))).toHaveLength(4);
      unwrap(await store.verifyAudit());
    });

    it('lets keys keep working whose service, team or role is renamed, and those that are on their way out', async () => {
      await hand.create(service('billing', { permissions: ['spaces:read'] }));
      await hand.create(role('reader', ['audit:read'], 'team'));
      await hand.create(team('data'));
      const keys = [
        key('of-service', { owner: { service: 'billing' } }),
        key('of-team', { owner: { team: 'data', role: 'reader' } }),
        key('leaving', { owner: { service: 'billing' } }),
      ];
      for (const one of keys) await hand.create(one);
      const tokens: Secret[] = [];
      for (const one of keys) tokens.push(await hand.rollOut(one.metadata.name, 1));
      unwrap(await hand.remove({ kind: 'ApiKey', name: 'leaving' }, DAY_MS));
      const ownerNow = async () =>
        Promise.all(
          tokens.map(async (token) => {
            const { code, key: found } = unwrap(await store.verify(token, {}));
            return [code, found?.owner, found?.permissions];
          }),
        );
      const before = await ownerNow();
      unwrap(await rename(refOf(service('billing')), service('invoicing', { permissions: ['spaces:read'] })));
      unwrap(await rename({ kind: 'Role', name: 'reader' }, role('auditor', ['audit:read'], 'team')));
      unwrap(await rename(refOf(team('data')), team('insight')));
      expect(await ownerNow()).toEqual([
        ['VALID', 'service:invoicing', before[0]?.[2]],
        ['VALID', 'team:insight', before[1]?.[2]],
        ['VALID', 'service:invoicing', before[2]?.[2]],
      ]);
      expect(await spec({ kind: 'ApiKey', name: 'of-team' })).toMatchObject({
        owner: { team: 'insight', role: 'auditor' },
      });
      const refuse = await hand.remove({ kind: 'Service', name: 'invoicing' });
      expect(refusal(refuse)).toBe('in_use');
    });

    it('keeps a person’s keys and memberships, named by name or by address', async () => {
      await hand.create(user('ada'));
      await hand.create(user('bob'));
      await hand.create(declared('Team', 'data', { members: [{ user: 'ada' }, { user: 'bob' }] }));
      await hand.create(declared('Team', 'ops', { members: [{ user: 'ada@example.com' }] }));
      await hand.create(key('mine', { owner: { user: 'ada' } }));
      const token = await hand.rollOut('mine', 1);
      const ops = await hand.fetch({ kind: 'Team', name: 'ops' });
      unwrap(await rename(refOf(user('ada')), withName(user('ada'), 'zoe')));
      expect(await hand.code(token)).toBe('VALID');
      expect(await spec({ kind: 'ApiKey', name: 'mine' })).toMatchObject({ owner: { user: 'zoe' } });
      expect(await spec({ kind: 'Team', name: 'data' })).toMatchObject({
        members: [{ user: 'bob' }, { user: 'zoe' }],
      });
      expect(await hand.fetch({ kind: 'Team', name: 'ops' })).toEqual(ops);
      const dependents = unwrap(await store.dependents({ kind: 'User', name: 'zoe' }));
      expect(dependents.map(({ ref }) => `${ref.kind}/${ref.name}`).sort()).toEqual([
        'ApiKey/mine',
        'Team/data',
        'Team/ops',
      ]);
    });

    it('renames an environment with its automatic keys, and all that lives in it', async () => {
      await hand.create(environment('staging'));
      await hand.create(declared('Space', 'room', { environment: 'staging', workbooks: ['one'] }));
      const eve = (home: string) =>
        declared('Guest', 'eve', {
          environment: home,
          email: 'eve@example.com',
          grants: [{ space: 'room', workbooks: ['one'] }],
        });
      await hand.create(eve('staging'));
      await hand.create(key('app', { environment: 'staging', owner: { tenant: true } }));
      const token = await hand.rollOut('app', 1);
      const automatic = unwrap(
        await store.claim({ kind: 'ApiKey', name: 'staging-pk' }, { actor: 'ada', path: 'test' }),
      );
      const app = await hand.fetch({ kind: 'ApiKey', name: 'app' });
      unwrap(await rename({ kind: 'Environment', name: 'staging' }, environment('preview')));

      const names = unwrap(await store.survey()).map(({ ref }) => `${ref.kind}/${ref.name}`);
      expect(names.filter((one) => /staging|preview/.test(one))).toEqual([
        'ApiKey/preview-pk',
        'ApiKey/preview-sk',
        'Environment/preview',
        'Guest/preview/eve',
        'Space/preview/room',
      ]);
      expect(unwrap(await store.verify(token, { environment: 'preview' })).code).toBe('VALID');
      expect(unwrap(await store.verify(token, { environment: 'staging' })).code).toBe('WRONG_ENVIRONMENT');
      expect(unwrap(await store.verify(automatic, {})).key).toMatchObject({
        name: 'preview-pk',
        environment: 'preview',
      });
      expect((await hand.fetch({ kind: 'ApiKey', name: 'app' })).revision).toBe(app.revision);
      expect(await hand.fetch({ kind: 'Guest', name: 'preview/eve' })).toMatchObject({
        declaration: eve('preview'),
      });
      const [resolved] = unwrap(await store.resolve([{ kind: 'Guest', name: 'preview/eve@example.com' }]));
      expect(resolved).toEqual({ kind: 'Guest', name: 'preview/eve' });
      expect(refusal(await hand.remove({ kind: 'Space', name: 'preview/room' }))).toBe('in_use');
      expect(await actionsOf('Guest/preview/eve')).toEqual([
        'object.created',
        'object.renamed',
        'object.renamed',
      ]);
      unwrap(await store.verifyAudit());
      clock.advance(1);
      await hand.create(environment('staging'));
    });
  });
}

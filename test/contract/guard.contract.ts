/** What every live store promises of the guards of projects: it holds them against every caller. Run against each engine. */
import { coverOf, coverOfSettings, type ProjectSettings } from '../../src/domain/approval.js';
import type { Fault } from '../../src/domain/errors.js';
import type { Declaration } from '../../src/domain/objects.js';
import type { Result } from '../../src/domain/result.js';
import type { LiveStore, Mutation } from '../../src/ports/live-store.js';
import { role, user } from '../support/plan-declarations.js';
import {
  apiKey,
  CALLER,
  keyRef,
  OURS,
  refusal,
  service,
  serviceRef,
  type TestStore,
  unwrap,
} from '../support/store.js';
import { handOn } from '../support/store-folder.js';

const GUARDED: ProjectSettings = {
  project: 'acme',
  guard: { requireApproval: ['production'] },
  permissions: [],
};

const codeOf = <T>(result: Result<T>): Fault['code'] | 'done' => (result.ok ? 'done' : result.error.code);

export function guardContract(openStore: () => Promise<LiveStore>): void {
  let hand: TestStore;
  beforeEach(async () => {
    hand = await handOn(await openStore());
  });

  const declare = (settings: ProjectSettings, more: object = {}) =>
    hand.store.declareProject(settings, hand.lease, { ...CALLER, ...more });
  const mutate = (mutation: Mutation, more: object = {}) =>
    hand.store.mutate(mutation, hand.lease, { ...CALLER, ...more });
  const creating = (declaration: Declaration): Mutation => ({ kind: 'create', declaration, ownership: OURS });
  const approve = (digest: string, covers: readonly string[], allowRemovals?: number) =>
    hand.store.approve({ digest, project: 'acme', covers, allowRemovals }, CALLER);

  test('keeps what a project declares of itself, and says whether that is new', async () => {
    expect(unwrap(await declare(GUARDED))).toBe(true);
    expect(unwrap(await declare(GUARDED))).toBe(false);
    expect(unwrap(await hand.store.projects())).toEqual([GUARDED]);
  });

  test('a protected environment: nothing changes that no approved plan covers; elsewhere no approval is needed', async () => {
    unwrap(await declare(GUARDED));
    const [app, other] = [creating(apiKey('app')), creating(apiKey('other'))];
    expect(codeOf(await mutate(app))).toBe('approval_required');
    expect(codeOf(await mutate(app, { approval: 'unknown' }))).toBe('approval_required');
    unwrap(await approve('plan-1', [coverOf({ kind: 'create', declaration: apiKey('app') })]));
    expect(codeOf(await mutate(other, { approval: 'plan-1' }))).toBe('approval_required');
    const wider = creating(apiKey('app', { permissions: ['keys:write'] }));
    expect(codeOf(await mutate(wider, { approval: 'plan-1' }))).toBe('approval_required');
    expect(codeOf(await mutate(app, { approval: 'plan-1' }))).toBe('done');
    expect(codeOf(await mutate(creating(apiKey('elsewhere', { environment: 'development' }))))).toBe('done');
    expect(codeOf(await mutate(creating(service('billing'))))).toBe('done');
  });

  test('a protected environment: upkeep needs no approval, an early end does', async () => {
    await hand.create(apiKey('app'));
    unwrap(await hand.issue('app', 1));
    unwrap(await declare(GUARDED));
    // What was begun is finished; the same request again is no other.
    expect(codeOf(await hand.issue('app', 1))).toBe('done');
    expect(codeOf(await hand.promote('app', 1))).toBe('done');
    // Nothing is due.
    expect(codeOf(await hand.issue('app', 2))).toBe('approval_required');
    const asked = { kind: 'requestRotation', object: keyRef('app') } as const;
    expect(codeOf(await hand.store.request(asked, CALLER))).toBe('approval_required');
    unwrap(await hand.store.request(asked, { ...CALLER, isApproved: true }));
    expect(codeOf(await hand.issue('app', 2))).toBe('done');
    expect(codeOf(await hand.promote('app', 2))).toBe('done');
    expect(codeOf(await hand.revoke('app', [1]))).toBe('done');
    expect(codeOf(await hand.revoke('app', [2]))).toBe('approval_required');
  });

  test('a protected environment: revoke --now waits for a yes, an emergency stop does not', async () => {
    await hand.create(apiKey('app'));
    await hand.rollOut('app', 1);
    unwrap(await declare(GUARDED));
    const now = { kind: 'revoke', object: keyRef('app'), overlapMs: 0 } as const;
    expect(codeOf(await hand.store.request(now, CALLER))).toBe('approval_required');
    unwrap(await hand.store.request({ kind: 'deactivate', object: keyRef('app') }, CALLER));
    expect(codeOf(await hand.store.request({ kind: 'activate', object: keyRef('app') }, CALLER))).toBe(
      'approval_required',
    );
    unwrap(await hand.store.request(now, { ...CALLER, isApproved: true }));
  });

  test('break-glass: continues with a reason, which the log shows', async () => {
    unwrap(await declare(GUARDED));
    const app = creating(apiKey('app'));
    expect(codeOf(await mutate(app, { breakGlass: ' ' }))).toBe('bad_request');
    expect(codeOf(await mutate(app, { breakGlass: 'checkout is down' }))).toBe('done');
    const log = unwrap(await hand.store.audit({ object: 'ApiKey/app' }));
    expect(log.map(({ action, detail }) => [action, detail['reason']])).toEqual([
      ['guard.broken', 'checkout is down'],
      ['object.created', undefined],
    ]);
  });

  test('a guard is weakened by an approved plan alone, and made stricter by any caller who applies', async () => {
    unwrap(await declare({ ...GUARDED, guard: {} }));
    unwrap(await declare(GUARDED));
    const weaker = { ...GUARDED, guard: {} };
    expect(codeOf(await declare(weaker))).toBe('approval_required');
    unwrap(await approve('plan-1', [coverOfSettings(weaker)]));
    expect(unwrap(await declare(weaker, { approval: 'plan-1' }))).toBe(true);
  });

  test('removals: no more than the project allows within an hour, in however many runs', async () => {
    for (let nth = 0; nth < 8; nth++) await hand.create(service(`service-${nth}`));
    unwrap(await declare({ project: 'acme', guard: { maxRemovalsMin: 3 }, permissions: [] }));
    const removing = async (nth: number, more: object = {}) => {
      const { revision } = await hand.fetch(serviceRef(`service-${nth}`));
      return mutate({ kind: 'delete', object: serviceRef(`service-${nth}`), overlapMs: 0, revision }, more);
    };
    expect([codeOf(await removing(0)), codeOf(await removing(1))]).toEqual(['done', 'done']);
    expect(codeOf(await removing(2))).toBe('refused');
    unwrap(await approve('plan-1', [], 4));
    expect(codeOf(await removing(2, { approval: 'plan-1' }))).toBe('done');
    expect(codeOf(await removing(3, { approval: 'plan-1' }))).toBe('done');
    expect(codeOf(await removing(4, { approval: 'plan-1' }))).toBe('refused');
  });

  test('removals: taking objects over into another project counts, for that one may have no guard', async () => {
    for (let nth = 0; nth < 8; nth++) await hand.create(service(`service-${nth}`));
    unwrap(await declare({ project: 'acme', guard: { maxRemovalsMin: 3 }, permissions: [] }));
    const taking = async (nth: number) => {
      const object = serviceRef(`service-${nth}`);
      const { revision } = await hand.fetch(object);
      const ownership = { project: 'mine', manager: 'documents' };
      return codeOf(await mutate({ kind: 'adopt', object, ownership, revision }));
    };
    expect([await taking(0), await taking(1), await taking(2)]).toEqual(['done', 'done', 'refused']);
  });

  test('administrators: as many remain as the project wants, whichever person is removed and however', async () => {
    for (const name of ['ada', 'bob']) await hand.create(user(name, { roles: ['administrator'] }));
    unwrap(await declare({ project: 'acme', guard: { minAdministrators: 3 }, permissions: [] }));
    const gone = { kind: 'removePerson', object: { kind: 'User', name: 'ada' } } as const;
    expect(codeOf(await hand.store.request(gone, CALLER))).toBe('refused');
    expect(codeOf(await hand.remove({ kind: 'User', name: 'bob' }))).toBe('refused');
    await hand.create(user('eve', { roles: ['administrator'] }));
    expect(codeOf(await hand.store.request(gone, CALLER))).toBe('done');
  });

  test('permissions: an unknown word is refused with the nearest, until a project declares it', async () => {
    const slip = await mutate(creating(role('reader', ['spaces:raed'])));
    expect(slip.ok ? '' : slip.error.message).toContain('did you mean spaces:read?');
    const clerk = creating(role('clerk', ['invoices:read']));
    expect(refusal(await mutate(clerk))).toBe('bad_request');
    unwrap(await declare({ project: 'acme', guard: {}, permissions: ['invoices:read'] }));
    expect(codeOf(await mutate(clerk))).toBe('done');
    expect(codeOf(await mutate(creating(apiKey('app', { permissions: ['invoices:raed'] }))))).toBe(
      'bad_request',
    );
    expect(codeOf(await mutate(creating(service('billing', { permissions: ['invoices:read'] }))))).toBe(
      'done',
    );
  });

  test('names: none begins as ids do', async () => {
    const declaration = { ...service('a'), metadata: { name: 'us_svc_0123456789abcdef' } };
    expect(refusal(await hand.store.request({ kind: 'create', declaration }, CALLER))).toBe('bad_request');
  });
}

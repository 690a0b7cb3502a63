/** One pass of the controller: what it does, what it leaves undone, and when it wants to look again. */

import type { Documents } from '../../src/controller/documents.js';
import { fault } from '../../src/domain/errors.js';
import { ok, type Result } from '../../src/domain/result.js';
import { NEVER } from '../../src/domain/time.js';
import { unwrap } from '../support/apply-world.js';
import { APP, app, type PassTestWorld, PLACE, passWorld } from '../support/pass-world.js';
import { environment, service } from '../support/plan-declarations.js';

let world: PassTestWorld;
beforeEach(async () => {
  world = await passWorld();
});
afterEach(() => world.close());

const settled = async (): Promise<void> => {
  await world.pass();
  expect((await world.pass()).plan.steps).toEqual([]);
};

test('brings the world to what is declared, and then has nothing to do', async () => {
  world.declare(app());
  const first = await world.pass();
  expect(first.report?.summary).toMatchObject({ failed: 0, notAttempted: 0 });
  expect(await world.isGood(world.token())).toBe(true);
  expect(first.wakeAt).toBe(first.plan.now);

  const second = await world.pass();
  expect(second).toMatchObject({ report: undefined, heldBack: [], plan: { steps: [] } });
});

test('wants to look again when the next rotation is due, and never where nothing falls due', async () => {
  world.declare(app({ rotation: undefined }));
  await settled();
  expect((await world.pass()).wakeAt).toBe(NEVER);

  world.declare(app({ rotation: { every: '10d' } }));
  await settled();
  const { wakeAt, plan } = await world.pass();
  world.clock.set(wakeAt - 1);
  expect((await world.pass()).report).toBeUndefined();
  world.clock.set(wakeAt);
  expect((await world.pass()).report?.summary.succeeded).toBeGreaterThan(0);
  expect(wakeAt).toBeGreaterThan(plan.now);
});

test('wants to look again when what it waits for can have come', async () => {
  world.declare(app({ rotation: { every: '10d', handover: 'timed', overlap: '1h' } }));
  await settled();
  unwrap(await world.store.request({ kind: 'requestRotation', object: APP }, { actor: 'ada', path: 'cli' }));
  world.clock.advance(1);
  await world.pass();
  const start = world.clock.now();
  for (let passes = 0; passes < 5; passes++) {
    const { wakeAt } = await world.pass();
    expect(wakeAt).toBeGreaterThan(world.clock.now() - 1);
    if ((await world.versions())[0]?.revokedAt !== undefined) break;
    world.clock.set(wakeAt);
  }
  expect((await world.versions())[0]?.revokedAt).toBe(start + 3_600_000);
});

test('does nothing at all when the documents have errors, and hands them on', async () => {
  world.declare(app());
  await settled();
  const problems = [{ position: { file: 'specs/a.yaml', line: 1, column: 2 }, message: 'broken' }];
  world.fail({ fault: fault('invalid_documents', 'one error'), problems });
  expect(await world.run()).toMatchObject({ ok: false, error: { problems } });
  expect(await world.isGood(world.token())).toBe(true);
});

test('does nothing at all when the documents name what is neither declared nor live', async () => {
  const problem = {
    position: { file: 'specs/a.yaml', line: 1, column: 2 },
    message: 'there is no Service "x"',
  };
  world.declare(app());
  const documents = await world.resting(NEVER)();
  const unresolved = (isLive: (ref: typeof APP) => boolean) => (isLive(APP) ? [] : [problem]);
  const named = { ...unwrap(documents as Result<Documents>), unresolved };
  expect(await world.run({ documents: async () => ok(named) })).toMatchObject({
    error: { fault: { code: 'invalid_documents' }, problems: [problem] },
  });
  expect(await world.versions()).toEqual([]);
});

test('carries out what the documents say once it has the lease, not what they said when it asked for it', async () => {
  world.declare(app());
  const former = await world.resting(NEVER)();
  world.declare([...app(), environment('staging')]);
  const newest = await world.resting(NEVER)();
  const reads = [former, newest];
  await world.pass({ documents: async () => reads.shift() ?? newest });
  expect(unwrap(await world.store.fetch([{ kind: 'Environment', name: 'staging' }]))).toHaveLength(1);
});

test('waits while another process holds the lease, and gives it back after its own work', async () => {
  world.declare(app());
  const other = unwrap(await world.store.acquireLease('apply', 5_000));
  expect(await world.run()).toMatchObject({ ok: false, error: { fault: { code: 'locked' } } });
  expect(await world.versions()).toEqual([]);
  unwrap(await world.store.releaseLease(other));
  await world.pass();
  unwrap(await world.store.acquireLease('apply', 5_000));
});

describe('a key revoked manually', () => {
  beforeEach(async () => {
    world.declare(app());
    await settled();
    await world.revokeByHand();
  });

  test('is issued anew where drift is healed', async () => {
    await world.pass({ drift: 'heal' });
    expect(await world.isGood(world.token())).toBe(true);
  });

  test('is reported with who did it, and not issued anew, where drift is reported', async () => {
    for (let passes = 0; passes < 3; passes++) {
      expect((await world.pass()).heldBack).toMatchObject([
        { object: APP, reason: 'ChangedManually', cause: { actor: 'ada', path: 'cli:revoke' } },
      ]);
    }
    expect(await world.versions()).toHaveLength(1);
  });

  test('is reported still after the documents changed something else of the world', async () => {
    world.declare([...app(), environment('staging')]);
    const outcome = await world.pass();
    expect(outcome.report?.summary.succeeded).toBe(1);
    expect(outcome.heldBack).toMatchObject([{ object: APP, reason: 'ChangedManually' }]);
  });

  test('is issued anew when its declaration changes, for that is what its owner wants now', async () => {
    world.declare(app({ permissions: ['spaces:read'] }));
    await world.pass();
    expect(await world.isGood(world.token())).toBe(true);
  });
});

test('a place emptied manually is reported or healed, and a place that was declared anew is filled in both', async () => {
  world.declare(app());
  await settled();
  world.place.write('app.env', '');
  expect((await world.pass()).heldBack).toMatchObject([
    { object: APP, reason: 'ChangedManually', cause: undefined },
  ]);
  expect(world.place.text('app.env')).toBe('');
  await world.pass({ drift: 'heal' });
  expect(await world.isGood(world.token())).toBe(true);

  const second = { file: { path: 'second.key', format: 'raw' as const } };
  world.declare(app({ deliver: [PLACE, second] }));
  await settled();
  expect(world.place.text('second.key').trim()).toBe(world.token().reveal());
});

test('rotations that are due and asked for continue where drift is reported', async () => {
  world.declare(app({ rotation: { every: '10d' }, expiresAfter: '30d' }));
  await settled();
  world.clock.advance(10 * 86_400_000);
  await world.pass();
  expect(await world.versions()).toHaveLength(2);
  world.clock.advance(25 * 86_400_000);
  await world.pass();
  expect((await world.versions()).length).toBeGreaterThan(2);
  expect(await world.isGood(world.token())).toBe(true);
});

describe('an environment that requires approval', () => {
  const guard = { requireApproval: ['production'] };
  const declared = (spec: Parameters<typeof app>[0] = {}) => [
    environment('production', { isProd: true }),
    ...app(),
    ...app({ ...spec, environment: 'production', deliver: undefined })
      .slice(2)
      .map((one) => ({ ...one, metadata: { name: 'prod' } }) as typeof one),
  ];

  test('is left as it is until it is approved, and the rest continues', async () => {
    world.declare(declared(), guard);
    const { heldBack: withheld, plan } = await world.pass();
    expect(await world.isGood(world.token())).toBe(true);
    expect(withheld.map(({ object, reason }) => [object.name, reason])).toContainEqual([
      'prod',
      'ApprovalRequired',
    ]);
    expect(plan.approvals).toEqual(['production']);
    const again = await world.pass();
    expect(again.plan.digest).not.toBe(plan.digest);
    expect((await world.pass()).plan.digest).toBe(again.plan.digest);
  });
});

test('a removal waits until the documents have rested, and everything else does not', async () => {
  world.declare(app());
  await settled();
  world.declare([...app().slice(0, 2), environment('staging')]);
  const early = await world.pass({ documents: world.resting(500) });
  expect(early.heldBack).toMatchObject([{ object: APP, reason: 'DocumentsChanging' }]);
  expect(early.report?.summary.succeeded).toBe(1);
  expect((await world.pass({ documents: world.resting(500) })).wakeAt).toBe(world.clock.now() + 1_500);

  const late = await world.pass({ documents: world.resting(2_000) });
  expect([late.heldBack, late.report?.summary.succeeded]).toEqual([[], 1]);
});

test('says what is not as declared and no step of it mends, and whether live or the documents moved', async () => {
  world.declare(app({ rotation: undefined, expiresAfter: '1h' }));
  await settled();
  expect((await world.pass()).differences).toEqual([]);
  world.clock.advance(3_600_001);
  expect((await world.pass()).differences).toMatchObject([
    { object: APP, status: 'drifted', reason: 'KeyExpired' },
  ]);
  world.declare([]);
  expect((await world.pass()).differences).toMatchObject([
    { object: undefined, status: 'not-applied', reason: 'EmptiedConfiguration' },
  ]);
});

test('what is left as it was changed has drifted, and one that waits for approval is not applied', async () => {
  world.declare(app());
  await settled();
  await world.revokeByHand();
  expect((await world.pass()).differences).toMatchObject([
    { object: APP, status: 'drifted', cause: { actor: 'ada' } },
  ]);
  await world.pass({ drift: 'heal' });
  expect((await world.pass()).differences).toEqual([]);
  world.declare(app({ permissions: ['spaces:read'] }), { requireApproval: ['development'] });
  expect((await world.pass()).differences).toMatchObject([{ object: APP, status: 'not-applied' }]);
});

test('a key that is replaced keeps working until the new one is used, and what it needed goes after it', async () => {
  world.declare([...app(), service('crm')]);
  await settled();
  const old = world.token();
  world.declare([environment('development'), service('crm'), ...app({ owner: { service: 'crm' } }).slice(2)]);
  await world.pass();
  const rest = await world.pass();
  expect(world.token().reveal()).not.toBe(old.reveal());
  expect(rest.differences).toMatchObject([{ reason: 'DependentsRemain', object: { name: 'billing' } }]);
  world.clock.advance(30 * 86_400_000);
  await world.pass();
  expect([await world.isGood(old), await world.isGood(world.token())]).toEqual([true, true]);
  world.clock.advance(2 * 86_400_000);
  for (let passes = 0; passes < 3; passes++) await world.pass();
  expect([await world.isGood(old), await world.isGood(world.token())]).toEqual([false, true]);
  expect((await world.pass()).differences).toEqual([]);
  expect(unwrap(await world.store.survey()).map(({ ref }) => ref.name)).not.toContain('billing');
});

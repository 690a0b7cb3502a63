/** Details of plans that the stories do not show: what steps carry, order, approvals, digests. */
import { DAY_MS } from '../../src/domain/time.js';
import { planDigest } from '../../src/plan/digest.js';
import type { Plan, Step } from '../../src/plan/plan.js';
import { dotenv, environment, guest, key, project, service, space } from '../support/plan-declarations.js';
import { keyRef } from '../support/plan-story.js';
import { PlanWorld } from '../support/plan-world.js';

const billing = service('billing');
const place = dotenv('KEY');
const sink = 'dotenv:secrets/app.env#KEY';
const delivered = key('a', { deliver: [place] });

const worldWith = (...documents: PlanWorld['documents']): PlanWorld => {
  const world = new PlanWorld();
  world.documents = documents;
  world.apply(world.plan());
  return world;
};

const ids = ({ steps }: Plan): readonly string[] => steps.map(({ id }) => id);
const stepOf = <A extends Step['action']>({ steps }: Plan, action: A) =>
  steps.find((step): step is Extract<Step, { action: A }> => step.action === action);

describe('steps', () => {
  it('make what is referred to first, and take it away last', () => {
    const world = new PlanWorld();
    world.documents = [key('a', { environment: 'staging' }), billing, environment('staging')];
    expect(ids(world.plan())).toEqual([
      'Environment/staging create',
      'Service/billing create',
      'ApiKey/a create',
      'ApiKey/a issue 1',
      'ApiKey/a promote 1',
    ]);
    expect(stepOf(world.plan(), 'issue')?.dependsOn).toEqual(['ApiKey/a create']);
    expect(world.plan().steps[2]?.dependsOn).toEqual([
      'Environment/staging create',
      'Service/billing create',
    ]);
  });

  it('take a key without an accepted version away together with what it needed', () => {
    const world = worldWith(billing, environment('staging'), key('a', { environment: 'staging' }));
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now }));
    world.documents = [environment('other')];
    const made = world.plan();
    expect(ids(made)).toEqual([
      'Environment/other create',
      'ApiKey/a delete',
      'Service/billing delete',
      'Environment/staging delete',
    ]);
    expect(made.steps.at(-1)?.dependsOn).toEqual(['ApiKey/a delete']);
    world.apply(made);
    expect(world.plan().steps).toEqual([]);
  });

  it('write over exactly what the plan saw at a sink', () => {
    const world = worldWith(billing, delivered);
    const [first] = world.versions('a');
    world.changeKey(keyRef('a'), () => ({ rotationRequestedAt: world.now + 1 }));
    expect(stepOf(world.plan(), 'deliver')?.detail.expected).toEqual({
      mayBeMissing: false,
      fingerprints: [first?.fingerprint],
    });
    world.places.delete(sink);
    expect(stepOf(world.plan(), 'deliver')?.detail.expected).toEqual({
      mayBeMissing: true,
      fingerprints: [],
    });
  });

  it('let the versions of a removed key end after the overlap it was applied with', () => {
    const world = worldWith(billing, key('a', { rotation: { overlap: '3d' } }));
    world.documents = [billing];
    expect(stepOf(world.plan(), 'delete')?.detail.overlapMs).toBe(3 * DAY_MS);
  });

  it('seal the secret of a key without sinks to the caller that claims it', () => {
    const world = new PlanWorld();
    world.documents = [billing, key('a')];
    expect(stepOf(world.plan(), 'issue')?.detail.sealedTo).toBe('claim');
  });
});

describe('a replaced environment', () => {
  const staging = environment('staging');
  const inStaging = key('a', { environment: 'staging', deliver: [place] });

  it('goes after the keys that leave it in the same plan', () => {
    const world = worldWith(billing, staging, inStaging);
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now }));
    world.documents = [billing, environment('staging', { isProd: true }), delivered];
    const made = world.plan();
    expect(ids(made).slice(0, 4)).toEqual([
      'ApiKey/a delete',
      'Environment/staging delete',
      'Environment/staging create',
      'ApiKey/a create',
    ]);
    world.apply(made);
    expect(world.plan().steps).toEqual([]);
  });

  it('waits for keys that stay in it, but not for those that came with it', () => {
    const world = worldWith(billing, staging, inStaging);
    world.put(key('staging-sk', { environment: 'staging' }), { origin: 'system', ownership: undefined });
    world.documents = [billing, environment('staging', { isProd: true }), inStaging];
    expect(world.plan().waiting).toMatchObject([{ reason: 'DependentsRemain', until: undefined }]);
    world.objects.delete('ApiKey/a');
    world.documents = [billing, environment('staging', { isProd: true })];
    expect(ids(world.plan())).toEqual(['Environment/staging delete', 'Environment/staging create']);
  });
});

describe('guards', () => {
  it('take out with a refused step everything that depends on it', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const keys = names.map((name) => key(name, { expiresAfter: '30d', deliver: [dotenv(`KEY_${name}`)] }));
    const world = worldWith(billing, ...keys);
    world.now += 365 * DAY_MS;
    expect(world.plan()).toMatchObject({ steps: [], findings: [{ code: 'ManyExpiries' }] });
  });

  it('do not let a new key take the place of a protected one whose declaration is gone', () => {
    const world = worldWith(billing, key('a', { deliver: [place] }, { 'keywright.dev/protect': 'true' }));
    world.documents = [billing, key('b', { deliver: [place] })];
    expect(world.plan()).toMatchObject({
      steps: [],
      findings: [{ code: 'ProtectedObject' }, { code: 'Quarantined' }],
    });
  });
});

describe('versions', () => {
  it('are issued anew when the newest was revoked, though an older one is still accepted', () => {
    const world = worldWith(billing, delivered);
    world.places.delete(sink);
    world.apply(world.plan());
    world.changeVersions(keyRef('a'), ({ generation }) => (generation === 2 ? { revokedAt: world.now } : {}));
    expect(stepOf(world.plan(), 'issue')).toMatchObject({
      reason: 'NoCurrentVersion',
      detail: { generation: 3 },
    });
  });

  it('are issued anew while a manual revocation still lies ahead, so that no consumer is left without', () => {
    const world = worldWith(billing, delivered);
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now + DAY_MS }));
    expect(stepOf(world.plan(), 'issue')?.reason).toBe('NoCurrentVersion');
  });

  it('are issued anew when the declaration allows a shorter life than the current one has', () => {
    const world = worldWith(
      billing,
      key('a', { expiresAfter: '90d', rotation: undefined, deliver: [place] }),
    );
    world.documents = [billing, key('a', { expiresAfter: '30d', rotation: undefined, deliver: [place] })];
    expect(stepOf(world.plan(), 'issue')?.reason).toBe('ExpiryExceedsDeclaration');
  });

  it('do not rotate for ever towards a fixed end, nor after it', () => {
    const world = worldWith(billing, key('a', { expiresAt: '2027-01-03T00:00:00Z', deliver: [place] }));
    for (let hours = 0; hours < 5 * 24; hours++) {
      world.now += DAY_MS / 24;
      world.apply(world.plan());
    }
    expect(world.versions('a')).toHaveLength(1);
    expect(world.plan().findings.map(({ code }) => code)).toEqual(['KeyExpired']);
  });

  it('are not issued past the declared end, though the current one has none', () => {
    const world = worldWith(billing, delivered);
    world.documents = [billing, key('a', { expiresAt: '2026-12-31T00:00:00Z', deliver: [place] })];
    expect(ids(world.plan())).toEqual(['ApiKey/a update', 'ApiKey/a revoke 1']);
    world.apply(world.plan());
    expect(world.plan()).toMatchObject({
      steps: [],
      findings: [{ code: 'KeyExpired' }],
      waiting: [{ reason: 'Expired' }],
    });
  });

  it('revoked manually are issued anew, though they would have expired since', () => {
    const world = worldWith(billing, key('a', { expiresAfter: '30d', rotation: undefined }));
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now }));
    world.now += 31 * DAY_MS;
    expect(stepOf(world.plan(), 'issue')?.reason).toBe('NoCurrentVersion');
  });

  it('with a life hardly longer than the overlap rotate at half of it', () => {
    const world = worldWith(
      billing,
      key('a', { expiresAfter: '30h', rotation: { overlap: '24h' }, deliver: [place] }),
    );
    world.now += 10 * 3_600_000;
    expect(world.plan().steps).toEqual([]);
    world.now += 5 * 3_600_000;
    expect(stepOf(world.plan(), 'issue')?.reason).toBe('RotationDue');
  });

  it('of a key without sinks are promoted without asking for the secret again', () => {
    const world = new PlanWorld();
    world.documents = [billing, key('a')];
    world.apply(world.plan(), 3);
    expect(ids(world.plan())).toEqual(['ApiKey/a promote 1']);
    expect(world.plan().summary).toMatchObject({ issue: 0, resume: 1 });
  });

  it('that were sealed to a reconciler are issued anew when the key is to be claimed instead', () => {
    const world = new PlanWorld();
    world.documents = [billing, delivered];
    world.apply(world.plan(), 3);
    world.documents = [billing, key('a')];
    expect(stepOf(world.plan(), 'issue')).toMatchObject({
      reason: 'EnvelopeLost',
      detail: { generation: 2 },
    });
  });
});

describe('approvals', () => {
  it('name environments whose keys change, before or after', () => {
    const world = worldWith(billing, delivered, key('b', { environment: 'development' }));
    world.project = project({ requireApproval: ['development', 'production'] });
    expect(world.plan().approvals).toEqual([]);
    world.documents = [
      billing,
      key('a', { environment: 'development', deliver: [place] }),
      key('b', { environment: 'development' }),
    ];
    expect(world.plan().approvals).toEqual(['development', 'production']);
  });

  it('are asked for spaces and guests of the environment too', () => {
    const world = new PlanWorld();
    world.project = project({ requireApproval: ['production'] });
    world.documents = [space('onboarding')];
    expect(world.plan().approvals).toEqual(['production']);
    world.documents = [guest('auditor')];
    expect(world.plan().approvals).toEqual(['production']);
  });

  it('are not asked for what an approved declaration calls for as time goes by', () => {
    const world = worldWith(billing, delivered);
    world.project = project({ requireApproval: ['production'] });
    world.changeKey(keyRef('a'), () => ({ rotationRequestedAt: world.now + 1 }));
    const rotation = world.plan();
    expect([rotation.summary.rotate, rotation.approvals]).toEqual([1, []]);
    world.apply(rotation, 1);
    const resumed = world.plan();
    expect([resumed.summary.resume, resumed.approvals]).toEqual([1, []]);
  });

  it('are asked for what would undo a manual change', () => {
    const world = worldWith(billing, delivered);
    world.project = project({ requireApproval: ['production'] });
    world.changeVersions(keyRef('a'), () => ({ revokedAt: world.now }));
    expect(world.plan().approvals).toEqual(['production']);
  });
});

describe('the digest', () => {
  const planned = (change: (world: PlanWorld) => void = () => undefined): Plan => {
    const world = worldWith(billing, delivered);
    world.documents = [billing, delivered, key('b')];
    world.changeKey(keyRef('a'), () => ({ rotationRequestedAt: world.now + 1 }));
    change(world);
    return world.plan();
  };

  it('does not depend on when or on which machine the plan was made', () => {
    const later = planned((world) => {
      world.now += 1_000;
      world.recipient = 'another-machine';
    });
    expect(later.digest).toBe(planned().digest);
    expect(later.now).not.toBe(planned().now);
  });

  it('changes with the steps', () => {
    const other = planned((world) => {
      world.documents = [billing, delivered];
    });
    expect(other.digest).not.toBe(planned().digest);
  });

  it('can be checked on the plan itself', () => {
    expect(planDigest(planned())).toBe(planned().digest);
  });
});

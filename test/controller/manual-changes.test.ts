/** Distinguishes what was done manually from what the documents, time and reconcilers did. */
import { stepsUndoingManualChanges } from '../../src/controller/manual-changes.js';
import { declarationDigest } from '../../src/domain/objects.js';
import { ok } from '../../src/domain/result.js';
import type { AuditEntry } from '../../src/ports/live-store.js';
import { unwrap } from '../support/apply-world.js';
import { dotenv, key, service } from '../support/plan-declarations.js';
import { PlanWorld } from '../support/plan-world.js';

const KEY = { kind: 'ApiKey', name: 'a' } as const;
const before = key('a', { deliver: [dotenv('A')] });
const after = key('a', { deliver: [dotenv('A')], permissions: ['spaces:read'] });

type Told = Pick<AuditEntry, 'action' | 'path'> & { readonly detail?: AuditEntry['detail'] };

const created = (path: string, declared = before): Told => ({
  action: 'object.created',
  path,
  detail: { digest: declarationDigest(declared) },
});
const updated = (path: string, declared: typeof before): Told => ({
  ...created(path, declared),
  action: 'object.updated',
});
const deleted = (path: string): Told => ({ action: 'object.deleted', path });

/** Are there steps of the key that would undo something done manually, if this is what the log shows? */
async function isManualChange(world: PlanWorld, history: readonly Told[]): Promise<boolean> {
  const entries = history.map((one, at) => ({
    ...{
      seq: at + 1,
      at: world.now,
      actor: 'ada',
      object: 'ApiKey/a',
      detail: {},
      previousHash: '',
      hash: '',
    },
    ...one,
  }));
  const { steps } = world.plan();
  expect(steps.length).toBeGreaterThan(0);
  const found = unwrap(
    await stepsUndoingManualChanges(steps, world.input(), { audit: async () => ok(entries) }),
  );
  return found.some(({ object }) => object.name === 'a');
}

/** The key is declared, live, delivered, and nothing is to be done. */
function settled(): PlanWorld {
  const world = new PlanWorld();
  world.documents = [service('billing'), before];
  for (let passes = 0; passes < 3; passes++) world.apply(world.plan());
  return world;
}

/** The key is gone, and what it left behind too. */
function remove(world: PlanWorld): void {
  world.objects.delete('ApiKey/a');
  world.places.clear();
}

test('a live declaration that differs was edited manually while the documents are as they were applied', async () => {
  const world = settled();
  world.put(after, { ...world.live(KEY), declaration: after, digest: declarationDigest(after) });
  expect(await isManualChange(world, [created('apply'), updated('http', after)])).toBe(true);
  expect(await isManualChange(world, [created('apply'), updated('apply', after)])).toBe(false);

  const changed = settled();
  changed.documents = [service('billing'), after];
  expect(await isManualChange(changed, [created('apply')])).toBe(false);
});

test('an object that is gone was deleted manually, unless a reconciler did it or it never was there', async () => {
  const world = settled();
  remove(world);
  expect(await isManualChange(world, [created('apply'), deleted('http')])).toBe(true);
  expect(await isManualChange(world, [created('apply'), deleted('apply')])).toBe(false);
  expect(await isManualChange(world, [])).toBe(false);
});

test('an object that was adopted is held to the declaration it had then', async () => {
  const world = settled();
  remove(world);
  const adopted: Told = { action: 'object.adopted', path: 'apply' };
  expect(await isManualChange(world, [created('http'), adopted, deleted('http')])).toBe(true);
  expect(await isManualChange(world, [created('http', after), adopted, deleted('http')])).toBe(false);
});

test('a key without a version was revoked by the actor the log names, or has expired by itself', async () => {
  const world = settled();
  world.changeVersions(KEY, () => ({ revokedAt: world.now }));
  const [version] = world.versions('a');
  const revoked = (path: string): Told => ({
    action: 'key.revoked',
    path,
    detail: { versions: [{ generation: 1, tokenId: version?.id }] },
  });
  expect(await isManualChange(world, [created('apply'), revoked('cli:revoke')])).toBe(true);
  expect(await isManualChange(world, [created('apply'), revoked('apply')])).toBe(false);

  const expired = settled();
  expired.changeVersions(KEY, () => ({ expiresAt: expired.now }));
  expect(await isManualChange(expired, [created('apply')])).toBe(false);
});

test('a place was spoilt manually if a version was confirmed there, and not if it is newly declared', async () => {
  const world = settled();
  world.places.clear();
  expect(await isManualChange(world, [created('apply')])).toBe(true);

  const moved = settled();
  const elsewhere = key('a', { deliver: [dotenv('B')] });
  moved.put(elsewhere, { ...moved.live(KEY), declaration: elsewhere, digest: declarationDigest(elsewhere) });
  moved.documents = [service('billing'), elsewhere];
  moved.places.clear();
  expect(await isManualChange(moved, [created('apply', elsewhere)])).toBe(false);
});

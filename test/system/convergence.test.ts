/**
 * Whatever is declared, and whatever it is changed to: after apply nothing is left to do, twice the same
 * plan is the same text, and no accepted version is one that no consumer could hold. The real store on both
 * engines and real files, in process; chance and time are seeded and set manually.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { newKey } from '../../src/credential-store/keyring.js';
import { sinkAddress } from '../../src/domain/kinds/index.js';
import { stateOf, waitsForClaim } from '../../src/domain/lifecycle.js';
import type { Declaration, ObjectRef } from '../../src/domain/objects.js';
import { refOf } from '../../src/domain/objects.js';
import { Secret } from '../../src/domain/secret.js';
import { MINUTE_MS } from '../../src/domain/time.js';
import { openStore } from '../../src/main/open-store.js';
import { drift } from '../../src/plan/drift.js';
import type { Plan } from '../../src/plan/plan.js';
import { planJson } from '../../src/render/plan-json.js';
import { type ApplyTestWorld, applyWorld, unwrap } from '../support/apply-world.js';
import { effort } from '../support/effort.js';
import { describeWithPostgres, postgresCluster } from '../support/postgres.js';
import { documents } from '../support/random-documents.js';
import { seededEntropy } from '../support/store-world.js';

const histories = fc.array(documents, { minLength: 2, maxLength: 4 });
const RUNS = effort({ complete: 60, otherwise: 25, variable: 'KEYWRIGHT_RUNS' });
/** The histories are the same kind on both engines; on a server each costs a database and a second. */
const SERVER_RUNS = Math.ceil(RUNS / 5);

test('D3: apply brings any documents, and any change of them, to a plan without steps', async () => {
  const converges = fc.asyncProperty(histories, (history) => expectConvergence(history, () => applyWorld()));
  await fc.assert(converges, { numRuns: RUNS });
}, 300_000);

describeWithPostgres('on a PostgreSQL server', () => {
  const cluster = postgresCluster();
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const onServer = (): Promise<ApplyTestWorld> =>
    applyWorld(async (world) => {
      const address = new Secret(await cluster.database());
      return openStore({ ...world, ...{ address, folder }, whenAbsent: 'create', masterKey: KEY });
    });

  test('D3: apply brings any documents, and any change of them, to a plan without steps', async () => {
    const converges = fc.asyncProperty(histories, (history) => expectConvergence(history, onServer));
    await fc.assert(converges, { numRuns: SERVER_RUNS });
  }, 300_000);
});

const KEY = newKey(seededEntropy('master'));

async function expectConvergence(
  history: readonly (readonly Declaration[])[],
  open: () => Promise<ApplyTestWorld>,
): Promise<void> {
  const world = await open();
  try {
    for (const declared of history) {
      await applied(world, declared);
      await expectNothingLeft(world, declared);
      await expectHeld(world, declared);
      world.clock.advance(MINUTE_MS);
    }
  } finally {
    await world.close();
  }
}

/** A pass at a time: replaced objects wait for what still needs them, which is no step. */
async function applied(world: ApplyTestWorld, declared: readonly Declaration[]): Promise<void> {
  for (let pass = 0; pass < 3; pass++) {
    const planned = await world.planFor(declared);
    if (planned.steps.length === 0) return;
    const report = await world.carryOut(planned);
    expect(report.results.filter(({ status }) => status !== 'succeeded')).toEqual([]);
  }
}

async function expectNothingLeft(world: ApplyTestWorld, declared: readonly Declaration[]): Promise<void> {
  const [first, second] = [await world.planFor(declared), await world.planFor(declared)];
  expect(first.steps).toEqual([]);
  expect(textOf(first)).toBe(textOf(second));
  expect(drift(first, new Map()).steps).toEqual([]);
}

const textOf = (plan: Plan): string => JSON.stringify(planJson(plan));

/** The current version of a key with sinks is in all of them; without sinks it waits to be claimed. */
async function expectHeld(world: ApplyTestWorld, declared: readonly Declaration[]): Promise<void> {
  const { waiting, findings } = await world.planFor(declared);
  const resting = findings
    .filter(({ code }) => code === 'OwnerDeactivated')
    .map(({ object }) => object?.name);
  const heldBack = new Set([...waiting, ...findings].map(({ object }) => object?.name));
  const { now } = unwrap(await world.store.facts());
  for (const { ref, key, declaration } of unwrap(await world.store.fetch(keysOf(declared)))) {
    // Nothing of a key is delivered while its person is away.
    if (key === undefined || declaration.kind !== 'ApiKey' || resting.includes(ref.name)) continue;
    const current = key.versions.find((version) => stateOf(version, now) === 'current');
    // What waits or is refused may be as it was declared before; its sinks may not be asked for it.
    if (current === undefined) expect([ref.name, heldBack.has(ref.name)]).toEqual([ref.name, true]);
    else if (declaration.spec.deliver?.length) {
      const texts = declaration.spec.deliver.map((sink) => world.place.text(sinkAddress(sink).object));
      const isHeld = texts.map((text) => text.includes(`_${current.id}_`));
      expect([ref.name, isHeld]).toEqual([ref.name, texts.map(() => true)]);
    } else if (key.type === 'secret') {
      const wasDelivered = current.envelope === undefined;
      expect([ref.name, waitsForClaim(current) || wasDelivered]).toEqual([ref.name, true]);
    }
  }
}

const keysOf = (declared: readonly Declaration[]): readonly ObjectRef[] =>
  declared.map(refOf).filter(({ kind }) => kind === 'ApiKey');

/** Asking for a link by an address alone does not reveal whether there is such a guest: on the real clock, over a real file. */

import { systemClock } from '../../src/adapters/system.js';
import { openServedStore } from '../../src/main/open-store.js';
import { FROM, quickHashing, ServedTestStore } from '../support/callers.js';
import { guest } from '../support/plan-declarations.js';
import { environment, OURS, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();

/** The least of several is what it takes when nothing else is in the way. */
const TIMES = 3;

test('whether a person is a guest cannot be inferred from how long the answer takes', async () => {
  const world = { ...place.world, clock: { ...place.world.clock, ...systemClock } };
  const options = { ...world, hashing: quickHashing, hasPost: true, folder: place.folder() } as const;
  const served = unwrap(await openServedStore({ ...options, whenAbsent: 'create' }));
  const desk = await ServedTestStore.open({ ...served, clock: place.world.clock });
  const { revision } = await desk.fetch({ kind: 'Environment', name: 'production' });
  const production = environment('production', { isProd: true });
  unwrap(await desk.mutate({ kind: 'update', declaration: production, ownership: OURS, revision }));
  await desk.create({ kind: 'Space', metadata: { name: 'open' }, spec: { environment: 'production' } });
  await desk.create(guest('visitor', { email: 'visitor@example.com', grants: [{ space: 'open' }] }));
  const { id: spaceId } = await desk.fetch({ kind: 'Space', name: 'production/open' });
  const took = async (email: string): Promise<number> => {
    const startedMs = systemClock.monotonicMs();
    unwrap(await served.authority.askForLink({ email, spaceId }, FROM));
    return systemClock.monotonicMs() - startedMs;
  };
  const known: number[] = [];
  const unknown: number[] = [];
  for (let nth = 0; nth < TIMES; nth++) {
    known.push(await took('visitor@example.com'));
    unknown.push(await took('nobody@example.com'));
  }
  await served.store.close();
  // Below the floor the difference is what writing a link takes.
  expect(Math.min(...known, ...unknown)).toBeGreaterThanOrEqual(149);
  expect(Math.abs(Math.min(...known) - Math.min(...unknown))).toBeLessThan(15);
});

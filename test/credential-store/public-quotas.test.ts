/** What the public makes is bounded, and what it leaves behind is cleared away. */
import type { Result } from '../../src/domain/result.js';
import { DAY_MS, MINUTE_MS } from '../../src/domain/time.js';
import { openServedStore } from '../../src/main/open-store.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { user } from '../support/plan-declarations.js';
import { CALLER, unwrap } from '../support/store.js';
import { storePlace } from '../support/store-folder.js';

const place = storePlace();
let desk: ServedTestStore;

beforeEach(async () => {
  const options = {
    ...place.world,
    hashing: quickHashing,
    folder: place.folder(),
    whenAbsent: 'create',
  } as const;
  desk = await ServedTestStore.open({
    ...unwrap(await openServedStore(options)),
    clock: place.world.clock,
  });
});
afterEach(() => desk.store.close());

const rows = (kind: string): number => place.rows(`select id from credentials where kind = '${kind}'`).length;

const codeOf = (result: Result<unknown>): string | undefined => (result.ok ? undefined : result.error.code);

it('sessions: a publishable key starts sixty from one network in a quarter of an hour; another network has its own', async () => {
  const token = unwrap(await desk.store.claim({ kind: 'ApiKey', name: 'production-pk' }, CALLER));
  const start = async (source: string) => codeOf(await desk.exchange({ kind: 'token', token }, { source }));
  for (let nth = 0; nth < 60; nth++) expect(await start(`2001:db8:0:${nth}::1`)).toBeUndefined();
  expect(await start('2001:db8:0:ff::1')).toBe('rate_limited');
  expect(await start('192.0.2.7')).toBeUndefined();
  desk.clock.advance(15 * MINUTE_MS);
  expect(await start('2001:db8::1')).toBeUndefined();
});

it('sessions and used invitations: what expired a month ago is removed as new sessions start; the rest stays, and the log verifies', async () => {
  await desk.create(user('ada'));
  await desk.join('ada');
  for (let nth = 0; nth < 30; nth++) unwrap(await desk.login('ada@example.com'));
  expect([rows('session'), rows('invitation'), rows('root'), rows('password')]).toEqual([31, 1, 1, 1]);
  desk.clock.advance(62 * DAY_MS);
  unwrap(await desk.login('ada@example.com'));
  expect(rows('session') + rows('invitation')).toBe(32 + 1 - 20);
  desk.clock.advance(20 * DAY_MS);
  const last = unwrap(await desk.login('ada@example.com'));
  expect([rows('session'), rows('invitation'), rows('root'), rows('password')]).toEqual([2, 0, 1, 1]);
  expect(await desk.status(last.token)).toBe(200);
  unwrap(await desk.store.verifyAudit());
});

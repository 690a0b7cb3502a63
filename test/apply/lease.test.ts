/** Keeping the lease: by our own clock, renewed in time, and never written under when it may have ended. */
import { holdLease } from '../../src/apply/lease.js';
import { fault } from '../../src/domain/errors.js';
import { fail } from '../../src/domain/result.js';
import type { Clock } from '../../src/ports/clock.js';
import { type ApplyTestWorld, applyWorld, instead, unwrap } from '../support/apply-world.js';

let world: ApplyTestWorld;
beforeEach(async () => {
  world = await applyWorld();
});
afterEach(() => world.close());

/** A clock on which no renewal falls due by itself. */
const still = (): Clock =>
  instead<Clock>(world.clock, {
    sleep: (_, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  });

test('is had by one at a time, and given back on release', async () => {
  const first = unwrap(await holdLease(world.store, still(), 'one'));
  expect(await holdLease(world.store, still(), 'two')).toMatchObject({
    ok: false,
    error: { code: 'locked' },
  });

  await first.release();

  expect(await first.ensure()).toMatchObject({ ok: false, error: { code: 'lease_lost' } });
  const second = unwrap(await holdLease(world.store, still(), 'two'));
  expect(second.isHeld()).toBe(true);
  await second.release();
});

test('counts as ended by our own clock alone, and is renewed before the next write', async () => {
  const lease = unwrap(await holdLease(world.store, still(), 'one'));
  world.clock.advance(5_000);
  expect(lease.isHeld()).toBe(false);

  expect(await lease.ensure()).toMatchObject({ ok: true, value: { epoch: 1 } });

  expect(lease.isHeld()).toBe(true);
  await lease.release();
});

test('is counted from before it was asked for, so a slow answer does not make it longer', async () => {
  const slow = instead(world.store, {
    acquireLease: async (holder, ttlMs) => {
      const lease = await world.store.acquireLease(holder, ttlMs);
      world.clock.advance(4_000);
      return lease;
    },
  });
  const lease = unwrap(await holdLease(slow, still(), 'one'));
  world.clock.advance(1_500);

  expect(lease.isHeld()).toBe(false);
  await lease.release();
});

test('is counted from before a renewal was asked for, too', async () => {
  const slow = instead(world.store, {
    renewLease: async (held) => {
      const renewed = await world.store.renewLease(held);
      world.clock.advance(4_000);
      return renewed;
    },
  });
  const lease = unwrap(await holdLease(slow, still(), 'one'));
  world.clock.advance(5_000);
  await lease.ensure();
  world.clock.advance(1_500);

  expect(lease.isHeld()).toBe(false);
  await lease.release();
});

test('is lost for good after a take-over', async () => {
  const lease = unwrap(await holdLease(world.store, still(), 'one'));
  world.clock.advance(6_000);
  const other = unwrap(await holdLease(world.store, still(), 'two'));

  expect(await lease.ensure()).toMatchObject({ ok: false, error: { code: 'lease_lost' } });
  await other.release();
  expect(await lease.ensure()).toMatchObject({ ok: false, error: { code: 'lease_lost' } });
  await lease.release();
});

test('is not lost when one renewal does not get through', async () => {
  let isCut = true;
  const store = instead(world.store, {
    renewLease: async (held) =>
      isCut ? fail(fault('store_unreachable', 'cut off')) : world.store.renewLease(held),
  });
  const lease = unwrap(await holdLease(store, still(), 'one'));
  world.clock.advance(5_500);
  expect(await lease.ensure()).toMatchObject({ ok: false, error: { code: 'store_unreachable' } });

  isCut = false;

  expect(await lease.ensure()).toMatchObject({ ok: true });
  await lease.release();
});

test('is renewed in the background', async () => {
  const lease = unwrap(await holdLease(world.store, world.clock, 'one'));
  for (let second = 0; second < 20; second++) {
    world.clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 15));
    expect(lease.isHeld()).toBe(true);
  }
  await lease.release();
});

import { storeClock } from '../../src/main/store-clock.js';
import { VirtualClock } from '../support/virtual-clock.js';

it('store clock: is this machine’s until the time of the store was heard, and then the store’s', async () => {
  const local = new VirtualClock();
  const clock = storeClock(local);
  expect([clock.now() - local.now(), clock.skewMs()]).toEqual([0, undefined]);
  const store = local.now() - 15_000;
  clock.heard({ storeMs: store, askedMs: 0, answeredMs: 0 });
  expect([clock.now(), clock.skewMs()]).toEqual([store, 15_000]);
  await local.advance(2_000);
  expect(clock.now()).toBe(store + 2_000);
});

it('store clock: does not follow a jump of this machine’s clock', () => {
  const local = new VirtualClock();
  const clock = storeClock(local);
  const store = local.now();
  clock.heard({ storeMs: store, askedMs: 0, answeredMs: 0 });
  local.jump(-3_600_000);
  expect([clock.now(), clock.skewMs()]).toEqual([store, -3_600_000]);
});

it('store clock: a slow answer does not displace a quick one that it agrees with, and one that contradicts does', () => {
  const local = new VirtualClock();
  const clock = storeClock(local);
  const store = local.now();
  clock.heard({ storeMs: store, askedMs: 0, answeredMs: 2 });
  const before = clock.now();
  clock.heard({ storeMs: store + 4_000, askedMs: 0, answeredMs: 5_000 });
  expect(clock.now()).toBe(before);
  clock.heard({ storeMs: store + 60_000, askedMs: 0, answeredMs: 10 });
  expect(clock.now()).toBe(store + 60_000 - 5);
});

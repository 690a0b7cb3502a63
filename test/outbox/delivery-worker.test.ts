/** The delivery worker, over a real store in memory and a clock that is set manually: messages arrive. */
import { openServed, type ServedStore } from '../../src/credential-store/identity/served-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import { MINUTE_MS, SECOND_MS } from '../../src/domain/time.js';
import { type DeliveryEvent, deliverMessages } from '../../src/outbox/delivery-worker.js';
import type { Message, NotSent } from '../../src/ports/outbox.js';
import { IN_MEMORY, openSqlite } from '../../src/storage/sqlite/engine.js';
import { quickHashing, ServedTestStore } from '../support/callers.js';
import { guest, user } from '../support/plan-declarations.js';
import { unwrap } from '../support/store.js';
import { testWorld } from '../support/store-world.js';
import { settle, VirtualClock } from '../support/virtual-clock.js';

let served: ServedStore;
let desk: ServedTestStore;
let clock: VirtualClock;
let ends: readonly (() => Promise<void>)[];
const entropy = { bytes: (length: number) => new Uint8Array(length).fill(255) };

beforeEach(async () => {
  clock = new VirtualClock();
  ends = [];
  const storage = unwrap(await openSqlite({ path: IN_MEMORY, sleep: clock.sleep }));
  const world = { ...testWorld(), clock };
  const opened = openServed(
    storage,
    { ...world, hashing: quickHashing, hasPost: true },
    newKey(world.entropy),
  );
  served = unwrap(await opened);
  desk = await ServedTestStore.open({ ...served, clock: testWorld().clock });
  for (const name of ['ada', 'bob']) await desk.create(user(name));
});
afterEach(async () => {
  const stopped = Promise.all(ends.map((end) => end()));
  await clock.advance(MINUTE_MS);
  await stopped;
  await served.store.close();
});

type Send = (message: Message, signal: AbortSignal) => Promise<NotSent>;

/** Returns what it logged. */
function start(send: Send): readonly DeliveryEvent[] {
  const events: DeliveryEvent[] = [];
  const tell = (event: DeliveryEvent) => void events.push(event);
  ends = [...ends, deliverMessages({ outbox: served.outbox, post: { send }, clock, entropy, tell })];
  return events;
}

const invite = async (name = 'ada') => unwrap(await desk.authority.invite(name, await desk.root()));
const pending = async (): Promise<number> => unwrap(await served.outbox.pending());
/** In steps, so that readers and writers of the store in between proceed. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 250) {
    await clock.advance(Math.min(250, left));
    await settle();
  }
}

test('what is put in is handed over at once, each message once, and forgotten', async () => {
  const got: string[] = [];
  const events = start(async ({ to }) => void got.push(to));
  await pass(SECOND_MS);
  await invite('ada');
  await invite('bob');
  await pass(SECOND_MS);
  expect(got.toSorted()).toEqual(['ada@example.com', 'bob@example.com']);
  expect([events.map(({ kind }) => kind), await pending()]).toEqual([['sent', 'sent'], 0]);
  await clock.advance(5 * MINUTE_MS);
  expect(got).toHaveLength(2);
});

test('what was put in before any worker ran is handed over too', async () => {
  await invite();
  const got: string[] = [];
  start(async ({ to }) => void got.push(to));
  await pass(SECOND_MS);
  expect(got).toEqual(['ada@example.com']);
});

test('a receiver that comes back gets the message, under the same id each time', async () => {
  const ids: string[] = [];
  let isDown = true;
  const events = start(async ({ id }) => {
    ids.push(id);
    return isDown ? 'nobody is there' : undefined;
  });
  await invite();
  await pass(15 * SECOND_MS);
  expect([ids.length, new Set(ids).size]).toEqual([4, 1]);
  isDown = false;
  await pass(20 * SECOND_MS);
  expect([events.at(-1)?.kind, ids.length, await pending()]).toEqual(['sent', 5, 0]);
});

test('one that is refused for good is reported once, and is not sent again', async () => {
  let tries = 0;
  const events = start(async () => {
    tries += 1;
    return { refused: 'there is nobody of that name' };
  });
  await invite();
  await pass(MINUTE_MS);
  expect([tries, await pending()]).toEqual([1, 0]);
  expect(events).toMatchObject([{ kind: 'refused', why: 'there is nobody of that name' }]);
});

test('one that cannot be handed over keeps no other from it, and goes when it has ended', async () => {
  const got: string[] = [];
  const events = start(async ({ to }) => {
    got.push(to);
    return to.startsWith('visitor') ? 'unknown' : undefined;
  });
  await desk.create(guest('visitor', { email: 'visitor@example.com', grants: [] }));
  unwrap(await desk.authority.createMagicLink('production/visitor', await desk.root(), {}));
  await pass(SECOND_MS);
  await invite('bob');
  await pass(SECOND_MS);
  expect(got).toContain('bob@example.com');
  await clock.advance(15 * MINUTE_MS);
  await pass(SECOND_MS);
  expect(events.at(-1)).toMatchObject({ kind: 'dropped', because: 'expired' });
  expect(await pending()).toBe(0);
});

test('those that are slow keep no others waiting, as long as they are few', async () => {
  const got: string[] = [];
  start((message) => {
    got.push(message.to);
    return message.to.startsWith('ada') ? new Promise(() => undefined) : Promise.resolve(undefined);
  });
  await invite('ada');
  await pass(SECOND_MS);
  await invite('bob');
  await pass(SECOND_MS);
  expect(got).toEqual(['ada@example.com', 'bob@example.com']);
});

test('one that never answers, or fails by a bug, is given up in time and tried again', async () => {
  const signals: AbortSignal[] = [];
  const events = start((_, signal) => {
    signals.push(signal);
    return signals.length === 1 ? new Promise(() => undefined) : Promise.reject(new Error('a bug'));
  });
  await invite();
  await pass(15 * SECOND_MS);
  expect(signals[0]?.aborted).toBe(true);
  expect(events.slice(0, 2)).toMatchObject([
    { kind: 'failed', why: 'no response in time' },
    { kind: 'failed', why: 'sending failed unexpectedly', cause: new Error('a bug') },
  ]);
});

test('of two servers on one store one sends a message', async () => {
  const got: string[] = [];
  for (const server of ['a', 'b']) start(async ({ to }) => void got.push(`${server} ${to}`));
  for (const name of ['ada', 'bob', 'ada']) await invite(name);
  await pass(2 * SECOND_MS);
  // Ada's first invitation may have been replaced before it was sent.
  expect(got.filter((one) => one.endsWith('bob@example.com'))).toHaveLength(1);
  expect(got.filter((one) => one.endsWith('ada@example.com')).length).toBeLessThanOrEqual(2);
  expect(await pending()).toBe(0);
});

test('a worker that stops gives up what is unanswered, and it is sent after the next start', async () => {
  const signals: AbortSignal[] = [];
  start((_, signal) => {
    signals.push(signal);
    return new Promise(() => undefined);
  });
  await invite();
  await pass(SECOND_MS);
  const [end] = ends;
  ends = [];
  const ended = end?.();
  await pass(6 * SECOND_MS);
  await ended;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  const got: string[] = [];
  start(async ({ to }) => void got.push(to));
  await pass(5 * SECOND_MS);
  expect(got).toEqual(['ada@example.com']);
});

test('a worker that stops lets what is under way be handed over first', async () => {
  let finish: () => void = () => undefined;
  const events = start(
    () =>
      new Promise((resolve) => {
        finish = () => resolve(undefined);
      }),
  );
  await invite();
  await pass(SECOND_MS);
  const [end] = ends;
  ends = [];
  const ended = end?.();
  finish();
  await settle();
  await pass(SECOND_MS);
  await ended;
  expect([events.map(({ kind }) => kind), await pending()]).toEqual([['sent'], 0]);
});

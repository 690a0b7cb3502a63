/** The engine of sinks that are fields of objects: how often it asks, when, and what it makes of other writers. */
const mockOpened: { open?: OpenDriver } = {};
jest.mock('../../src/sinks/drivers.js', () => ({
  DRIVERS: Object.fromEntries(
    ['vault', 'exec'].map((type) => [
      type,
      (...given: Parameters<OpenDriver>) => mockOpened.open?.(...given),
    ]),
  ),
}));

import type { ConnectionSpec } from '../../src/domain/connections/index.js';
import { type SinkDeclaration, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { OpenDriver } from '../../src/sinks/driver.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { delivery, fingerprint, instead, newToken } from '../support/apply-folder.js';
import { driverWorld } from '../support/driver-world.js';
import { FULL_ABILITY, MemoryObjects } from '../support/memory-objects.js';
import { settle, VirtualClock } from '../support/virtual-clock.js';

const CONNECTION: ConnectionSpec = { vault: { address: 'https://vault.example.com' } };
const OBJECT = 'v/secret:billing';

let service: MemoryObjects;
let clock: VirtualClock;
let sinks: Sinks;
beforeEach(() => {
  service = new MemoryObjects();
  clock = new VirtualClock();
  sinks = opened();
});

function opened(connection: ConnectionSpec | undefined = CONNECTION): Sinks {
  mockOpened.open = service.open;
  return openSinks({
    files: { root: '/nowhere', roots: ['.'], machine: 'here', exclusively: (work) => work() },
    drivers: driverWorld('/nowhere', { clock }),
    connections: {
      find: async (name) => ({ ok: true, value: name === 'v' ? connection : undefined }),
    },
  });
}

const sink = (name = 'A', path = 'billing', connection = 'v'): SinkDeclaration => ({
  vault: { connection, mount: 'secret', path, fields: { [name]: 'key' } },
});
const idOf = (name?: string, path?: string) => sinkIdOf(sink(name, path));

test('deliver: two keys in one object in one plan are one read and one write', async () => {
  service.set(OBJECT, { OTHER: 'mine' });
  const warmUp = sinks.read([idOf('A')]);
  await warmUp;
  service.requests.length = 0;
  // The first has its turn alone; those that arrive meanwhile go together.
  const tokens = [newToken(), newToken(), newToken()];
  const done = await Promise.all(
    tokens.map((token, nth) => sinks.deliver(sink(`KEY_${nth}`), delivery(token))),
  );
  expect(done.every(({ ok }) => ok)).toBe(true);
  expect(service.requests).toEqual([
    ...[`read ${OBJECT}`, `write ${OBJECT} KEY_0`],
    ...[`read ${OBJECT}`, `write ${OBJECT} KEY_1 KEY_2`],
  ]);
  expect(Object.fromEntries(service.objects.get(OBJECT)?.values ?? [])).toEqual({
    OTHER: 'mine',
    ...Object.fromEntries(tokens.map((token, nth) => [`KEY_${nth}`, token.reveal()])),
  });
});

test('read: each object is read once, however many of its fields are asked for', async () => {
  service.set(OBJECT, { A: 'a', B: 'b' });
  const receipts = await sinks.read([idOf('A'), idOf('B'), idOf('C'), idOf('A', 'other')]);
  expect(receipts.map(({ kind }) => kind)).toEqual(['holds', 'holds', 'missing', 'missing']);
  expect(service.requests).toEqual([`read ${OBJECT}`, 'read v/secret:other']);
  expect(receipts[0]).toMatchObject({ ability: FULL_ABILITY });
  expect(receipts[2]).toMatchObject({ ability: FULL_ABILITY });
});

test('deliver: when the writer of another field came between, it is read and decided again', async () => {
  const [old, next] = [newToken(), newToken()];
  await sinks.deliver(sink(), delivery(old));
  service.requests.length = 0;
  let times = 0;
  service.meanwhile = (object) => {
    if (times++ < 2) service.set(object, { OTHER: `mine ${times}` });
  };
  expect(await sinks.deliver(sink(), delivery(next, { expected: instead(old) }))).toMatchObject({ ok: true });
  expect(service.requests).toEqual(
    Array.from({ length: 3 }, () => [`read ${OBJECT}`, `write ${OBJECT} A`]).flat(),
  );
  expect([service.valueOf(OBJECT, 'A'), service.valueOf(OBJECT, 'OTHER')]).toEqual([next.reveal(), 'mine 2']);
});

test('deliver: when the writer of the same field came between, it is refused, and theirs stays', async () => {
  const [old, theirs] = [newToken(), newToken()];
  await sinks.deliver(sink(), delivery(old));
  service.meanwhile = (object) => {
    service.meanwhile = () => undefined;
    service.set(object, { A: theirs.reveal() });
  };
  const done = await sinks.deliver(sink(), delivery(newToken(), { expected: instead(old) }));
  expect(done).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(service.valueOf(OBJECT, 'A')).toBe(theirs.reveal());
});

test('deliver: an object that never rests is given up after four turns', async () => {
  service.meanwhile = (object) => service.set(object, { OTHER: 'again' });
  const done = await sinks.deliver(sink(), delivery(newToken()));
  expect(done).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(service.requests).toHaveLength(8);
  expect(service.valueOf(OBJECT, 'A')).toBeUndefined();
});

test('deliver: one edit that is refused holds back no other of the same object', async () => {
  service.set(OBJECT, { A: 'of somebody else' });
  const token = newToken();
  const [first, refused, other] = await Promise.all([
    sinks.deliver(sink('Z'), delivery(newToken())),
    sinks.deliver(sink('A'), delivery(newToken())),
    sinks.deliver(sink('B'), delivery(token)),
  ]);
  expect(first).toMatchObject({ ok: true });
  expect(refused).toMatchObject({ ok: false, error: { code: 'sink_moved' } });
  expect(other).toMatchObject({ ok: true });
  expect([service.valueOf(OBJECT, 'A'), service.valueOf(OBJECT, 'B')]).toEqual([
    'of somebody else',
    token.reveal(),
  ]);
});

describe('deadlines', () => {
  test('a request ends after ten seconds, and the outcome is unknown', async () => {
    service.fail('slow', 'write');
    let done: unknown;
    void sinks.deliver(sink(), delivery(newToken())).then((answer) => (done = answer));
    await clock.advance(9_999);
    expect(done).toBeUndefined();
    await clock.advance(1);
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
  });

  test('what is left of the lease bounds all requests of a delivery together', async () => {
    service.latencyMs = 400;
    let done: unknown;
    void sinks.deliver(sink(), delivery(newToken(), { withinMs: 700 })).then((answer) => (done = answer));
    await clock.advance(700);
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
    expect(service.requests).toEqual([`read ${OBJECT}`, `write ${OBJECT} A`]);
    expect(service.objects.size).toBe(0);
  });

  test('a delivery whose turn comes after the lease makes no request', async () => {
    service.latencyMs = 1_000;
    const busy = sinks.read(Array.from({ length: 8 }, (_, nth) => idOf('A', `other-${nth}`)));
    await settle();
    let done: unknown;
    void sinks.deliver(sink(), delivery(newToken(), { withinMs: 900 })).then((answer) => (done = answer));
    await clock.advance(1_000);
    await busy;
    await clock.advance(1_000);
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
    expect(service.requests.filter((one) => one.endsWith('billing'))).toEqual([]);
  });
});

describe('the gate of a connection', () => {
  test('lets eight requests through at a time', async () => {
    service.latencyMs = 100;
    const reading = sinks.read(Array.from({ length: 30 }, (_, nth) => idOf('A', `a-${nth}`)));
    await clock.advance(1_000);
    expect((await reading).every(({ kind }) => kind === 'missing')).toBe(true);
    expect(service.mostAtOnce).toBe(8);
    expect(service.requests).toHaveLength(30);
  });

  test('spreads requests over time as the connection says', async () => {
    sinks = opened({ ...CONNECTION, requestsPerSecond: 2 });
    const reading = sinks.read(Array.from({ length: 5 }, (_, nth) => idOf('A', `a-${nth}`)));
    await clock.advance(10_000);
    await reading;
    expect(service.begunAt).toHaveLength(5);
    for (const [nth, at] of service.begunAt.entries())
      expect(at - (service.begunAt[nth - 1] ?? -500)).toBeGreaterThanOrEqual(500);
  });

  test('gives each program eight requests of its own, whatever another one does', async () => {
    const placesOf = (program: string) =>
      Array.from({ length: 12 }, (_, nth) =>
        sinkIdOf({ exec: { command: [program], place: `shop/${nth}` } }),
      );
    service.latencyMs = 10_000;
    const reading = sinks.read([...placesOf('./a.sh'), ...placesOf('./b.sh')]);
    await settle();
    expect(service.mostAtOnce).toBe(16);
    const begun = (program: string) => service.requests.filter((one) => one.includes(`${program}@`)).length;
    expect([begun('./a.sh'), begun('./b.sh')]).toEqual([8, 8]);
    await clock.advance(30_000);
    await reading;
    expect(service.mostAtOnce).toBe(16);
  });

  test('a request that fails gives its place to the next', async () => {
    for (let nth = 0; nth < 20; nth++) service.fail('cut', 'read');
    const receipts = await sinks.read(Array.from({ length: 30 }, (_, nth) => idOf('A', `a-${nth}`)));
    expect(receipts.filter(({ kind }) => kind === 'unknown')).toHaveLength(20);
    expect(receipts.filter(({ kind }) => kind === 'missing')).toHaveLength(10);
  });
});

describe('a connection that is neither declared nor live', () => {
  const nowhere = sink('A', 'billing', 'gone');

  test('is unknown, never missing, and nothing is written', async () => {
    const token = newToken();
    const id = sinkIdOf(nowhere);
    expect(await sinks.read([id, idOf()])).toMatchObject([
      { kind: 'unknown', why: expect.stringContaining('Connection gone') },
      { kind: 'missing' },
    ]);
    const refused = {
      ok: false,
      error: { code: 'sink_refused', message: expect.stringContaining('declare it') },
    };
    expect(await sinks.deliver(nowhere, delivery(token))).toMatchObject(refused);
    expect(await sinks.confirm(id, { fingerprint: fingerprint(token) })).toMatchObject(refused);
    expect(await sinks.withdraw(id, fingerprint(token))).toMatchObject(refused);
    expect(await sinks.take(id)).toBeUndefined();
    expect(service.objects.size).toBe(0);
  });
});

test('read: a type that this version does not know is unknown', async () => {
  expect(await sinks.read(['fax:v/office#A'])).toMatchObject([{ kind: 'unknown' }]);
});

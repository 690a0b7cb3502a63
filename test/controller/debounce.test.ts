/** Documents count when they are at rest: what an editor does in between is no declaration. */

import { settled } from '../../src/controller/debounce.js';
import type { Documents, PassFailure } from '../../src/controller/documents.js';
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { app, documentsOf } from '../support/pass-world.js';
import { VirtualClock } from '../support/virtual-clock.js';

const BEFORE = ok(documentsOf(app()));
const HALF = ok(documentsOf(app().slice(0, 2)));
const AFTER = ok(documentsOf(app({ permissions: ['spaces:read'] })));
const BROKEN = fail({ fault: fault('invalid_documents', '1 error'), problems: [] });

let clock: VirtualClock;
let now: Result<Documents, PassFailure>;
let reads: number;
let read: ReturnType<typeof settled>;
const stopping = new AbortController();

beforeEach(async () => {
  clock = new VirtualClock();
  now = BEFORE;
  reads = 0;
  const source = async () => {
    reads += 1;
    return now;
  };
  read = settled(source, { clock, signal: stopping.signal });
  const first = read();
  await clock.advance(300);
  await first;
});

const digestOf = async (reading: ReturnType<typeof read>) => {
  const { value } = (await reading) as { value: Documents };
  return value.desired.digest;
};

test('are read once and at once while nothing changes', async () => {
  reads = 0;
  expect(await digestOf(read())).toBe(BEFORE.value.desired.digest);
  expect(reads).toBe(1);
});

test('never count in a state that lasts for less than a rest', async () => {
  for (const passing of [HALF, BROKEN]) {
    now = passing;
    const reading = read();
    await clock.advance(200);
    now = AFTER;
    await clock.advance(700);
    expect(await digestOf(reading)).toBe(AFTER.value.desired.digest);
  }
});

test('have an error that stays, and it is reported', async () => {
  now = BROKEN;
  const reading = read();
  await clock.advance(300);
  expect(await reading).toEqual(BROKEN);
});

test('say how long they have rested', async () => {
  await clock.advance(700);
  expect(await read()).toMatchObject({ value: { restingMs: 1_000 } });
  now = HALF;
  const reading = read();
  await clock.advance(300);
  expect(await reading).toMatchObject({ value: { restingMs: 300 } });
});

test('that are written without end are given up for this pass', async () => {
  let n = 0;
  const restless = settled(
    async () => ok({ ...AFTER.value, desired: { ...AFTER.value.desired, digest: `${n++}` } }),
    {
      clock,
      signal: stopping.signal,
    },
  );
  const reading = restless();
  await clock.advance(60_000);
  expect(await reading).toMatchObject({ ok: false, error: { fault: { code: 'invalid_documents' } } });
});

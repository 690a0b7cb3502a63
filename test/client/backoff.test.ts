/** What a client does when the way to the server is bad: asks again where that is harmless, and gives up in time. */
import type { Lease, LiveStore } from '../../src/ports/live-store.js';
import {
  cutOff,
  FACTS,
  json,
  problem,
  type Scripted,
  type ScriptedServer,
  scriptedServer,
  TOKEN,
} from '../support/scripted-server.js';
import { CALLER, keyRef, OURS, refusal, service, unwrap } from '../support/store.js';

let server: ScriptedServer;
let store: LiveStore;
beforeEach(async () => {
  server = await scriptedServer();
  server.script(json({ data: FACTS }));
  store = unwrap(await server.open());
  server.heard.length = 0;
});
afterEach(async () => {
  await store.close();
  await server.stop();
});

const LEASE: Lease = { name: 'reconciler', holder: 'ada', epoch: 7, until: 5_000, ttlMs: 5_000 };
const CREATE = { kind: 'create', declaration: service('billing'), ownership: OURS } as const;
const DONE = { ok: true, value: { revision: 1, changed: true } };
const asked = () => server.heard.map(({ path }) => path.slice('/v1/store/'.length));

test('a read whose connection is cut off is asked again, and an effect of a reconciler too', async () => {
  server.script(cutOff, cutOff, json({ data: FACTS }), cutOff, json({ data: [DONE] }));
  expect(unwrap(await store.facts()).storeId).toBe('store');
  expect(unwrap(await store.mutate(CREATE, LEASE, CALLER)).revision).toBe(1);
  expect(asked()).toEqual(['facts', 'facts', 'facts', 'mutate', 'mutate']);
});

test('what would be another effect the second time is asked once, and a lost claim says what to do', async () => {
  expect(refusal(await store.acquireLease('ada', 5_000))).toBe('store_unreachable');
  expect(refusal(await store.request({ kind: 'remove', object: keyRef('a') }, CALLER))).toBe(
    'store_unreachable',
  );
  const claimed = await store.claim(keyRef('a'), CALLER);
  expect(claimed).toMatchObject({ ok: false, error: { message: expect.stringMatching(/rotate the key/) } });
  expect(asked()).toEqual(['acquire-lease', 'request', 'claim']);
});

test('a manual revocation is asked again: an emergency does not wait for a good line', async () => {
  server.script(cutOff, json({ data: { revision: 2, changed: true } }));
  const revoke = { kind: 'revoke', object: keyRef('a'), overlapMs: 0 } as const;
  expect(unwrap(await store.request(revoke, CALLER)).revision).toBe(2);
});

test('a line that stays bad is given up after five attempts, each after a longer pause', async () => {
  expect(refusal(await store.facts())).toBe('store_unreachable');
  expect(server.heard.length).toBe(5);
  expect(server.clock.pauses).toEqual([100, 200, 400, 800]);
});

test('a lease is not waited for longer than it is worth', async () => {
  server.script(...Array<Scripted>(9).fill(problem(503, 'overloaded', { 'retry-after': '5' })));
  expect(refusal(await store.renewLease(LEASE))).toBe('overloaded');
  expect([server.heard.length, server.clock.pauses]).toEqual([1, []]);
});

test('Retry-After is heeded, also by what is otherwise asked once: it was turned away', async () => {
  const busy = problem(429, 'rate_limited', { 'retry-after': '7' });
  const data = { revision: 1, changed: true };
  server.script(busy, json({ data }));
  expect(unwrap(await store.request({ kind: 'create', declaration: service('a') }, CALLER)).revision).toBe(1);
  expect(server.clock.pauses).toEqual([7_000]);
});

test('a wait that is too long is reported, and not waited for', async () => {
  server.script(problem(429, 'rate_limited', { 'retry-after': '59' }));
  expect(await store.facts()).toMatchObject({
    error: { code: 'rate_limited', retryAfterMs: 59_000 },
  });
});

test('faults cross as they are, and are not asked about again', async () => {
  for (const [status, code] of [
    [409, 'locked'],
    [409, 'moved'],
    [403, 'forbidden'],
    [404, 'not_found'],
    [500, 'store_tampered'],
  ] as const) {
    server.heard.length = 0;
    server.script(problem(status, code));
    expect(await store.facts()).toMatchObject({ error: { code, message: `said: ${code}` } });
    expect(server.heard.length).toBe(1);
  }
});

test('a proxy that cannot reach the server is a line that is bad', async () => {
  const page: Scripted = (_, response) => void response.writeHead(502).end('<html>Bad Gateway</html>');
  server.script(page, json({ data: FACTS }));
  expect(unwrap(await store.facts()).storeId).toBe('store');
});

test('a redirect is not followed, and the token goes nowhere else', async () => {
  const elsewhere = await scriptedServer();
  server.script(json({}, 307, { location: `${elsewhere.url}/v1/store/facts` }));
  expect(await store.facts()).toMatchObject({ error: { message: expect.stringMatching(/redirects/) } });
  expect([server.heard.length, elsewhere.heard.length]).toEqual([1, 0]);
  await elsewhere.stop();
});

test('half a survey is taken for none', async () => {
  const line =
    '[{"ref":{"kind":"Service","name":"a"},"digest":"d","origin":"manual","revision":1,"quietUntil":1,"deliveries":[]}]\n';
  const half =
    (end: string): Scripted =>
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.end(line + end);
    };
  const torn: Scripted = (_, response) => {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    response.write(line, () => response.destroy());
  };
  server.script(torn, half(''), half('[{"re'), half('{"count":2}\n'), half('{"count":1}\n'));
  expect(unwrap(await store.survey()).map(({ ref }) => ref.name)).toEqual(['a']);
  expect(server.heard.length).toBe(5);
});

test('mutations that wait together go in one request, each with its own answer', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const answer: Scripted = ({ body }, response) => {
    const data = body.mutations.map(({ declaration }: typeof CREATE) =>
      declaration.metadata.name === 'service-3'
        ? { ok: false, error: { code: 'exists', message: 'there is one' } }
        : DONE,
    );
    json({ data })({ method: '', path: '', authorization: '', body }, response);
  };
  server.script((heard, response) => void held.then(() => answer(heard, response)), answer, answer);
  const outcomes = Array.from({ length: 200 }, (_, at) =>
    store.mutate({ ...CREATE, declaration: service(`service-${at}`) }, LEASE, CALLER),
  );
  const next = store.mutate(CREATE, { ...LEASE, epoch: 8 }, CALLER);
  release();
  const all = await Promise.all(outcomes);
  expect(all.flatMap((one, at) => (one.ok ? [] : [[at, one.error.code]]))).toEqual([[3, 'exists']]);
  expect((await next).ok).toBe(true);
  // Of one lease each, and of no more than a server takes.
  expect(server.heard.map(({ body }) => [body.lease.epoch, body.mutations.length])).toEqual([
    [7, 128],
    [7, 72],
    [8, 1],
  ]);
});

test('the token is in the header of each request and in no message', async () => {
  server.script(problem(401, 'unauthenticated'), problem(403, 'forbidden'));
  const refused = [await store.facts(), await store.survey(), await store.claim(keyRef('a'), CALLER)];
  expect(server.heard.every(({ authorization }) => authorization === `Bearer ${TOKEN.reveal()}`)).toBe(true);
  expect(server.heard.some(({ path }) => path.includes(TOKEN.reveal()))).toBe(false);
  for (const one of refused) {
    const error = one.ok ? undefined : one.error;
    expect(`${error?.message} ${JSON.stringify(error?.cause)} ${String(error?.cause)}`).not.toContain(
      TOKEN.reveal(),
    );
  }
});

/** The middleware before the routes of an express application, over real HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { type Middleware, middlewareOf, type Protection } from '../../src/verifier/middleware.js';
import { createVerifier, STALE_AFTER_MS, type Verifier } from '../../src/verifier/verifier.js';
import { credential, FakeFeed, StandingClock, tokenOf } from '../support/credentials.js';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await new Promise((resolve) => server.close(resolve));
});

interface World {
  readonly feed: FakeFeed;
  readonly clock: StandingClock;
  readonly verifier: Verifier;
}

async function world(...credentials: readonly ReturnType<typeof credential>[]): Promise<World> {
  const [feed, clock] = [new FakeFeed(credentials), new StandingClock()];
  const verifier = await createVerifier(feed, clock);
  if (!verifier.ok) throw new Error(verifier.error.message);
  return { feed, clock, verifier: verifier.value };
}

const IN_PRODUCTION = { environment: 'production' };

function guard(
  { verifier }: World,
  protection: Protection<express.Request> = IN_PRODUCTION,
): Middleware<express.Request> {
  return middlewareOf((token, question) => verifier.verify(token, question), protection);
}

/** `GET /` behind the guard says whose key it was; anything else is not found. */
async function served(protect: Middleware<express.Request>): Promise<string> {
  // Without it, express prints the bugs that it is handed.
  const app = express().set('env', 'test');
  app.get('/', protect, (request, response) => void response.json(request.apiKey));
  const server = createServer(app);
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const bearer = (number: number) => ({ headers: { authorization: `Bearer ${tokenOf(number)}` } });

test('a good key is accepted, by either header, and the request has its facts', async () => {
  const url = await served(guard(await world(credential(1, { name: 'billing-prod' }))));
  const first = await fetch(url, bearer(1));
  expect([first.status, await first.json()]).toEqual([
    200,
    {
      keyId: 'us_key_1',
      name: 'billing-prod',
      version: 1,
      type: 'secret',
      environment: 'production',
      owner: 'service:billing',
      permissions: ['spaces:read'],
    },
  ]);
  expect((await fetch(url, { headers: { 'x-api-key': tokenOf(1) } })).status).toBe(200);
});

test('a caller without a good key gets one and the same 401, whatever is wrong', async () => {
  const url = await served(
    guard(
      await world(
        credential(1, { dates: { revokedAt: 5 } }),
        credential(2, { dates: { expiresAt: 5 } }),
        credential(3, { effective: { isDeactivated: true } }),
        credential(4, { effective: { owner: 'deleted' } }),
        credential(5, { effective: { owner: 'deactivated' } }),
        credential(6, { effective: { environment: 'development' } }),
      ),
    ),
  );
  const asked = [
    ...[1, 2, 3, 4, 5, 6, 99].map(bearer),
    {},
    { headers: { authorization: 'Bearer nonsense' } },
    { headers: { authorization: `Basic ${tokenOf(1)}` } },
  ];
  const answers = await Promise.all(
    asked.map(async (init) => {
      const response = await fetch(url, init);
      return [response.status, response.headers.get('www-authenticate'), await response.text()];
    }),
  );
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(answers[0]).toEqual([
    401,
    'Bearer realm="keywright"',
    expect.stringContaining('"code":"unauthenticated"'),
  ]);
});

test('a good key that may not do this gets 403, and learns what it needs', async () => {
  const url = await served(
    guard(await world(credential(1)), { ...IN_PRODUCTION, permission: 'spaces:write' }),
  );
  const refused = await fetch(url, bearer(1));
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    403,
    'Bearer realm="keywright", error="insufficient_scope", scope="spaces:write"',
  ]);
  expect(await refused.json()).toMatchObject({
    code: 'forbidden',
    detail: expect.stringContaining('spaces:write'),
  });
});

test('F7: a publishable key is not let in, nor a secret one that a browser sends', async () => {
  const url = await served(guard(await world(credential(1), { ...credential(2), type: 'publishable' })));
  const browser = { headers: { ...bearer(1).headers, origin: 'https://shop.example' } };
  const publishable = await fetch(url, bearer(2));
  expect([publishable.status, (await fetch(url, browser)).status]).toEqual([403, 403]);
  expect(await publishable.json()).toMatchObject({ detail: expect.stringContaining('only start a session') });
});

test('two credentials are one too many', async () => {
  const url = await served(guard(await world(credential(1))));
  const headers = { ...bearer(1).headers, 'x-api-key': tokenOf(1) };
  const refused = await fetch(url, { headers });
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    400,
    expect.stringContaining('invalid_request'),
  ]);
});

test('no key is accepted when the feed is lost for longer than the bound, and every good key is once it is back', async () => {
  const lost = await world(credential(1));
  const url = await served(guard(lost));
  lost.feed.isBroken = true;
  lost.clock.atMs += STALE_AFTER_MS + 1;
  const refused = await fetch(url, bearer(1));
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  lost.feed.isBroken = false;
  await lost.verifier.refresh();
  expect((await fetch(url, bearer(1))).status).toBe(200);
});

test('every request is a use of its key, which the next refresh reports', async () => {
  const used = await world(credential(1), credential(2));
  const url = await served(guard(used));
  await fetch(url, bearer(1));
  await used.verifier.refresh();
  expect([...used.feed.lastUses.keys()]).toEqual([credential(1).tokenId]);
});

test.each([
  ['rejects', () => Promise.reject(new Error('a bug'))],
  [
    'throws',
    () => {
      throw new Error('a bug');
    },
  ],
])('a verifier that %s is a bug and not an entrance', async (_how, broken) => {
  const url = await served(middlewareOf(broken, {}));
  expect((await fetch(url, bearer(1))).status).toBe(500);
});

/** What one caller uses up is its own: of streams, of requests at once, of requests a minute, of guesses. Counted, not timed. */
import { attackers, statusFrom, until } from '../support/attackers.js';
import { joined, login, PASSWORD } from '../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';
import { apiKey } from '../support/store.js';

const place = httpPlace();
let server: TestServer;
const { hold } = attackers(() => server);

const keyToken = async (name: string, spec = {}): Promise<string> => {
  await server.hand.create(apiKey(name, spec));
  return (await server.hand.rollOut(name, 1)).reveal();
};

test('change streams: one key has a quarter of them, from however many addresses; another key has its own, from the same address too', async () => {
  server = await place.start((world) => ({ ...world, limits: { ...world.limits, streams: 12 } }));
  const [greedy, other] = [
    await keyToken('greedy', { permissions: ['audit:read'] }),
    await keyToken('other', { permissions: ['audit:read'] }),
  ];
  const follow = async (token: string, nth: number) => {
    const socket = await hold(
      `GET /v1/changes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`,
      `127.0.2.${nth}`,
    );
    return new Promise<number>((resolve) =>
      socket.once('data', (data) => resolve(Number(/HTTP\/1.1 (\d+)/.exec(String(data))?.[1]))),
    );
  };
  const statuses = [];
  for (let nth = 1; nth <= 8; nth++) statuses.push(await follow(greedy, nth));
  expect(statuses).toEqual([200, 200, 200, 503, 503, 503, 503, 503]);
  expect(await follow(other, 9)).toBe(200);
  expect(await follow(other, 1)).toBe(200);
});

test('requests at once: a caller has half of the slots, and what ends a credential has some of its own', async () => {
  const gates: (() => void)[] = [];
  server = await place.start((world) => ({
    ...world,
    limits: { ...world.limits, concurrent: 4 },
    accounts: {
      ...world.accounts,
      account: async () => {
        await new Promise<void>((resolve) => void gates.push(resolve));
        return world.accounts.account();
      },
    },
  }));
  const [first, second] = [await keyToken('first'), await keyToken('second')];
  await keyToken('leaked');
  const { id } = await server.hand.fetch({ kind: 'ApiKey', name: 'leaked' });
  const ask = (line: string, token: string, from: string) =>
    statusFrom(server, line, { from, headers: { authorization: `Bearer ${token}` } });
  const slow = (token: string, from: string) => ask('GET /v1/accounts/current', token, from);
  const held = [slow(first, '127.0.0.2'), slow(first, '127.0.0.3')];
  await until(() => gates.length === 2);
  // The same credential from a third address, and another credential from an address that has one already.
  expect(await slow(first, '127.0.0.4')).toBe(503);
  held.push(slow(second, '127.0.0.2'), slow(second, '127.0.0.5'));
  await until(() => gates.length === 4);
  expect(await ask('GET /v1/whoami', ROOT, '127.0.0.9')).toBe(503);
  expect(await ask('GET /healthz', ROOT, '127.0.0.9')).toBe(200);
  expect(await ask('GET /readyz', ROOT, '127.0.0.9')).toBe(200);
  expect(await ask(`POST /v1/keys/${id}/revoke`, ROOT, '127.0.0.9')).toBe(200);
  for (const open of gates) open();
  expect(new Set(await Promise.all(held))).toEqual(new Set([200]));
  expect(await ask('GET /v1/whoami', ROOT, '127.0.0.9')).toBe(200);
});

test('probes: however many ask at once, the store is asked once', async () => {
  let asked = 0;
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server = await place.start((world) => ({
    ...world,
    store: {
      ...world.store,
      facts: async () => {
        asked++;
        await answered;
        return world.store.facts();
      },
    },
  }));
  const probes = Array.from({ length: 50 }, (_, nth) =>
    statusFrom(server, 'GET /readyz', { from: `127.0.0.${2 + nth}` }),
  );
  await until(() => asked > 0);
  expect(await statusFrom(server, 'GET /healthz')).toBe(200);
  expect(asked).toBe(1);
  answer();
  expect(new Set(await Promise.all(probes))).toEqual(new Set([200]));
});

test('requests a minute: a caller who used them up can still end a credential', async () => {
  server = await place.start((world) => ({ ...world, limits: { ...world.limits, requestsPerMinute: 3 } }));
  await keyToken('leaked');
  const { id } = await server.hand.fetch({ kind: 'ApiKey', name: 'leaked' });
  const statuses = [];
  for (let nth = 0; nth < 5; nth++) statuses.push((await server.asRoot('GET /v1/whoami')).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect((await server.asRoot(`POST /v1/keys/${id}/revoke`)).status).toBe(200);
});

const asCaller = (address: string) => ({ headers: { 'x-forwarded-for': address } });

test('browsers that share a publishable key have a budget each', async () => {
  server = await place.start((world) => ({ ...world, limits: { ...world.limits, requestsPerMinute: 3 } }), {
    proxies: 'loopback',
  });
  const publishable = await keyToken('browser', { type: 'publishable' });
  const from = async (address: string) =>
    (await server.ask('POST /v1/auth', { token: publishable, ...asCaller(address) })).body
      .accessToken as string;
  const tokens = [await from('198.51.100.1'), await from('198.51.100.2')];
  const ask = async (nth: number) =>
    (
      await server.ask('GET /v1/whoami', {
        token: tokens[nth] as string,
        ...asCaller(`198.51.100.${nth + 1}`),
      })
    ).status;
  expect([await ask(0), await ask(0), await ask(0), await ask(0)]).toEqual([200, 200, 200, 429]);
  expect([await ask(1), await ask(1), await ask(1), await ask(1)]).toEqual([200, 200, 200, 429]);
});

test('behind a proxy: lock-outs, the log and the audit log have the caller, and not the proxy', async () => {
  server = await place.start((world) => world, { proxies: 'loopback' });
  await joined(server, 'ada');
  const signIn = (password: string, address: string) =>
    server.ask('POST /v1/auth', { body: { email: 'ada@example.com', password }, ...asCaller(address) });
  for (let nth = 0; nth < 10; nth++) await signIn('a guess at it', '198.51.100.66');
  expect((await signIn(PASSWORD, '198.51.100.66')).status).toBe(429);
  expect((await signIn(PASSWORD, '6.6.6.6, 198.51.100.7')).status).toBe(200);
  expect(server.requests.at(-1)?.address).toBe('198.51.100.7');
  const log = (await server.asRoot('GET /v1/audit?limit=200')).body.data as {
    action: string;
    detail: { source?: string };
  }[];
  const sources = (action: string) =>
    log.filter((one) => one.action === action).map(({ detail }) => detail.source);
  expect(sources('login.failed')).toEqual(['198.51.100.66', '198.51.100.66']);
  expect(sources('session.started').at(-1)).toBe('198.51.100.7');
});

test('without a trusted proxy a header changes nothing, and one warning says so', async () => {
  server = await place.start();
  await joined(server, 'ada');
  for (let nth = 0; nth < 10; nth++)
    await server.ask('POST /v1/auth', {
      body: { email: 'ada@example.com', password: 'a guess at it' },
      ...asCaller(`198.51.100.${nth}`),
    });
  const got = await server.ask('POST /v1/auth', {
    body: { email: 'ada@example.com', password: PASSWORD },
    ...asCaller('198.51.100.200'),
  });
  expect([got.status, server.warnings.length]).toEqual([429, 1]);
});

test('sixty wrong passwords at once, for one account, keep no other person at the same address from signing in', async () => {
  server = await place.start((world) => world);
  await joined(server, 'ada');
  await joined(server, 'bob');
  const guesses = Array.from({ length: 60 }, () => login(server, 'ada@example.com', 'a guess at it'));
  const right = await Promise.all([login(server, 'bob@example.com'), login(server, 'bob@example.com')]);
  expect(right.map(({ status }) => status)).toEqual([200, 200]);
  expect((await Promise.all(guesses)).filter(({ status }) => status === 401)).toHaveLength(10);
});

test('sixty wrong passwords at once, for as many accounts, keep no other person from signing in', async () => {
  server = await place.start((world) => world, { proxies: 'loopback' });
  await joined(server, 'ada');
  const guesses = Array.from({ length: 120 }, (_, nth) =>
    server.ask('POST /v1/auth', {
      body: { email: `guess${nth}@example.com`, password: 'a guess at it' },
      ...asCaller('198.51.100.66'),
    }),
  );
  const right = await Promise.all(
    ['198.51.100.7', '198.51.100.8', '198.51.100.9'].map((address) =>
      server.ask('POST /v1/auth', {
        body: { email: 'ada@example.com', password: PASSWORD },
        ...asCaller(address),
      }),
    ),
  );
  expect(right.map(({ status }) => status)).toEqual([200, 200, 200]);
  const statusCodes = (await Promise.all(guesses)).map(({ status }) => status);
  expect(statusCodes.filter((status) => status === 401).length).toBeLessThanOrEqual(100);
  expect((await login(server, 'ada@example.com')).status).toBe(200);
});

/** Connections that do nothing, and requests that are never finished, keep no caller out. Counted, not timed. */
import type { Socket } from 'node:net';
import { attackers, statusFrom, until } from '../support/attackers.js';
import { httpPlace, ROOT, type TestServer } from '../support/http-world.js';

const place = httpPlace();
let server: TestServer;
beforeEach(async () => {
  server = await place.start((world) => ({
    ...world,
    limits: { ...world.limits, concurrent: 256, streams: 100 },
  }));
});
const { hold, holdAll } = attackers(() => server);

const openOf = (sockets: readonly Socket[]): number =>
  sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length;

const HALF_HEAD = 'GET /v1/whoami HTTP/1.1\r\nhost: x\r\nauthor';
const WHOLE = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';
const halfBody = (path: string, token = '') =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${token === '' ? '' : `authorization: Bearer ${token}\r\n`}content-length: 1000\r\n\r\n{`;

/** Probes, who is there, what changes something, and what ends a credential: from that address. */
async function everything(from: string): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${ROOT}` };
  return [
    await statusFrom(server, 'GET /healthz', { from }),
    await statusFrom(server, 'GET /readyz', { from }),
    await statusFrom(server, 'GET /v1/whoami', { from, headers }),
    await statusFrom(server, 'POST /v1/services', {
      from,
      headers,
      body: { name: `service-${from.replaceAll('.', '-')}` },
    }),
    await statusFrom(server, 'POST /v1/revoke', {
      from,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    }).then((status) => (status === 400 ? 200 : status)),
  ];
}
const ALL_WELL = [200, 200, 200, 201, 200];

test.each<[string, string]>([
  ['to a route for anybody', halfBody('/v1/auth')],
  ['to a route for those who are known', halfBody('/v1/services', ROOT)],
  ['to verification', halfBody('/v1/keys/verify', ROOT)],
])('300 half-sent bodies from one address, %s, hold up nobody', async (_, text) => {
  const sockets = await holdAll(300, text);
  await until(() => openOf(sockets) <= 300);
  expect(await everything('127.0.0.1')).toEqual(ALL_WELL);
  expect(await everything('127.0.0.2')).toEqual(ALL_WELL);
  // Of one network so many bodies are waited for; those that took longest were cut off for the others.
  await until(() => openOf(sockets) <= 64);
});

test('half-sent heads and idle connections: of one address 512 stay, the newest', async () => {
  const sockets = [...(await holdAll(300, HALF_HEAD)), ...(await holdAll(300, WHOLE))];
  await until(() => openOf(sockets) <= 512);
  expect(sockets.slice(0, 80).filter(({ destroyed }) => !destroyed)).toEqual([]);
  expect(await everything('127.0.0.2')).toEqual(ALL_WELL);
});

test('2,100 idle connections from many addresses: probes and requests from elsewhere are answered', async () => {
  const sockets = await holdAll(2_100, WHOLE, (nth) => `127.0.1.${1 + (nth % 10)}`);
  await until(() => openOf(sockets) <= 2_000);
  expect(await everything('127.0.0.1')).toEqual(ALL_WELL);
  expect(openOf(sockets)).toBeGreaterThan(1_900);
});

test('a request that is being answered is not cut off for another', async () => {
  const [stream] = await holdAll(
    1,
    `GET /v1/changes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ROOT}\r\n\r\n`,
  );
  await holdAll(600, WHOLE);
  await hold(WHOLE);
  expect(stream?.destroyed).toBe(false);
});

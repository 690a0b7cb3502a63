/** Every route of /openapi.json × every sort of caller × their own environment and another, against the table. */
import { change } from '../../support/http-people.js';
import { httpPlace, ROOT, type TestServer } from '../../support/http-world.js';
import { unwrap } from '../../support/store.js';
import { type Caller, everybody, ROLES, type Role, USUALLY } from './callers.js';
import { type Aim, type At, environments, PLACES, type PlaceName, placesOf } from './places.js';
import type { Row, Sent } from './row.js';
import { OPEN, TABLE } from './table.js';

const place = httpPlace('file');
let server: TestServer;
let callers: readonly Caller[];
let at: Asking['at'];
beforeAll(async () => {
  server = await place.start();
});

const PEOPLE = 'OATM';
/** Who reaches one space alone. */
const CONFINED = 'EGLW';

const ROOT_PATHS = ['/healthz', '/readyz', '/metrics', '/openapi.json'];

const routeOf = ({ line }: Row): string => line.split(' #')[0] ?? '';

/** Streams are asked for their head alone, which they answer alike. */
const STREAMS = new Set(['GET /changes', 'GET /store/watch']);

async function linesOf(server: TestServer): Promise<readonly string[]> {
  const { paths } = (await server.ask('GET /openapi.json')).body;
  return Object.entries<object>(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((one) => ['get', 'post', 'put', 'patch', 'delete'].includes(one))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

interface Cell {
  readonly row: Row;
  readonly caller: Caller;
  readonly at: PlaceName;
}

/** In an environment of one's own what the row says; elsewhere people alone; and what is closed to guests is. */
function isIn({ row, caller: { role }, at }: Cell): boolean {
  if (!row.who.includes(role)) return false;
  if (row.isOfAccount || at === 'own' || row.everywhere?.includes(role) === true) return true;
  return at === 'other' ? PEOPLE.includes(role) : !CONFINED.includes(role);
}

/**
 * People have no environment of their own: in the other they are asked about by one of their credentials. Only what
 * a confined caller gets into is asked again where it is closed to them, and only of them.
 */
const isOfInterest = ({ row, caller: { role, by }, at }: Cell): boolean => {
  if (at === 'own') return row.unasked?.includes(role) !== true;
  if (PEOPLE.includes(role) && by !== USUALLY) return false;
  if (row.isOfAccount) return false;
  return at === 'other' || (CONFINED.includes(role) && row.who.includes(role));
};

const cellsOf = (row: Row, callers: readonly Caller[]): readonly Cell[] =>
  callers.flatMap((caller) => PLACES.map((at) => ({ row, caller, at }))).filter(isOfInterest);

function requestOf({ row }: Cell, { params = {}, query = {} }: Sent): string {
  const [method, path = ''] = routeOf(row).split(' ');
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? 'x'));
  const asked = new URLSearchParams(query).toString();
  return `${STREAMS.has(routeOf(row)) ? 'HEAD' : method} /v1${filled}${asked && `?${asked}`}`;
}

/** What became of it, in a word that says what is wrong if it is not as it should be; undefined if it is. */
async function wrongOf(cell: Cell, at: At): Promise<string | undefined> {
  const { row, caller } = cell;
  const sent = (await row.ask?.(at, caller)) ?? {};
  const line = requestOf(cell, sent);
  const { status, text } = await at.server.ask(line, {
    ...(caller.token !== undefined && { token: caller.token }),
    ...(sent.body !== undefined && { body: sent.body }),
  });
  if (at.aim === 'fresh') await row.after?.(at);
  const isDone = row.answers === undefined ? status >= 200 && status < 300 : status === row.answers;
  const isShown = row.shows === undefined || text.includes(row.shows(at));
  const isRefused =
    caller.role === 'N' ? status === 401 : status === 403 || status === 404 || (isDone && !isShown);
  if (isIn(cell) ? isDone && isShown : isRefused) return undefined;
  const { role, by } = caller;
  const expected = isIn(cell) ? 'should get in' : 'should be refused';
  return `${row.line} (${cell.at}): ${ROLES[role as Role]} (${by}) ${expected}: ${status} ${text.slice(0, 200)}`;
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}

async function world(server: TestServer) {
  for (const declaration of environments()) await change(server, declaration);
  const callers = await everybody(server);
  const member = callers.find(({ role }) => role === 'M');
  return { callers, at: await placesOf(server, member?.token ?? '') };
}

interface Asking {
  readonly at: (place: Cell['at'], aim: Aim) => At;
  readonly aim: Aim;
  readonly atOnce: number;
}

async function wrongAmong(cells: readonly Cell[], { at, aim, atOnce }: Asking): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (let from = 0; from < cells.length; from += atOnce) {
    const some = cells.slice(from, from + atOnce);
    const found = await Promise.all(some.map((cell) => wrongOf(cell, at(cell.at, aim))));
    wrong.push(...found.filter((one) => one !== undefined));
  }
  return wrong;
}

test('every route of /openapi.json is in the table, and nothing else is', async () => {
  const lines = await linesOf(server);
  const known = [...TABLE.map(routeOf), ...Object.keys(OPEN)];
  expect({ missing: lines.filter((line) => !known.includes(line)) }).toEqual({ missing: [] });
  expect({ surplus: known.filter((line) => !lines.includes(line)) }).toEqual({ surplus: [] });
});

describe('F5, F7, F10, F12, U2, T2: in each environment, a route', () => {
  let before: number;
  const asked = { in: 0, out: 0 };
  beforeAll(async () => {
    ({ callers, at } = await world(server));
    before = await server.hand.entries();
  }, 60_000);

  test.each(TABLE)('lets in only those whom the table names: $line', async (row) => {
    const [, refused] = parted(cellsOf(row, callers), isIn);
    asked.out += refused.length;
    expect(await wrongAmong(refused, { at, aim: 'lasting', atOnce: 16 })).toEqual([]);
  });

  test('does nothing for those who are not let in', async () => {
    // But for the session that a publishable key begins before it learns that it may not make a space there.
    const effects = unwrap(await server.hand.store.audit({ since: before })).filter(
      ({ action }) => action !== 'session.started',
    );
    expect(effects.map(({ action, actor }) => `${actor} ${action}`)).toEqual([]);
  });

  // One after another: what one of them makes or takes away, another may count on.
  test.each(TABLE)('lets in whom the table names: $line', async (row) => {
    const [welcome] = parted(cellsOf(row, callers), isIn);
    asked.in += welcome.length;
    expect(await wrongAmong(welcome, { at, aim: 'fresh', atOnce: 1 })).toEqual([]);
  });

  test('was asked thousands of times, and nothing failed', () => {
    expect(server.failures).toEqual([]);
    expect([asked.in > 1_000, asked.out > 1_000]).toEqual([true, true]);
  });
});

test.each(Object.entries(OPEN))(
  'answers alike to all who come in, and lets nobody in without a credential: %s',
  async (route, { query = '', body, status }) => {
    const [method, path = ''] = route.split(' ');
    const prefix = ROOT_PATHS.includes(path) ? '' : '/v1';
    for (const token of [undefined, 'a guess', ROOT]) {
      const asked = { ...(token !== undefined && { token }), ...(body !== undefined && { body }) };
      const got = await server.ask(`${method} ${prefix}${path}${query && `?${query}`}`, asked);
      expect([token, got.status]).toEqual([token, status]);
    }
  },
);

/**
 * Everybody who calls, in one account: people by what they sign in with and by tokens of theirs, keys of each level and
 * what they are exchanged for, browsers, guests by each way in, and unauthenticated callers. They sign in over HTTP, as they do.
 */
import { exchanged, joined, login, pat } from '../../support/http-people.js';
import { ROOT, type TestServer } from '../../support/http-world.js';
import { service, team } from '../../support/plan-declarations.js';
import { apiKey } from '../../support/store.js';
import { declared, HOME } from './places.js';

/** One letter for each sort of caller, so that a row of the table is one word. */
export const ROLES = {
  O: 'owner',
  A: 'administrator',
  T: 'admin of a team, member otherwise',
  M: 'member',
  K: 'key of the tenant',
  S: 'key of a service',
  D: 'key of a team, with the role of its admin',
  P: 'personal key of a member',
  R: 'key of a service that may do to keys, and apply, what gives it nothing',
  B: 'publishable key',
  C: 'client session',
  E: 'client session, in the space that it made',
  G: 'guest of a space',
  W: 'guest of a workbook',
  L: 'guest by shared link',
  N: 'nobody',
} as const;

export type Role = keyof typeof ROLES;

export interface Caller {
  readonly role: Role;
  /** How they come: `session`, `token`, … */
  readonly by: string;
  readonly token: string | undefined;
  /** Of the caller, in documents. */
  readonly name: string;
}

/** How most of them come. */
export const USUALLY = 'session';

export async function everybody(server: TestServer): Promise<readonly Caller[]> {
  const people = [
    ...(await person(server, 'O', ['owner'])),
    { role: 'O', by: 'root token', token: ROOT, name: 'owner' } as const,
    ...(await person(server, 'A', ['administrator'])),
    ...(await person(server, 'T', [])),
    ...(await person(server, 'M', [])),
  ];
  const members = [{ user: nameOf('T'), role: 'admin' }, { user: nameOf('M') }];
  await server.hand.create(team('data', ...members));
  await server.hand.create(service('billing'));
  await server.asRoot('POST /v1/connections', { name: 'vault', ...VAULT });
  return [
    ...people,
    ...(await keys(server, people)),
    ...(await guests(server)),
    ...(await unauthenticated(server)),
  ];
}

/** A Connection, with a reference to its credential. */
export const VAULT = { vault: { address: 'https://vault.example.com', token: { env: 'VAULT_TOKEN' } } };

export const nameOf = (role: Role): string => `person-${role.toLowerCase()}`;

async function person(server: TestServer, role: Role, roles: readonly string[]): Promise<Caller[]> {
  const name = nameOf(role);
  await joined(server, name, roles.length > 0 ? { roles: [...roles] } : {});
  const session: string = (await login(server, `${name}@example.com`)).body.accessToken;
  const { token } = await pat(server, session);
  return [
    { role, by: USUALLY, token: session, name },
    { role, by: 'personal access token', token, name },
  ];
}

async function keys(server: TestServer, people: readonly Caller[]): Promise<readonly Caller[]> {
  const made = async (role: Role, name: string, spec: object): Promise<Caller> => {
    await server.hand.create(apiKey(name, { environment: HOME, ...spec }));
    return { role, by: 'key', token: (await server.hand.rollOut(name, 1)).reveal(), name };
  };
  const own = { name: 'of-a-member', environment: HOME, owner: { user: nameOf('M') } };
  const token = people.find(({ role }) => role === 'M')?.token ?? '';
  const personal = (await server.ask('POST /v1/keys', { token, body: own })).body.secret;
  const secret = [
    await made('K', 'of-the-tenant', {}),
    await made('S', 'of-a-service', { owner: { service: 'billing' } }),
    await made('D', 'of-a-team', { owner: { team: 'data', role: 'admin' } }),
    { role: 'P', by: 'key', token: personal, name: 'of-a-member' } as const,
  ];
  const giving = ['keys:read', 'keys:write', 'keys:rotate', 'keys:revoke', 'plans:read', 'plans:apply'];
  secret.push(await made('R', 'of-a-robot', { owner: { service: 'billing' }, permissions: giving }));
  const browser = await made('B', 'of-a-browser', { type: 'publishable' });
  const sessions: Caller[] = [];
  for (const key of secret)
    sessions.push({ ...key, by: USUALLY, token: await exchanged(server, key.token ?? '') });
  const client = async (role: Role): Promise<Caller> => {
    const token = await exchanged(server, browser.token ?? '');
    return { ...browser, role, by: USUALLY, token };
  };
  const maker = await client('E');
  const space = { name: declared.open, environmentId: HOME, workbooks: [...declared.workbooks] };
  await server.ask('POST /v1/spaces', { token: maker.token ?? '', body: space });
  return [...secret, ...sessions, browser, await client('C'), maker];
}

/** They come into the space that the client made. */
async function guests(server: TestServer): Promise<readonly Caller[]> {
  for (const { environment, name } of declared.spaces)
    await server.hand.create(declared.space(environment, name));
  const { open } = declared;
  await server.hand.create(declared.guest('whole', [{ space: open }]));
  await server.hand.create(declared.guest('part', [{ space: open, workbooks: ['contacts'] }]));
  const comeIn = async (link: object, more: object = {}): Promise<string> => {
    const { token } = (await server.asRoot('POST /v1/guest-links', link)).body.data;
    return (await server.ask('POST /v1/auth', { body: { token, ...more } })).body.accessToken;
  };
  const by = USUALLY;
  const visitor = { type: 'sharedLink', email: 'visitor@example.org' };
  return [
    { role: 'G', by, name: `${HOME}/whole`, token: await comeIn({ guest: `${HOME}/whole` }) },
    { role: 'W', by, name: `${HOME}/part`, token: await comeIn({ guest: `${HOME}/part` }) },
    { role: 'L', by, name: 'visitor', token: await comeIn({ space: `${HOME}/${open}` }, visitor) },
  ];
}

async function unauthenticated(server: TestServer): Promise<readonly Caller[]> {
  await server.hand.create(apiKey('ended', { environment: HOME }));
  const ended = await server.hand.rollOut('ended', 1);
  const session = await exchanged(server, ended.reveal());
  await server.asRoot('POST /v1/keys/ended/revoke', {});
  const name = 'nobody';
  return [
    { role: 'N', by: 'nothing', token: undefined, name },
    { role: 'N', by: 'session of a revoked key', token: session, name },
  ];
}

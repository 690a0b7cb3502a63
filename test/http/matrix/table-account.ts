/** The account: people, teams, roles, services, the log, the plan, and the store for reconcilers. */
import { nameOf, VAULT } from './callers.js';
import { type At, make } from './places.js';
import { inPlace, ofAccount, type Row } from './row.js';

/** Every caller who is let in at all. */
const KNOWN = 'OATMKSDPRBCEGWL';
/** A member reads, and so does the member's own key, of the account too (fine print 10). */
const READERS = 'OATMP';

const account = [
  ofAccount('GET /whoami', KNOWN),
  // Not what browsers and guests have: a publishable key does nothing but start a session (F7).
  ofAccount('GET /accounts/current', 'OATMKSDPR'),
  ofAccount('GET /entitlements', 'OATMKSDPR'),
  ofAccount('PATCH /accounts/current', 'OA', () => ({ body: { name: 'Acme' } })),
  // The plan is for owners. It is put back at once, for without it no key gets in.
  ofAccount('PATCH /accounts/current # of the plan', 'O', () => ({ body: { plan: 'basic' } }), {
    after: ({ server }) => server.asRoot('PATCH /v1/accounts/current', { plan: 'standard' }),
  }),
  ofAccount('GET /usage', `${READERS}DR`),
  ofAccount('GET /instances', READERS),
  ofAccount('GET /plan', 'OAR', () => ({ query: { project: 'acme' } })),
  ofAccount('GET /drift', 'OAR', () => ({ query: { project: 'acme' } })),
  ofAccount('GET /audit', 'OA'),
  ofAccount('GET /audit/export', 'OA'),
  ofAccount('GET /audit/verify', 'OA'),
  ofAccount('GET /audit/checkpoint', 'OA'),
  ofAccount('GET /changes', 'OA'),
  ofAccount('POST /signing-keys/rotate', 'O', () => ({ body: {} })),
];

const people = [
  ofAccount('GET /users', READERS, undefined, { shows: () => nameOf('A') }),
  ofAccount('GET /users/{id}', READERS, () => ({ params: { id: nameOf('A') } })),
  ofAccount('GET /users/{id}/roles', READERS, () => ({ params: { id: nameOf('A') } })),
  ofAccount('POST /users/invite', 'OA', ({ accountId, next }) => ({
    body: invited(accountId, next(), 'administrator'),
  })),
  ofAccount('POST /users/invite # of an owner', 'O', ({ accountId, next }) => ({
    body: invited(accountId, next(), 'owner'),
  })),
  ofAccount('POST /users/{id}/invitation', 'OA', async (at) => ({
    params: { id: await person(at) },
    body: {},
  })),
  ofAccount('POST /users/{id}/invitation # of an owner', 'O', () => ({ params: { id: 'owner' }, body: {} })),
  ofAccount('POST /users/{id}/resend-invite', 'OA', async (at) => ({ params: { id: await person(at) } })),
  ofAccount('PATCH /users/{id}', 'OA', async (at) => ({
    params: { id: await person(at) },
    body: { name: 'X' },
  })),
  ofAccount('PATCH /users/{id} # of an owner', 'O', () => ({ params: { id: 'owner' }, body: { name: 'X' } })),
  ofAccount('DELETE /users/{id}', 'OA', async (at) => ({ params: { id: await person(at) } })),
  ofAccount('PATCH /users/{id}/password # of another', 'O', async (at) => ({
    params: { id: await person(at) },
    body: { password: 'another horse battery' },
  })),
  ofAccount('POST /users/{id}/roles', 'OA', async (at) => ({
    params: { id: await person(at) },
    body: { roleId: 'administrator', resourceId: at.accountId },
  })),
  ofAccount('POST /users/{id}/roles # of an owner', 'O', async (at) => ({
    params: { id: await person(at) },
    body: { roleId: 'owner', resourceId: at.accountId },
  })),
  ofAccount('DELETE /users/{id}/roles/{actorRoleId}', 'OA', async (at) => {
    const id = await person(at);
    if (at.aim === 'lasting') return { params: { id, actorRoleId: 'us_acr_1' } };
    const body = { roleId: 'member', resourceId: at.accountId };
    const given = await at.server.asRoot(`POST /v1/users/${id}/roles`, body);
    return { params: { id, actorRoleId: given.body.data.id } };
  }),
  ofAccount('GET /users/{id}/api-token', 'OATM', (_, { name }) => ({
    params: { id: name.split('/').at(-1) ?? name },
    query: { tenantId: 'x' },
  })),
  ofAccount('POST /users/{id}/api-token', 'OATM', (_, { name }) => ({
    params: { id: name.split('/').at(-1) ?? name },
    query: { tenantId: 'x' },
  })),
  ofAccount('GET /auth/personal-access-tokens', 'OATM'),
  ofAccount('POST /auth/personal-access-tokens', 'OATM', () => ({ body: { name: 'laptop' } })),
  ofAccount('DELETE /auth/personal-access-tokens/{id}', 'OATM', async (at, { token }) => ({
    params: { id: await ownToken(at, token) },
  })),
  ofAccount('DELETE /auth/personal-access-tokens/{id} # of another', '', (at) => ({
    params: { id: at.tokenOfAnother },
  })),
  ofAccount('POST /personal-access-tokens/{id}/rotate', 'OATM', async (at, { token }) => ({
    params: { id: await ownToken(at, token) },
    body: {},
  })),
  ofAccount('POST /personal-access-tokens/{id}/rotate # of another', '', (at) => ({
    params: { id: at.tokenOfAnother },
    body: {},
  })),
];

const sessions = [
  ofAccount('GET /sessions', 'OATMKSDPRGWL'),
  ofAccount('GET /sessions # of another', 'OA', () => ({ query: { user: 'person-x' } })),
  ofAccount('DELETE /sessions', 'OA', async (at) => ({ query: { user: await someone(at) } })),
  ofAccount('DELETE /sessions/{id}', 'OA', async (at) => ({
    params: { id: at.aim === 'fresh' ? await make.session(at) : at.tokenOfAnother },
  })),
];

/** A person who is not one of the callers. */
const someone = (at: At): Promise<string> | string => (at.aim === 'fresh' ? make.person(at) : 'person-x');

const person = (at: At): Promise<string> | string => (at.aim === 'fresh' ? make.person(at) : nameOf('M'));

/** Of the caller, if they have any; else of another. */
const ownToken = (at: At, token = ''): Promise<string> | string =>
  at.aim === 'fresh' ? make.personalToken(at, token) : at.tokenOfAnother;

/** Something without anything that depends on it. */
async function spare(
  { aim, next, server }: At,
  noun: 'services' | 'teams' | 'roles' | 'connections',
  lasting: string,
): Promise<string> {
  if (aim === 'lasting') return lasting;
  const name = next();
  const more = {
    ...(noun === 'roles' && { scope: 'tenant', permissions: ['audit:read'] }),
    ...(noun === 'connections' && VAULT),
  };
  await server.asRoot(`POST /v1/${noun}`, { name, ...more });
  return name;
}

const invited = (accountId: string, name: string, roleId: string) => ({
  email: `${name}@example.com`,
  name,
  actorRoles: [{ roleId, resourceId: accountId }],
});

const groups = [
  ofAccount('GET /services', READERS, undefined, { shows: () => '"billing"' }),
  ofAccount('GET /services/{id}', READERS, () => ({ params: { id: 'billing' } })),
  ofAccount('POST /services', 'OA', ({ next }) => ({ body: { name: next() } })),
  ofAccount('PATCH /services/{id}', 'OA', () => ({ params: { id: 'billing' }, body: { description: 'x' } })),
  ofAccount('DELETE /services/{id}', 'OA', async (at) => ({
    params: { id: await spare(at, 'services', 'billing') },
  })),
  ofAccount('GET /teams', `${READERS}D`, undefined, { shows: () => nameOf('T') }),
  ofAccount('GET /teams/{id}', `${READERS}D`, () => ({ params: { id: 'data' } })),
  ofAccount('POST /teams', 'OA', ({ next }) => ({ body: { name: next() } })),
  ofAccount('PATCH /teams/{id}', 'OA', () => ({ params: { id: 'others' }, body: { description: 'x' } })),
  ofAccount('PATCH /teams/{id} # of one’s own', 'OAT', () => ({
    params: { id: 'data' },
    body: { description: 'x' },
  })),
  ofAccount('DELETE /teams/{id}', 'OA', async (at) => ({
    params: { id: await spare(at, 'teams', 'others') },
  })),
  ofAccount('GET /roles', READERS, undefined, { shows: () => '"log-reader"' }),
  ofAccount('GET /roles/{id}', READERS, () => ({ params: { id: 'log-reader' } })),
  ofAccount('POST /roles', 'OA', ({ next }) => ({
    body: { name: next(), scope: 'tenant', permissions: ['audit:read'] },
  })),
  ofAccount('PATCH /roles/{id}', 'OA', () => ({
    params: { id: 'log-reader' },
    body: { permissions: ['audit:read'] },
  })),
  ofAccount('DELETE /roles/{id}', 'OA', async (at) => ({
    params: { id: await spare(at, 'roles', 'log-reader') },
  })),
  // Where secrets go is for administrators to see and to say.
  ofAccount('GET /connections', 'OA', undefined, { shows: () => '"vault"' }),
  ofAccount('GET /connections/{id}', 'OA', () => ({ params: { id: 'vault' } })),
  ofAccount('POST /connections', 'OA', ({ next }) => ({ body: { name: next(), ...VAULT } })),
  ofAccount('PATCH /connections/{id}', 'OA', () => ({
    params: { id: 'vault' },
    body: { requestsPerSecond: 5 },
  })),
  ofAccount('DELETE /connections/{id}', 'OA', async (at) => ({
    params: { id: await spare(at, 'connections', 'vault') },
  })),
];

const read = (path: string, body: object, who = 'OAR'): Row =>
  ofAccount(`POST /store/${path}`, who, () => ({ body }));
const PATH = 'matrix';
const billing = { kind: 'Service', name: 'billing' };

const store = [
  read('facts', {}),
  read('fetch', { refs: [billing] }),
  read('list', { kind: 'Service', limit: 10 }),
  read('resolve', { references: [billing] }),
  read('dependents', { object: billing }),
  read('review', { staleAfterMs: 1, maxAgeMs: 1 }),
  read('tokens', { ids: [] }),
  read('audit', {}, 'OA'),
  read('verify-audit', {}, 'OA'),
  read('checkpoint', {}, 'OA'),
  read('verify-checkpoints', { lines: [] }, 'OA'),
  read('changes', { since: 0, limit: 1 }),
  read('projects', {}),
  ofAccount('POST /store/declare-project', 'OAR', ({ server }) => ({
    body: { lease: server.hand.lease, settings: { project: 'matrix', guard: {}, permissions: [] } },
  })),
  ofAccount('POST /store/approve', 'OA', ({ next }) => ({
    body: { path: PATH, digest: next(), project: 'matrix', covers: [] },
  })),
  ofAccount('POST /store/sign-ins', 'OA', () => ({ body: { of: { kind: 'User', name: 'person-x' } } })),
  ofAccount('POST /store/end-sign-ins', 'OA', async (at) => ({
    body: { path: PATH, of: { kind: 'User', name: await someone(at) } },
  })),
  // It would end what all callers signed in with.
  ofAccount('POST /store/replace-signing-keys', 'O', () => ({ body: { path: PATH } }), { unasked: 'O' }),
  ofAccount('GET /store/survey', 'OAR'),
  ofAccount('GET /store/watch', 'OAR'),
  ofAccount('POST /store/acquire-lease', 'OAR', ({ next }) => ({
    body: { holder: 'x', ttlMs: 1_000, name: next() },
  })),
  ofAccount('POST /store/lease-holder', 'OAR', () => ({ body: {} })),
  ofAccount('POST /store/renew-lease', 'OAR', async (at) => ({ body: { lease: await make.lease(at) } })),
  ofAccount('POST /store/release-lease', 'OAR', async (at) => ({ body: { lease: await make.lease(at) } })),
  ofAccount(
    'POST /store/mutate',
    'OA',
    async (at) => ({ body: { lease: at.server.hand.lease, mutations: [created('Service', at.next(), {})] } }),
    { shows: () => '"ok":true' },
  ),
  ofAccount(
    'POST /store/mutate # of a key of the tenant',
    'O',
    async (at) => ({
      body: {
        lease: at.server.hand.lease,
        mutations: [created('ApiKey', at.next(), { environment: 'production', owner: { tenant: true } })],
      },
    }),
    { shows: () => '"ok":true' },
  ),
  ofAccount('POST /store/request', 'OA', (at) => ({
    body: {
      path: PATH,
      request: { kind: 'create', declaration: { kind: 'Service', metadata: { name: at.next() }, spec: {} } },
    },
  })),
  ofAccount('POST /store/request # of an owner', 'O', (at) => ({
    body: {
      path: PATH,
      request: {
        kind: 'create',
        declaration: {
          ...{ kind: 'User', metadata: { name: at.next() } },
          spec: { email: `${at.next()}@example.com`, roles: ['owner'] },
        },
      },
    },
  })),
  inPlace('POST /store/request # stops a key of a service', 'OAKR', async (at) => ({
    body: {
      path: PATH,
      request: {
        kind: 'deactivate',
        object: { kind: 'ApiKey', name: at.aim === 'fresh' ? await make.keyName(at) : at.lasting.keyName },
      },
    },
  })),
  // What gives the caller nothing that they have not: a service that may do nothing.
  ofAccount('POST /store/request # of what gives nothing', 'OAR', (at) => ({
    body: {
      path: PATH,
      request: {
        kind: 'create',
        declaration: { kind: 'Service', metadata: { name: at.next() }, spec: { permissions: [] } },
      },
    },
  })),
  // A publishable key gives nothing by itself.
  ofAccount('POST /store/claim', 'OAR', () => ({
    body: { path: PATH, object: { kind: 'ApiKey', name: 'production-pk' } },
  })),
  ofAccount('POST /store/verify', 'OAD', () => ({ body: { token: 'x', request: {} } })),
];

const created = (kind: string, name: string, spec: object) => ({
  kind: 'create',
  declaration: { kind, metadata: { name }, spec },
  ownership: { project: 'acme', manager: 'documents' },
});

export const accountRows: readonly Row[] = [...account, ...people, ...sessions, ...groups, ...store];

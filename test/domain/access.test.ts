/**
 * Who may do what to what: the whole matrix of principals, actions and targets against a table that is written
 * the other way round, by action; and the rules that the table rests on, as sentences.
 */
import { authorize, type KeyLevel, type Target } from '../../src/domain/access.js';
import type { GuestSpec } from '../../src/domain/kinds/index.js';
import { ENVIRONMENT_DATA, GUEST_PERMISSIONS, INVITING_PERMISSIONS } from '../../src/domain/permissions.js';
import type { GuestPrincipal, KeyPrincipal, PersonPrincipal, Principal } from '../../src/domain/principal.js';
import { BUILT_IN_ROLES } from '../../src/domain/roles.js';

const tenant = (role: string): readonly string[] => BUILT_IN_ROLES.tenant[role]?.permissions ?? [];
const inTeam = (role: string): readonly string[] => BUILT_IN_ROLES.team[role]?.permissions ?? [];
const CREDENTIAL = { kind: 'personal', id: 'us_pat_1', expiresAt: undefined, parent: undefined } as const;

const person = (role: string, more: Partial<PersonPrincipal> = {}): PersonPrincipal => ({
  kind: 'person',
  id: 'us_usr_ada',
  ref: { kind: 'User', name: 'ada' },
  display: 'Ada',
  email: 'ada@example.com',
  environment: undefined,
  roles: [role],
  permissions: tenant(role),
  memberships: [],
  credential: CREDENTIAL,
  at: 0,
  ...more,
});

const key = (permissions: readonly string[], more: Partial<KeyPrincipal> = {}): KeyPrincipal => ({
  kind: 'key',
  id: 'us_key_1',
  ref: { kind: 'ApiKey', name: 'k' },
  display: 'k',
  environment: 'production',
  type: 'secret',
  owner: { service: 'billing' },
  permissions,
  credential: { ...CREDENTIAL, kind: 'key' },
  at: 0,
  ...more,
});

const ONBOARDING = { environment: 'production', space: { name: 'onboarding', id: 'us_sp_1' } };
const guest = (permissions: readonly string[], more: Partial<GuestPrincipal> = {}): GuestPrincipal => {
  const spec: GuestSpec = {
    environment: 'production',
    email: 'g@example.com',
    grants: [{ space: 'onboarding', workbooks: ['contacts'] }],
  };
  return {
    kind: 'guest',
    id: 'us_g_1',
    ref: { kind: 'Guest', name: 'production/g' },
    display: 'G',
    email: 'g@example.com',
    environment: 'production',
    guest: { spec, grantedAt: 0 },
    onlySpace: undefined,
    permissions,
    credential: { ...CREDENTIAL, kind: 'access' },
    at: 0,
    ...more,
  };
};

const asMember = (role: string) =>
  person('member', { memberships: [{ team: 'data', role, permissions: inTeam(role) }] });

const PRINCIPALS: Readonly<Record<string, Principal>> = {
  owner: person('owner'),
  root: { ...person('owner'), kind: 'root' },
  administrator: person('administrator'),
  member: person('member'),
  'team admin': asMember('admin'),
  'team editor': asMember('editor'),
  'team viewer': asMember('viewer'),
  'log reader': person('log-reader', { permissions: ['audit:read'] }),
  'key maker': person('key-maker', { permissions: ['keys:read', 'keys:write', 'spaces:read'] }),
  'service key': key(ENVIRONMENT_DATA),
  'tenant key': key(['*'], { owner: { tenant: true } }),
  'team key': key(inTeam('admin'), { owner: { team: 'data', role: 'admin' } }),
  'key of development': key(['*'], { environment: 'development' }),
  'key with audit:read': key(['audit:read', 'plans:apply', 'users:write']),
  'publishable key': key([], { type: 'publishable' }),
  'new client': { ...key(ENVIRONMENT_DATA), kind: 'client', onlySpace: undefined },
  client: { ...key(ENVIRONMENT_DATA), kind: 'client', onlySpace: ONBOARDING.space },
  guest: guest([...GUEST_PERMISSIONS, ...INVITING_PERMISSIONS]),
  'guest who may not invite': guest(GUEST_PERMISSIONS),
};

const ALL = Object.keys(PRINCIPALS);
const OWNERS = ['owner', 'root'];
const MANAGERS = [...OWNERS, 'administrator'];
const DATA = ['spaces:read'];
const keyOf = (owner: KeyLevel, confers?: readonly string[]): Target => ({
  kind: 'key',
  environment: 'production',
  owner,
  ...(confers && { confers }),
});
const TEAM = { level: 'team', team: 'data' } as const;
const SERVICE = { level: 'service' } as const;
const OWN = { level: 'personal', personId: 'us_usr_ada' } as const;
const OTHERS = { level: 'personal', personId: 'us_usr_bob' } as const;
const PEOPLE = ['owner', 'root', 'administrator', 'member', 'team admin', 'team editor', 'team viewer'];
const READERS = [...PEOPLE, 'key maker'];
const CONTACTS = { ...ONBOARDING, workbook: 'contacts' };

/** What is done, to what, and everybody who may. */
const TABLE: readonly (readonly [string, string, Target, readonly string[]])[] = [
  ['make a tenant key', 'keys:write', keyOf({ level: 'tenant' }, ['*']), OWNERS],
  ['rotate a tenant key', 'keys:rotate', keyOf({ level: 'tenant' }), OWNERS],
  ['revoke a tenant key', 'keys:revoke', keyOf({ level: 'tenant' }), OWNERS],
  ['see a tenant key', 'keys:read', keyOf({ level: 'tenant' }), [...READERS, 'tenant key', 'team key']],
  ['make a service key', 'keys:write', keyOf(SERVICE, DATA), [...MANAGERS, 'key maker', 'tenant key']],
  ['make one that may more', 'keys:write', keyOf(SERVICE, ['audit:read']), MANAGERS],
  [
    'make one that may read guests',
    'keys:write',
    keyOf(SERVICE, ['guests:read']),
    [...MANAGERS, 'tenant key'],
  ],
  ['rotate a service key', 'keys:rotate', keyOf(SERVICE), [...MANAGERS, 'tenant key']],
  [
    'make a team key',
    'keys:write',
    keyOf(TEAM, DATA),
    [...MANAGERS, 'team admin', 'key maker', 'tenant key', 'team key'],
  ],
  ['rotate a team key', 'keys:rotate', keyOf(TEAM), [...MANAGERS, 'team admin', 'tenant key', 'team key']],
  [
    'rotate another team’s key',
    'keys:rotate',
    keyOf({ level: 'team', team: 'ops' }),
    [...MANAGERS, 'tenant key'],
  ],
  ['make one’s own personal key', 'keys:write', keyOf(OWN, []), [...PEOPLE, 'log reader', 'key maker']],
  ['rotate one’s own', 'keys:rotate', keyOf(OWN), [...PEOPLE, 'log reader', 'key maker']],
  ['widen one’s own', 'keys:write', keyOf(OWN, ['users:write']), MANAGERS],
  ['make somebody else’s', 'keys:write', keyOf(OTHERS, []), []],
  ['rotate somebody else’s', 'keys:rotate', keyOf(OTHERS), []],
  ['revoke somebody else’s', 'keys:revoke', keyOf(OTHERS), [...MANAGERS, 'tenant key']],
  ['make an owner', 'users:write', { kind: 'person', isOwner: true, confers: ['*'] }, OWNERS],
  ['make an administrator', 'users:write', { kind: 'person', isOwner: false, confers: ['*'] }, MANAGERS],
  ['change a member', 'users:write', { kind: 'person', isOwner: false }, MANAGERS],
  ['see people', 'users:read', { kind: 'person', isOwner: true }, PEOPLE],
  ['make a role', 'roles:write', { kind: 'role', confers: ['audit:read'] }, MANAGERS],
  ['change the plan', 'plans:write', { kind: 'owners' }, OWNERS],
  ['change a team', 'teams:write', { kind: 'team', team: 'data' }, [...MANAGERS, 'team admin']],
  ['change another team', 'teams:write', { kind: 'team', team: 'ops' }, MANAGERS],
  ['read the log', 'audit:read', { kind: 'account' }, [...MANAGERS, 'log reader', 'key with audit:read']],
  ['apply a plan', 'plans:apply', { kind: 'account' }, [...MANAGERS, 'key with audit:read']],
  ['make a service', 'services:write', { kind: 'account' }, MANAGERS],
  [
    'read the spaces of an environment',
    'spaces:read',
    { kind: 'environment', environment: 'production' },
    [...READERS, 'service key', 'tenant key', 'team key'],
  ],
  [
    'make a space in an environment',
    'spaces:write',
    { kind: 'environment', environment: 'production' },
    [...MANAGERS, 'service key', 'tenant key', 'new client', 'team key'],
  ],
  [
    'make a link by which guests come in',
    'guests:write',
    { kind: 'environment', environment: 'production' },
    [...MANAGERS, 'service key', 'tenant key', 'team key'],
  ],
  [
    'say which workbooks a space has',
    'workbooks:write',
    { kind: 'arrangement', place: ONBOARDING },
    [...MANAGERS, 'service key', 'tenant key', 'client', 'team key'],
  ],
  [
    'see a space',
    'spaces:read',
    { kind: 'place', place: ONBOARDING },
    [...READERS, 'service key', 'tenant key', 'client', 'team key'],
  ],
  [
    'see another space',
    'spaces:read',
    { kind: 'place', place: { environment: 'production', space: { name: 'lobby', id: 'us_sp_2' } } },
    [...READERS, 'service key', 'tenant key', 'team key'],
  ],
  [
    'work in a workbook',
    'workbooks:write',
    { kind: 'place', place: CONTACTS },
    [...MANAGERS, 'service key', 'tenant key', 'client', 'guest', 'guest who may not invite', 'team key'],
  ],
  [
    'work in another workbook of the space',
    'workbooks:write',
    { kind: 'place', place: { ...ONBOARDING, workbook: 'orders' } },
    [...MANAGERS, 'service key', 'tenant key', 'client', 'team key'],
  ],
  [
    'invite a guest into it',
    'guests:write',
    { kind: 'guest', environment: 'production', places: [CONTACTS] },
    [...MANAGERS, 'service key', 'tenant key', 'guest', 'team key'],
  ],
  [
    'invite a guest into the whole space',
    'guests:write',
    { kind: 'guest', environment: 'production', places: [ONBOARDING] },
    [...MANAGERS, 'service key', 'tenant key', 'team key'],
  ],
  [
    'invite a guest into nothing',
    'guests:write',
    { kind: 'guest', environment: 'production', places: [] },
    [...MANAGERS, 'service key', 'tenant key', 'team key'],
  ],
  [
    'change a guest who is there',
    'guests:write',
    { kind: 'guest', environment: 'production', id: 'us_g_1', places: [CONTACTS] },
    [...MANAGERS, 'service key', 'tenant key', 'team key'],
  ],
];

describe.each(TABLE)('T2, F10, U2: to %s (%s)', (_, action, target, allowed) => {
  it.each(ALL)('%s', (name) => {
    const principal = PRINCIPALS[name];
    if (principal === undefined) throw new Error(name);
    const decided = authorize(principal, action, target);
    expect(decided.ok).toBe(allowed.includes(name));
    if (!decided.ok) expect(decided.error.code).toBe('forbidden');
  });
});

it('F5: no principal of one environment does anything in another', () => {
  const there: readonly Target[] = [
    { kind: 'environment', environment: 'staging' },
    { kind: 'place', place: { ...CONTACTS, environment: 'staging' } },
    { kind: 'arrangement', place: { ...ONBOARDING, environment: 'staging' } },
    { kind: 'guest', environment: 'staging', places: [{ ...CONTACTS, environment: 'staging' }] },
    { kind: 'key', environment: 'staging', owner: SERVICE, confers: [] },
  ];
  const actions = ['spaces:read', 'workbooks:write', 'guests:write', 'keys:read', 'keys:revoke'];
  const bound = Object.values(PRINCIPALS).filter(({ environment }) => environment !== undefined);
  expect(bound.length).toBe(10);
  for (const principal of bound)
    for (const target of there)
      for (const action of actions) expect(authorize(principal, action, target).ok).toBe(false);
});

it('F11: a shared link opens its space with all that is in it, and nothing that the guest is granted elsewhere', () => {
  const visitor = guest(GUEST_PERMISSIONS, { onlySpace: { name: 'lobby', id: 'us_sp_2' } });
  const lobby = { environment: 'production', space: { name: 'lobby', id: 'us_sp_2' } };
  const may = (place: typeof CONTACTS | typeof lobby) =>
    authorize(visitor, 'workbooks:write', { kind: 'place', place }).ok;
  expect([may(lobby), may(CONTACTS)]).toEqual([true, false]);
});

it('a guest reads about themselves and about no other', () => {
  const reader = guest(GUEST_PERMISSIONS);
  const read = (id: string) =>
    authorize(reader, 'guests:read', { kind: 'guest', environment: 'production', id }).ok;
  expect([read('us_g_1'), read('us_g_2')]).toEqual([true, false]);
});

it('`*` of a key never reaches the account, and a caller never gives by a key what they do not have', () => {
  const keyWithAll = key(['*'], { owner: { tenant: true } });
  for (const permission of ['users:write', 'audit:read', 'plans:apply', 'teams:write'])
    expect(authorize(keyWithAll, permission, { kind: 'account' }).ok).toBe(false);
  expect(authorize(keyWithAll, 'keys:write', keyOf(SERVICE, ['plans:apply'])).ok).toBe(false);
  const narrow = key(['keys:write', 'plans:apply']);
  expect(authorize(narrow, 'keys:write', keyOf(SERVICE, ['plans:apply'])).ok).toBe(true);
  expect(authorize(narrow, 'keys:write', keyOf(SERVICE, ['spaces:read'])).ok).toBe(false);
});

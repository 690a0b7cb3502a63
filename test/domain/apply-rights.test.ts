/** Who may apply over the network, and what of that is for owners: principals by declarations, as one table. */

import { authorizeApply, reachesOwners, reservedFor } from '../../src/domain/apply-rights.js';
import type { Declaration } from '../../src/domain/objects.js';
import type { KeyPrincipal, PersonPrincipal, Principal } from '../../src/domain/principal.js';
import { apiKey, environment, service } from '../support/store.js';

const acting = {
  id: 'us_1',
  ref: { kind: 'User', name: 'one' },
  display: 'one',
  credential: { kind: 'personal', id: 'us_pat_1', expiresAt: undefined, parent: undefined },
  at: 0,
} as const;

const person = (role: string, permissions: readonly string[]): PersonPrincipal => ({
  ...acting,
  kind: 'person',
  email: 'one@example.com',
  environment: undefined,
  roles: [role],
  permissions,
  memberships: [],
});

const key = (owner: KeyPrincipal['owner'], permissions: readonly string[]): KeyPrincipal => ({
  ...acting,
  kind: 'key',
  type: 'secret',
  environment: 'production',
  owner,
  permissions,
});

const client: Principal = {
  ...acting,
  kind: 'client',
  environment: 'production',
  owner: { tenant: true },
  onlySpace: undefined,
  permissions: ['plans:apply'],
};

/** May they apply, and may they change what is for owners by it? */
test.each<[string, Principal, boolean, boolean]>([
  ['an owner', person('owner', ['*']), true, true],
  ['an owner by the other name', person('tenant-owner', ['*']), true, true],
  ['an administrator', person('administrator', ['*']), true, false],
  ['whoever has a role with plans:apply', person('deployer', ['plans:apply']), true, false],
  ['a member', person('member', ['services:read', 'keys:read']), false, false],
  ['a key of a service', key({ service: 'deploy' }, ['plans:apply']), true, false],
  ['a key of a team', key({ team: 'data' }, ['plans:apply']), true, false],
  ['a personal key', key({ user: 'boss' }, ['plans:apply']), true, false],
  ['a key of the tenant', key({ tenant: true }, ['plans:apply']), true, true],
  [
    'a key of the tenant that may do everything in its environment',
    key({ tenant: true }, ['*']),
    false,
    true,
  ],
  ['a browser', client, false, false],
])('%s', (_, principal, applies, reaches) => {
  expect([authorizeApply(principal).ok, reachesOwners(principal)]).toEqual([applies, reaches]);
});

const user = (roles: string[]): Declaration => ({
  kind: 'User',
  metadata: { name: 'one' },
  spec: { email: 'one@example.com', roles },
});

test.each<[string, Declaration, unknown]>([
  ['an owner', user(['member', 'owner']), 'owners'],
  ['an owner by the other name', user(['tenant-owner']), 'owners'],
  ['an administrator', user(['administrator']), 'administrators'],
  ['a key of the tenant', apiKey('a'), 'owners'],
  ['a key of a service', apiKey('a', { owner: { service: 'x' } }), 'administrators'],
  ['a key of a team', apiKey('a', { owner: { team: 'x' } }), 'administrators'],
  ['a personal key', apiKey('a', { owner: { user: 'boss' } }), { person: 'boss' }],
  ['a service', service('a'), 'administrators'],
  ['an environment', environment('a'), 'administrators'],
])('%s is for the right people', (_, declaration, reserved) => {
  expect(reservedFor(declaration)).toEqual(reserved);
});

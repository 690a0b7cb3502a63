/** Random documents for the real store and real files: every kind, every option of a key, valid together. */
import fc from 'fast-check';
import type { Declaration } from '../../src/domain/objects.js';
import { type Annotations, dotenv, environment, key, service } from './plan-declarations.js';
import { guests, type People, people } from './random-users.js';

const KEYS = ['alpha', 'beta', 'gamma', 'delta'] as const;
type KeyName = (typeof KEYS)[number];

const annotations: fc.Arbitrary<Annotations | undefined> = fc.constantFrom(
  undefined,
  undefined,
  { 'keywright.dev/protect': 'true' },
  { 'keywright.dev/protect': 'false', 'example.com/note': 'Keep, please.' },
  { 'keywright.dev/suspend-until': '2027-01-01T00:10:00Z' },
);

const permissions: fc.Arbitrary<string[]> = fc.subarray(['spaces:read', 'guests:write', 'events:write']);

/** Places are the key's own, so that any keys go together. */
const sinksOf = (name: KeyName) =>
  fc.subarray([
    dotenv(`${name.toUpperCase()}_ONE`, 'shared.env'),
    dotenv('TWO', `${name}/own.env`),
    { file: { path: `${name}/raw`, format: 'raw' as const } },
    { file: { path: `${name}.json`, format: 'json' as const } },
  ]);

const rotation = fc.record(
  {
    every: fc.constantFrom('30d', '90d'),
    overlap: fc.constantFrom('1s', '1h', '24h'),
    handover: fc.constantFrom('observed' as const, 'acknowledged' as const, 'timed' as const),
    quiet: fc.constantFrom('1h', '24h'),
    deadline: fc.constant('40d'),
  },
  { requiredKeys: [] },
);

const keyNamed = (name: KeyName, { owners }: People): fc.Arbitrary<Declaration> =>
  fc
    .record({
      environment: fc.constantFrom('production', 'development', 'staging'),
      type: fc.constantFrom('secret' as const, 'publishable' as const),
      owner: fc.constantFrom(
        { service: 'billing' },
        { service: 'crm' },
        { tenant: true as const },
        ...owners,
      ),
      permissions: fc.option(permissions, { nil: undefined }),
      expiresAfter: fc.constantFrom(undefined, '180d', '90d'),
      rotation: fc.option(rotation, { nil: undefined }),
      deliver: fc.option(sinksOf(name), { nil: undefined }),
      annotations,
    })
    .map(({ annotations: notes, ...spec }) => key(name, spec, notes));

const environments = fc
  .record({ invites: fc.boolean(), shared: fc.boolean(), staging: fc.boolean() })
  .map(({ invites, shared, staging }) => [
    environment('production', { isProd: true, guestInvites: invites }),
    environment('development', shared ? { guestAuthentication: ['shared_link'] } : {}),
    environment('staging', { isProd: staging }),
  ]);

const services = fc
  .record({ description: fc.constant('Invoices'), permissions }, { requiredKeys: [] })
  .map((spec) => [service('billing', spec), service('crm', { stewards: ['ada@example.com'] })]);

/** A whole project's documents. The environments and services that keys need are always among them. */
export const documents: fc.Arbitrary<readonly Declaration[]> = fc
  .tuple(
    environments,
    services,
    guests,
    people.chain((those) =>
      fc
        .subarray([...KEYS])
        .chain((names) => fc.tuple(...names.map((name) => keyNamed(name, those))))
        .map((keys) => [...those.declarations, ...keys]),
    ),
  )
  .map((parts) => parts.flat());

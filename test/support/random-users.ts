/** Random people and what hangs on them, for whole projects: who is there decides what may name them. */
import fc from 'fast-check';
import type { Declaration } from '../../src/domain/objects.js';
import { guest, role, space, team, user } from './plan-declarations.js';

const PEOPLE = ['ada', 'bob', 'eve'] as const;
type Person = (typeof PEOPLE)[number];

/** What keys may be owned by, besides services and the tenant. */
export interface People {
  readonly declarations: readonly Declaration[];
  readonly owners: readonly ({ readonly user: string } | { readonly team: string; readonly role?: string })[];
}

/** By name or by address, in whichever capitals. */
const calledBy = (address: string, name: string): fc.Arbitrary<string> =>
  fc.constantFrom(name, address, address.toUpperCase());

/** Handing an address on in one step with all that names it can be impossible, so one person has two. */
const addressOf = (name: Person, desk: Person | undefined): string =>
  name === desk ? 'desk@example.com' : `${name}@example.com`;

const personNamed = (name: Person, desk: Person | undefined): fc.Arbitrary<Declaration> =>
  fc
    .record({
      status: fc.constantFrom('active' as const, 'active' as const, 'deactivated' as const),
      roles: fc.subarray(['member', 'administrator', 'log-reader'], { minLength: 1 }),
    })
    .map((spec) => user(name, { ...spec, email: addressOf(name, desk) }));

/** The existing people, in teams with built-in and custom roles. */
export const people: fc.Arbitrary<People> = fc
  .tuple(fc.subarray([...PEOPLE]), fc.constantFrom('bob' as const, undefined))
  .chain(([names, desk]) =>
    fc.record({
      people: fc.tuple(...names.map((name) => personNamed(name, desk))),
      called: fc.tuple(...names.map((name) => calledBy(addressOf(name, desk), name))),
      roles: fc.array(fc.constantFrom('admin', 'viewer', 'analyst'), { minLength: 3, maxLength: 3 }),
      permissions: fc.subarray(['audit:read', 'spaces:read']),
      hasTeam: fc.boolean(),
    }),
  )
  .map(({ people: persons, called, roles, permissions, hasTeam }) => ({
    declarations: [
      role('log-reader', permissions),
      role('analyst', permissions, 'team'),
      ...persons,
      ...(hasTeam
        ? [team('data', ...called.map((name, index) => ({ user: name, role: roles[index] ?? 'viewer' })))]
        : []),
    ],
    owners: [
      ...called.map((name) => ({ user: name })),
      ...(hasTeam ? [{ team: 'data' }, { team: 'data', role: 'analyst' }] : []),
    ],
  }));

const WORKBOOKS = ['contacts', 'orders', 'letters'];

/** Spaces with workbooks, and guests with grants of all four shapes, of which some expire within minutes. */
export const guests: fc.Arbitrary<readonly Declaration[]> = fc
  .record({
    onboarding: fc.subarray(WORKBOOKS),
    archive: fc.option(fc.subarray(WORKBOOKS), { nil: undefined }),
  })
  .chain(({ onboarding, archive }) => {
    const spaces = [
      { name: 'onboarding', workbooks: onboarding },
      ...(archive ? [{ name: 'archive', workbooks: archive }] : []),
    ];
    return fc
      .array(fc.tuple(fc.constantFrom('auditor', 'helper'), guestSpec(spaces)), { maxLength: 2 })
      .map((all) => [
        ...spaces.map(({ name, workbooks }) => space(name, ...workbooks)),
        ...[...new Map(all)].map(([name, spec]) => guest(name, spec)),
      ]);
  });

const guestSpec = (spaces: readonly { readonly name: string; readonly workbooks: readonly string[] }[]) =>
  fc.record({
    expiresAfter: fc.constantFrom('90s', '14d'),
    grants: fc.subarray([...spaces]).chain((granted) => fc.tuple(...granted.map(grantOf))),
  });

const grantOf = ({ name, workbooks }: { readonly name: string; readonly workbooks: readonly string[] }) =>
  fc
    .subarray([...workbooks])
    .map((some) => (some.length === 0 ? { space: name } : { space: name, workbooks: some }));

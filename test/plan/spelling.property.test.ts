/** Spelling is no change: however what is declared is written, it plans nothing (contract.md, fine print 20). */
import fc from 'fast-check';
import { refText } from '../../src/domain/objects.js';
import type { Plan } from '../../src/plan/plan.js';
import { applyWorld } from '../support/apply-world.js';
import { load, specFolder } from '../support/spec-folder.js';

/** One of several spellings of the same; the first is applied. */
class Spelt {
  readonly spellings: readonly unknown[];
  constructor(...spellings: readonly unknown[]) {
    this.spellings = spellings;
  }
}
const spelt = (...spellings: readonly unknown[]): Spelt => new Spelt(...spellings);
/** Left out. */
const ABSENT = undefined;
/** A list in any order, perhaps with a member repeated in another spelling. */
const inAnyOrder = (...members: readonly unknown[]): Spelt => spelt(members, [...members].reverse());

const metadata = (name: string) => ({
  name,
  labels: spelt({}, ABSENT),
  annotations: spelt({ 'keywright.dev/protect': 'false' }, {}, ABSENT),
});

/** `spaceId` is known once the space is live. */
const documents = (spaceId: string) => [
  {
    kind: 'Environment',
    metadata: { ...metadata('production'), annotations: spelt(ABSENT, { 'keywright.dev/protect': 'false' }) },
    spec: {
      isProd: true,
      guestAuthentication: spelt(['magic_link'], ABSENT),
      guestInvites: spelt(false, ABSENT),
    },
  },
  {
    kind: 'Service',
    metadata: metadata('billing'),
    spec: {
      description: spelt('', ABSENT),
      stewards: spelt([], ABSENT),
      permissions: inAnyOrder('spaces:read', 'events:read'),
    },
  },
  {
    kind: 'Role',
    metadata: metadata('reader'),
    spec: { scope: 'team', permissions: inAnyOrder('spaces:read', 'guests:read') },
  },
  {
    kind: 'User',
    metadata: metadata('bob'),
    spec: {
      email: spelt('bob@example.com', 'Bob@Example.COM'),
      name: spelt('', ABSENT),
      status: spelt('active', ABSENT),
      roles: spelt(['member'], ABSENT),
    },
  },
  {
    kind: 'User',
    metadata: metadata('root'),
    spec: { email: 'root@example.com', roles: spelt(['owner'], ['tenant-owner'], ['tenant-owner', 'owner']) },
  },
  {
    kind: 'Team',
    metadata: metadata('data'),
    spec: {
      description: spelt(ABSENT, ''),
      members: inAnyOrder(
        { user: spelt('bob', 'bob@example.com', 'BOB@example.com'), role: spelt('viewer', ABSENT) },
        { user: 'root', role: 'reader' },
      ),
    },
  },
  { kind: 'Team', metadata: metadata('nobody'), spec: spelt({}, { members: [] }) },
  {
    kind: 'Space',
    metadata: metadata('onboarding'),
    spec: {
      environment: 'production',
      description: spelt('', ABSENT),
      workbooks: inAnyOrder('contacts', 'orders'),
    },
  },
  {
    kind: 'Space',
    metadata: metadata('empty'),
    spec: { environment: 'production', workbooks: spelt([], ABSENT) },
  },
  {
    kind: 'Guest',
    metadata: metadata('auditor'),
    spec: {
      environment: 'production',
      email: spelt('guest@example.com', 'GUEST@example.com'),
      name: spelt(ABSENT, ''),
      expiresAfter: spelt('14d', '336h', 'P2W', 'P14D'),
      grants: inAnyOrder(
        { space: spelt('onboarding', spaceId), workbooks: inAnyOrder('contacts', 'orders') },
        { space: 'empty' },
      ),
    },
  },
  {
    kind: 'ApiKey',
    metadata: {
      ...metadata('team'),
      annotations: {
        'keywright.dev/suspend-until': spelt('2026-01-01T00:00:00Z', '2026-01-01T02:00:00+02:00'),
      },
    },
    spec: {
      environment: 'production',
      type: spelt('secret', ABSENT),
      owner: { team: 'data', role: spelt(ABSENT, 'viewer') },
      expiresAt: spelt(
        '2099-01-31T12:00:00Z',
        '2099-01-31T14:00:00+02:00',
        '2099-01-31T12:00:00.000Z',
        '2099-01-31T06:30:00-05:30',
      ),
      rotation: {
        every: spelt('90d', 'P90D', '2160h'),
        overlap: spelt('24h', '1d', ABSENT),
        handover: spelt('observed', ABSENT),
        quiet: spelt(ABSENT, '86400s'),
        consumers: spelt([], ABSENT),
      },
      deliver: inAnyOrder(
        {
          dotenv: {
            path: spelt(
              'secrets/a.env',
              './secrets/a.env',
              'secrets/./a.env',
              'secrets//a.env',
              'x/../secrets/a.env',
            ),
            variable: 'A',
          },
        },
        { file: { path: spelt('secrets/b', './secrets/b'), format: spelt('raw', ABSENT) } },
      ),
    },
  },
  {
    kind: 'ApiKey',
    metadata: metadata('personal'),
    spec: {
      environment: 'production',
      owner: { user: spelt('bob', 'bob@example.com', 'Bob@example.com') },
      permissions: inAnyOrder('spaces:read', 'events:read'),
      deliver: spelt([], ABSENT),
    },
  },
  {
    kind: 'ApiKey',
    metadata: metadata('byaddress'),
    spec: { environment: 'production', owner: { user: spelt('bob@example.com', 'bob') }, permissions: [] },
  },
];

/** The documents with every choice made by `choose`, as one JSON file each. */
function written(value: unknown, choose: (count: number) => number): unknown {
  if (value instanceof Spelt) return written(value.spellings[choose(value.spellings.length)], choose);
  if (Array.isArray(value)) return value.map((member) => written(member, choose));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, written(member, choose)]));
}

async function declarationsOf(spaceId: string, choose: (count: number) => number) {
  const all = documents(spaceId).map((document) => written(document, choose));
  const files = all.map((document, nth) => [`specs/${nth}.json`, JSON.stringify(document)] as const);
  const { state, errors } = await load(specFolder(Object.fromEntries(files)));
  expect(errors).toEqual([]);
  return (state?.entries ?? []).map((entry) => entry.load());
}

const stepsOf = (plan: Plan): readonly string[] =>
  plan.steps.map(
    ({ action, object, reason, detail }) =>
      `${action} ${refText(object)} ${reason} ${JSON.stringify(detail)}`,
  );

test('documents of every kind, respelt at random, plan nothing', async () => {
  const world = await applyWorld();
  await world.converge(await declarationsOf('onboarding', () => 0));
  const [space] = (
    (await world.store.fetch([{ kind: 'Space', name: 'production/onboarding' }])) as {
      value: readonly { id: string }[];
    }
  ).value;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 80, maxLength: 80 }), async (choices) => {
      let at = 0;
      const choose = (count: number): number => (choices[at++ % choices.length] ?? 0) % count;
      const planned = await world.planFor(await declarationsOf(space?.id ?? '', choose));
      expect(stepsOf(planned)).toEqual([]);
      expect(planned.findings.filter(({ severity }) => severity === 'refuse')).toEqual([]);
    }),
    { numRuns: 40, seed: 13 },
  );
  await world.close();
}, 120_000);

describe('an address that changes', () => {
  const user = (email: string) => ({ kind: 'User', metadata: { name: 'bob' }, spec: { email } });
  const key = (owner: string) => ({
    kind: 'ApiKey',
    metadata: { name: 'personal' },
    spec: { environment: 'production', owner: { user: owner }, permissions: ['spaces:read'] },
  });
  const team = (member: string) => ({
    kind: 'Team',
    metadata: { name: 'data' },
    spec: { members: [{ user: member }] },
  });
  const loaded = async (all: readonly object[]) => {
    const files = all.map((document, nth) => [`specs/${nth}.json`, JSON.stringify(document)] as const);
    const { state, errors } = await load(
      specFolder({
        'specs/e.yaml': 'kind: Environment\nmetadata: { name: production }\nspec: { isProd: true }\n',
        ...Object.fromEntries(files),
      }),
    );
    expect(errors).toEqual([]);
    return (state?.entries ?? []).map((entry) => entry.load());
  };

  test.each([
    ['bob@old.example.com', 'bob@new.example.com'],
    ['bob@old.example.com', 'bob'],
    ['bob', 'bob@new.example.com'],
  ])(
    'named %s before and %s after: the person changes and nothing of theirs is replaced',
    async (before, after) => {
      const world = await applyWorld();
      await world.converge(await loaded([user('bob@old.example.com'), key(before), team(before)]));
      const next = await loaded([user('bob@new.example.com'), key(after), team(after)]);
      const planned = await world.planFor(next);
      expect(stepsOf(planned).map((one) => one.split(' ').slice(0, 2).join(' '))).toEqual([
        'update User/bob',
      ]);
      await world.carryOut(planned);
      expect(stepsOf(await world.planFor(next))).toEqual([]);
      await world.close();
    },
  );

  test('another field of a key changes while its owner is spelt anew: an update', async () => {
    const world = await applyWorld();
    await world.converge(await loaded([user('bob@old.example.com'), key('bob@old.example.com')]));
    const changed = { ...key('bob'), spec: { ...key('bob').spec, permissions: ['events:read'] } };
    const next = await loaded([user('bob@old.example.com'), changed]);
    const planned = await world.planFor(next);
    expect(planned.steps.map(({ action, reason }) => [action, reason])).toEqual([
      ['update', 'DeclarationChanged'],
    ]);
    const report = await world.carryOut(planned);
    expect(report.summary.failed).toBe(0);
    expect(stepsOf(await world.planFor(next))).toEqual([]);
    await world.close();
  });

  test('another owner is another key still', async () => {
    const world = await applyWorld();
    const ann = { kind: 'User', metadata: { name: 'ann' }, spec: { email: 'ann@example.com' } };
    await world.converge(await loaded([user('bob@old.example.com'), ann, key('bob')]));
    for (const owner of ['ann', 'ann@example.com']) {
      const planned = await world.planFor(await loaded([user('bob@old.example.com'), ann, key(owner)]));
      expect(planned.steps.some(({ reason }) => reason === 'ReplacementForced')).toBe(true);
    }
    // The address goes from one to the other: it means the person declared with it.
    const swapped = await world.planFor(
      await loaded([
        user('bob@new.example.com'),
        { ...ann, spec: { email: 'bob@old.example.com' } },
        key('bob@old.example.com'),
      ]),
    );
    expect(swapped.steps.some(({ reason }) => reason === 'ReplacementForced')).toBe(true);
    await world.close();
  });
});

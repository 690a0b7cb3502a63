/** What a sink can do, through the real store, the real engine of objects and services in memory, one for each address. */
const mockOpened: { open?: OpenDriver } = {};
jest.mock('../../src/sinks/drivers.js', () => ({
  DRIVERS: { vault: (...given: Parameters<OpenDriver>) => mockOpened.open?.(...given) },
}));

import { digestOf } from '../../src/domain/canonical.js';
import { fault } from '../../src/domain/errors.js';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import { compareRefs, type Declaration } from '../../src/domain/objects.js';
import { fail, ok } from '../../src/domain/result.js';
import { type SinkAbility, sinkIdOf } from '../../src/domain/sinks/index.js';
import { HOUR_MS } from '../../src/domain/time.js';
import { gather } from '../../src/observe/gather.js';
import { plan } from '../../src/plan/plan-changes.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { OpenDriver } from '../../src/sinks/driver.js';
import { openSinks } from '../../src/sinks/sinks.js';
import {
  type ApplyTestWorld,
  applyWorld,
  BILLING,
  billing,
  instead,
  unwrap,
} from '../support/apply-world.js';
import { driverWorld } from '../support/driver-world.js';
import { FULL_ABILITY, MemoryObjects } from '../support/memory-objects.js';
import { connection, entry, environment, key, project, service } from '../support/plan-declarations.js';

const REVISION: SinkAbility = { ...FULL_ABILITY, read: 'revision' };
const NOTHING: SinkAbility = { ...FULL_ABILITY, read: 'nothing', write: 'blind' };
const BLIND: SinkAbility = { ...FULL_ABILITY, write: 'blind' };

const V1 = 'https://v1.example.com';
const V2 = 'https://v2.example.com';

const at = (name: string, path = 'shop'): SinkDeclaration => ({
  vault: { connection: name, mount: 'secret', path, fields: { KEY: 'key' } },
});
const OBJECT = (name: string): string => `${name}/secret:shop`;

let world: ApplyTestWorld;
let sinks: Sinks;
/** What is at each address; nothing: it cannot be reached. */
let services: Map<string, MemoryObjects>;
/** Where each Connection leads. */
let addresses: Map<string, string>;

beforeEach(async () => {
  world = await applyWorld();
  services = new Map();
  addresses = new Map([['v', V1]]);
  mockOpened.open = (connected, drivers) => {
    const address = connected?.spec.vault?.address ?? '';
    const unreachable = fail(fault('sink_unavailable', `${address} did not answer`));
    const silent = { read: async () => unreachable, write: async () => unreachable };
    const found = services.get(address);
    if (found === undefined) return silent;
    // Objects are named by the service, whatever the Connection is called.
    const driver = found.open(connected, drivers);
    const below = (object: string): string => `v/${object.slice(object.indexOf('/') + 1)}`;
    return {
      ...driver,
      read: (object, call) => driver.read(below(object), call),
      write: (object, write, call) => driver.write(below(object), write, call),
      ...(driver.touch && {
        touch: (object, over, call) => driver.touch?.(below(object), over, call) ?? ok(undefined),
      }),
    } as ReturnType<OpenDriver>;
  };
  sinks = openSinks({
    files: { root: world.place.root, roots: ['.'], machine: 'here', exclusively: (work) => work() },
    drivers: driverWorld(world.place.root),
    connections: {
      find: async (name) => {
        const address = addresses.get(name);
        return ok(address === undefined ? undefined : { vault: { address } });
      },
    },
  });
});
afterEach(() => world.close());

const open = (ability: SinkAbility, address = V1): MemoryObjects => {
  const made = new MemoryObjects(ability);
  services.set(address, made);
  return made;
};

/** `billing-prod` in a place of its own; all Connections are declared. */
const declared = (...deliver: readonly SinkDeclaration[]): readonly Declaration[] => [
  ...billing(...deliver),
  ...[...addresses].map(([name, address]) => connection(name, address)),
];

const planned = (documents: readonly Declaration[]) => world.planFor(documents, { sinks });
const applied = async (documents: readonly Declaration[]) => {
  const made = await planned(documents);
  await world.carryOut(made, { sinks });
  return made;
};
const reasons = async (documents: readonly Declaration[]) => [
  ...new Set((await planned(documents)).steps.map(({ reason }) => reason)),
];
const receipts = async (documents: readonly Declaration[]) => {
  const { input } = await world.observe(documents, { sinks });
  return input.subjects.map(({ ref, receipts: seen }) => [ref.name, [...seen.values()]]);
};

describe('a sink that shows revisions only', () => {
  const documents = () => declared(at('v'));

  test('receipt: the recorded revision counts as what was delivered', async () => {
    open(REVISION);
    await applied(documents());
    expect(await receipts(documents())).toEqual([]);
    expect(await sinks.take(sinkIdOf(at('v')))).toBeUndefined();
  });

  test('receipt: another revision is a change since Keywright wrote it, and is replaced', async () => {
    const vault = open(REVISION);
    await applied(documents());
    vault.set(OBJECT('v'), { KEY: 'mine' });

    const made = await planned(documents());
    expect([...new Set(made.steps.map(({ reason }) => reason))]).toEqual(['SinkChanged']);
    expect(made.findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /which cannot be read and was changed since Keywright wrote it at \d{4}-\d\d-\d\d/,
      ),
    ]);
    await world.carryOut(made, { sinks });
    expect((await world.versions()).map(({ promotedAt }) => promotedAt !== undefined)).toEqual([true, true]);
    expect((await planned(documents())).steps).toEqual([]);
  });

  test('receipt: what was written and not recorded is delivered again, with the same secret', async () => {
    const vault = open(REVISION);
    const store = instead(world.store, {
      mutate: async (mutation, lease, caller) =>
        mutation.kind === 'promote'
          ? fail(fault('store_tampered', 'cut off'))
          : world.store.mutate(mutation, lease, caller),
    });
    await world.carryOut(await planned(documents()), { sinks, store });
    const written = vault.valueOf(OBJECT('v'), 'KEY');
    expect(written).toMatch(/^sk_live_/);

    const made = await planned(documents());
    expect(made.steps.map(({ action }) => action)).toEqual(['issue', 'deliver', 'confirm', 'promote']);
    const deliver = made.steps.find(({ action }) => action === 'deliver');
    expect(deliver?.detail).toMatchObject({
      expected: { mayBeMissing: false, fingerprints: [expect.stringMatching(/^revision:/)] },
    });
    await world.carryOut(made, { sinks });
    expect(vault.valueOf(OBJECT('v'), 'KEY')).toBe(written);
    expect(await world.versions()).toHaveLength(1);
    expect((await planned(documents())).steps).toEqual([]);
  });

  test('hand-over: the look before it leaves the recorded revision as it is', async () => {
    open(REVISION);
    const timed = [
      ...declared().slice(0, 2),
      connection('v', V1),
      key('billing-prod', { deliver: [at('v')], rotation: { handover: 'timed', overlap: '1h' } }),
    ];
    await applied(timed);
    await world.store.request({ kind: 'requestRotation', object: BILLING }, { actor: 'ada', path: 'cli' });
    await applied(timed);
    world.clock.advance(2 * HOUR_MS);
    expect((await applied(timed)).steps.map(({ action }) => action)).toEqual(['confirm', 'revoke']);
    expect((await planned(timed)).steps).toEqual([]);
  });
});

describe('a sink that shows nothing', () => {
  const unverified = { ...at('v'), unverified: true as const };

  test('receipt: what was recorded is the receipt, and what was not is missing', async () => {
    open(NOTHING);
    await applied(declared(unverified));
    expect(await receipts(declared(unverified))).toEqual([]);

    const more = declared(unverified, { ...at('v', 'other'), unverified: true });
    expect(await receipts(more)).toEqual([
      [
        'billing-prod',
        [expect.objectContaining({ kind: 'unseen' }), expect.objectContaining({ kind: 'missing' })],
      ],
    ]);
    await applied(more);
    expect((await planned(more)).steps).toEqual([]);
  });

  test('production: nothing is made without unverified: true, and the finding says what to do', async () => {
    open(NOTHING);
    const made = await planned(declared(at('v')));
    expect(made.steps.filter(({ object }) => object.kind === 'ApiKey')).toEqual([]);
    expect(made.findings).toEqual([
      expect.objectContaining({ code: 'SinkUnverifiable', severity: 'refuse' }),
    ]);
    expect(made.findings[0]?.message).toContain('Add unverified: true');
    const accepted = await planned(declared(unverified));
    expect(accepted.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'SinkCannotCompare warn',
      'SinkUnverifiable warn',
    ]);
  });

  test('production: elsewhere it is a warning', async () => {
    open(NOTHING);
    const made = await planned([
      environment('staging'),
      service('billing'),
      connection('v', V1),
      key('billing-prod', { environment: 'staging', deliver: [at('v')] }),
    ]);
    expect(made.findings.every(({ severity }) => severity === 'warn')).toBe(true);
    expect(made.steps.map(({ action }) => action)).toContain('promote');
  });
});

test('a sink that compares nothing: an older value that came back is replaced at once', async () => {
  const vault = open(BLIND);
  await applied(declared(at('v')));
  const first = vault.valueOf(OBJECT('v'), 'KEY') ?? '';
  await world.store.request({ kind: 'requestRotation', object: BILLING }, { actor: 'ada', path: 'cli' });
  await applied(declared(at('v')));
  vault.set(OBJECT('v'), { KEY: first });
  expect(await reasons(declared(at('v')))).toEqual(['SinkWentBack']);
  await applied(declared(at('v')));
  expect(await world.versions()).toHaveLength(3);
  expect(vault.valueOf(OBJECT('v'), 'KEY')).not.toBe(first);
});

describe('the address of a Connection changes', () => {
  test.each([
    ['value', FULL_ABILITY],
    ['revision', REVISION],
    ['nothing', NOTHING],
  ])(
    '%s: the key is delivered there with a new version and overlap, and the plan says why',
    async (_, ability) => {
      const before = open(ability);
      const after = open(ability, V2);
      const sink = { ...at('v'), unverified: true as const };
      await applied(declared(sink));
      const old = before.valueOf(OBJECT('v'), 'KEY') ?? '';
      addresses.set('v', V2);

      const made = await planned(declared(sink));
      expect(
        new Set(made.steps.filter(({ object }) => object.kind === 'ApiKey').map(({ reason }) => reason)),
      ).toEqual(new Set(['ConnectionChanged']));
      expect(made.findings.find(({ code }) => code === 'ConnectionChanged')?.message).toContain(V1);
      await world.carryOut(made, { sinks });

      const next = after.valueOf(OBJECT('v'), 'KEY') ?? '';
      expect(await Promise.all([old, next].map((token) => world.accepts(token)))).toEqual([true, true]);
      expect((await planned(declared(sink))).steps).toEqual([]);
    },
  );

  test('a Connection to a service that cannot be reached: its keys wait, others continue', async () => {
    open(FULL_ABILITY);
    addresses.set('gone', V2);
    const other = key('other', { deliver: [at('gone')] });
    const made = await planned([...declared(at('v')), other]);
    expect(made.waiting).toEqual([
      expect.objectContaining({
        object: { kind: 'ApiKey', name: 'other' },
        reason: 'SinkUnknown',
        message: expect.stringContaining(`${V2} did not answer`),
      }),
    ]);
    await world.carryOut(made, { sinks });
    expect((await world.versions())[0]?.promotedAt).toBeDefined();
  });

  test('a Connection that a key needs is not removed', async () => {
    open(FULL_ABILITY);
    await applied(declared(at('v')));
    const removed = await planned(billing(at('v')));
    expect(removed.steps).toEqual([]);
    expect(removed.waiting).toEqual([
      expect.objectContaining({ object: { kind: 'Connection', name: 'v' }, reason: 'DependentsRemain' }),
    ]);
  });
});

describe('two projects reach one field through Connections of other names', () => {
  const THEIRS = { project: 'theirs', manager: 'documents' };

  async function theirs(documents: readonly Declaration[], { isApplied = true } = {}) {
    const entries = documents.map(entry).sort((a, b) => compareRefs(a.ref, b.ref));
    const desired = {
      project: { ...project(), name: 'theirs' },
      entries,
      digest: digestOf(entries.map(({ digest }) => digest)),
    };
    const { recipient } = world.identity;
    const on = { desired, store: world.store, sinks, ownership: THEIRS, recipient, allowRemovals: undefined };
    const made = plan(unwrap(await gather(on)).input);
    if (isApplied) await world.carryOut(made, { sinks, ownership: THEIRS });
    return made;
  }
  const their = (...deliver: readonly SinkDeclaration[]): readonly Declaration[] => [
    service('their'),
    connection('w', V1),
    key('their-key', { owner: { service: 'their' }, deliver: [...deliver] }),
  ];

  test('tokens: what a live key of theirs needs there is not written over, though it is an old one', async () => {
    const vault = open(FULL_ABILITY);
    addresses.set('w', V1);
    await theirs(their(at('w')));
    const first = vault.valueOf(OBJECT('v'), 'KEY') ?? '';
    await world.store.request(
      { kind: 'requestRotation', object: { kind: 'ApiKey', name: 'their-key' } },
      { actor: 'ada', path: 'cli' },
    );
    await theirs(their(at('w')));
    // Their sink shows an older version again: the place is theirs all the same.
    vault.set(OBJECT('v'), { KEY: first });
    addresses.delete('w');
    addresses.set('v', V1);

    const made = await planned(declared(at('v')));
    expect(made.findings.map(({ code }) => code)).toEqual(['Quarantined']);
    expect(made.findings[0]?.message).toContain('ApiKey/their-key');
  });

  test('tokens: what a key of theirs left behind there is written over', async () => {
    const vault = open(FULL_ABILITY);
    addresses.set('w', V1);
    await theirs(their(at('w')));
    const left = vault.valueOf(OBJECT('v'), 'KEY');
    const moved = await theirs(their(at('w', 'elsewhere')), { isApplied: false });
    const update = moved.steps.filter(({ action }) => action === 'update');
    await world.carryOut({ ...moved, steps: update }, { sinks, ownership: THEIRS });
    addresses.delete('w');
    await applied(declared(at('v')));
    expect(vault.valueOf(OBJECT('v'), 'KEY')).not.toBe(left);
  });
});

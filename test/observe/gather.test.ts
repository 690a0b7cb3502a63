/** Gathering: everything the planner may look at, of what needs a look, and a digest of what it rests on. */
import type { Declaration } from '../../src/domain/objects.js';
import { dotenv, newToken, rawFile, workplace } from '../support/apply-folder.js';
import { type ApplyTestWorld, applyWorld, BILLING, billing } from '../support/apply-world.js';
import { environment, key, service } from '../support/plan-declarations.js';

const DECLARED = billing(rawFile('a'), dotenv('b.env', 'KEY'));

let world: ApplyTestWorld;
beforeEach(async () => {
  world = await applyWorld();
});
afterEach(() => world.close());

const subjects = async (declared = DECLARED) => (await world.observe(declared)).input.subjects;
const onAnotherMachine = () => workplace({ root: world.place.root, machine: 'laptop' }).sinks;

test('shows both sides of what differs, and nothing of what agrees', async () => {
  expect((await subjects()).map(({ ref }) => ref.name)).toEqual(['billing-prod', 'billing']);

  await world.converge(DECLARED);

  expect(await subjects()).toEqual([]);
  expect((await world.observe(DECLARED)).input.totals).toMatchObject({ desired: 3, owned: 2, unchanged: 3 });
});

test('reads the declared sinks, those of the live declaration, and those delivered to', async () => {
  await world.converge(DECLARED);

  const [subject] = await subjects(billing(rawFile('a'), rawFile('new')));

  expect([...(subject?.receipts.keys() ?? [])].sort()).toEqual([
    'dotenv:b.env#KEY',
    'file:a#raw',
    'file:new#raw',
  ]);
  expect(subject?.receipts.get('file:new#raw')).toEqual({ kind: 'missing' });
});

test('looks at a key whose sink does not hold what the store recorded', async () => {
  await world.converge(DECLARED);
  world.place.removeFile('a');

  const [subject] = await subjects();

  expect(subject?.ref).toEqual(BILLING);
  expect(subject?.receipts.get('file:a#raw')).toEqual({ kind: 'missing' });
});

test('does not look at what was delivered on another machine, and sees its place there only where asked to', async () => {
  await world.converge(DECLARED);
  world.place.removeFile('a');

  expect((await world.observe(DECLARED, { sinks: onAnotherMachine() })).input.subjects).toEqual([]);

  const { input } = await world.observe(billing(rawFile('a'), rawFile('c')), { sinks: onAnotherMachine() });
  const receipts = input.subjects[0]?.receipts;
  expect(receipts?.get('file:a#raw')).toMatchObject({
    kind: 'elsewhere',
    where: `here:${world.place.path('a')}`,
  });
  expect(receipts?.get('file:c#raw')).toEqual({ kind: 'missing' });
});

test('looks at what was delivered elsewhere as missing where it is to be delivered here', async () => {
  await world.converge(DECLARED);
  world.place.removeFile('a');

  const { input } = await world.observe(DECLARED, { sinks: onAnotherMachine(), redeliver: true });

  expect(input.subjects[0]?.receipts.get('file:a#raw')).toEqual({ kind: 'missing' });
  expect(input.subjects[0]?.receipts.get('dotenv:b.env#KEY')).toMatchObject({ kind: 'holds' });
});

test('names who still needs an object that is on its way out, or may have to be replaced', async () => {
  await world.converge(DECLARED);

  const removed = await subjects(DECLARED.filter(({ kind }) => kind === 'ApiKey'));
  const replaced = await subjects([environment('production', { isProd: false }), ...DECLARED.slice(1)]);
  const updated = await subjects(
    [service('billing', { description: 'new' }), DECLARED[0], DECLARED[2]].flatMap((one) => one ?? []),
  );

  expect(removed.flatMap(({ dependents }) => dependents.map(({ ref }) => ref))).toEqual([BILLING]);
  const environmentSubject = replaced.find(({ ref }) => ref.kind === 'Environment');
  expect(environmentSubject?.dependents.map(({ ref }) => ref)).toContainEqual(BILLING);
  expect(updated.flatMap(({ dependents }) => dependents)).toEqual([]);
});

describe('of tokens at declared places that are no version of their key', () => {
  const HEIR = [...DECLARED.slice(0, 2), key('heir', { deliver: [rawFile('a')] })];
  const known = async (declared: readonly Declaration[] = HEIR) => [
    ...(await world.observe(declared)).input.tokens.values(),
  ];

  test('says whose they are, and whether that key is live', async () => {
    await world.converge(DECLARED);
    const [version] = await world.versions();
    const token = { tokenId: version?.id, object: BILLING, isSuperseded: false };
    const places = ['file:a#raw', 'dotenv:b.env#KEY'];

    expect(await known([...HEIR, ...DECLARED.slice(2)])).toEqual([
      {
        ...{ ...token, isRemoved: false, declaredAt: places, deliveredTo: places },
        deliveredAt: places.map((sink) => ({
          sink,
          machine: expect.stringMatching(/^here:.+[/](?:a|b\.env)$/),
        })),
      },
    ]);
    await world.converge(DECLARED.slice(0, 2));
    const endsAt = world.clock.now() + 86_400_000;
    expect(await known()).toEqual([
      { ...token, isRemoved: true, endsAt, declaredAt: [], deliveredTo: [], deliveredAt: [] },
    ]);
  });

  test('says nothing of those that this store never issued, and asks for none of a key’s own', async () => {
    await world.converge(DECLARED);
    await world.store.request({ kind: 'requestRotation', object: BILLING }, { actor: 'x', path: 'cli' });
    expect(await subjects()).not.toEqual([]);
    expect(await known(DECLARED)).toEqual([]);

    world.place.write('a', newToken().reveal());
    expect(await known(DECLARED)).toEqual([]);
  });
});

test('knows what is live, for references that no document declares', async () => {
  await world.converge(DECLARED);
  const { isLive } = await world.observe([]);

  // Of this project and declared by no document any more, it is about to be removed.
  expect(isLive({ kind: 'Service', name: 'billing' })).toBe('leaving');
  expect((await world.observe(DECLARED)).isLive({ kind: 'Service', name: 'billing' })).toBe(true);
  expect(isLive({ kind: 'Environment', name: 'development' })).toBe(true);
  expect(isLive({ kind: 'Service', name: 'biling' })).toBe(false);
  expect(isLive({ kind: 'Team', name: 'billing' })).toBe(false);
});

describe('the digest of what steps rest on', () => {
  const CHANGED = [
    environment('production', { isProd: true }),
    service('billing'),
    key('billing-prod', { deliver: [rawFile('a'), rawFile('new')] }),
  ];

  /** Of the steps that bring about `CHANGED`, as they were planned first. */
  async function basis() {
    const { steps } = await world.planFor(CHANGED);
    expect(steps).not.toEqual([]);
    return async (adapters: Parameters<typeof world.observe>[1] = {}) =>
      (await world.observe(CHANGED, adapters)).input.basis(steps);
  }

  const elsewhere = (): readonly Declaration[] => [...CHANGED, service('more')];

  test('stays the same through time and use', async () => {
    await world.converge(DECLARED);
    const now = await basis();
    const before = await now();

    world.clock.advance(200 * 86_400_000);
    await world.accepts(world.place.text('a'));

    expect(await now()).toBe(before);
    expect(await subjects()).not.toEqual([]);
  });

  test('stays the same when objects change that have nothing to do with it, whichever project owns them', async () => {
    await world.converge(DECLARED);
    const now = await basis();
    const before = await now();
    const lease = await world.store.acquireLease('other', 1_000);
    if (!lease.ok) throw new Error('no lease');
    const caller = { actor: 'x', path: 'apply' };
    for (const [name, project] of [
      ['stranger', 'another'],
      ['ours', 'acme'],
    ] as const)
      await world.store.mutate(
        { kind: 'create', declaration: service(name), ownership: { project, manager: 'documents' } },
        lease.value,
        caller,
      );

    expect(await now()).toBe(before);
    expect((await world.observe(elsewhere())).input.basis((await world.planFor(CHANGED)).steps)).toBe(
      (await world.observe(CHANGED)).input.basis((await world.planFor(CHANGED)).steps),
    );
  });

  test('is the same on another machine, where nothing of it lies', async () => {
    await world.converge(DECLARED);
    const { steps } = await world.planFor([...DECLARED, service('more')]);
    const here = (await world.observe(DECLARED)).input.basis(steps);
    expect((await world.observe(DECLARED, { sinks: onAnotherMachine() })).input.basis(steps)).toBe(here);
  });

  test('changes with a sink, with the store, and with what is referred to', async () => {
    await world.converge(DECLARED);
    const now = await basis();
    const seen = [await now()];

    world.place.removeFile('a');
    seen.push(await now());
    world.place.write('a', 'something foreign');
    seen.push(await now());
    await world.store.request({ kind: 'deactivate', object: BILLING }, { actor: 'x', path: 'cli' });
    seen.push(await now());

    expect(new Set(seen).size).toBe(seen.length);
    const { steps } = await world.planFor([...DECLARED, key('more', { owner: { service: 'billing' } })]);
    const without = await world.observe([], { sinks: world.place.sinks });
    const before = without.input.basis(steps);
    await world.store.request({ kind: 'remove', object: BILLING }, { actor: 'x', path: 'cli' });
    await world.store.request(
      { kind: 'remove', object: { kind: 'Service', name: 'billing' } },
      { actor: 'x', path: 'cli' },
    );
    expect((await world.observe([])).input.basis(steps)).not.toBe(before);
  });
});

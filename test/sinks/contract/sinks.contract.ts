/**
 * What every sink promises, whatever it is: run for each type by a line of its own (dotenv.test.ts and its neighbours).
 * Asserts what another program sees in the sink, not what we say of it.
 */
import { sinkIdOf } from '../../../src/domain/kinds/index.js';
import { parseToken, Secret } from '../../../src/domain/secret.js';
import { delivery, fingerprint } from '../../support/apply-folder.js';
import { ContractWorld, MOVED } from './contract-world.js';
import { driverContract } from './driver.contract.js';
import { faultContract } from './fault.contract.js';
import type { SinkLine } from './sink-under-test.js';

export function sinkContract(line: SinkLine): void {
  describe(`sink ${line.name}`, () => {
    const world = new ContractWorld(line);
    beforeEach(() => world.start());
    afterEach(() => world.stop());
    deliveries(world);
    if (line.ability.read === 'value') values(world);
    if (line.ability.read !== 'nothing') comparisons(world);
    if (line.ability.write === 'conditional') concurrency(world);
    if (line.has.includes('stranger')) neighbours(world);
    if (line.has.includes('beside')) sharedObjects(world);
    if (line.has.includes('driver') && line.ability.write === 'conditional') driverContract(world);
    if (line.faults?.length) faultContract(world, line.faults);
  });
}

function deliveries(world: ContractWorld): void {
  test('deliver: an absent sink holds the secret afterwards, and is confirmed', async () => {
    const sink = world.under.fresh();
    expect(await world.under.look(sink)).toBeUndefined();
    if (world.line.ability.read !== 'nothing')
      expect(await world.read(sink)).toMatchObject({ kind: 'missing' });

    const done = await world.delivered(sink);

    expect(await world.under.look(sink)).toBe(done.token.reveal());
    expect(await world.confirm(sink, done)).toMatchObject({ ok: true });
  });

  test('deliver: goes on to the next version', async () => {
    const sink = world.under.fresh();
    const first = await world.delivered(sink);
    const next = world.token();
    const done = await world.deliver(world.under.open(), sink, next, {
      expected: world.over(first),
      generation: 2,
    });
    expect(done).toMatchObject({ ok: true });
    expect(await world.under.look(sink)).toBe(next.reveal());
  });

  test('deliver: a value that is larger than the sink takes is refused, and nothing is written', async () => {
    const sink = world.under.fresh();
    const { maxBytes } = world.line.ability;
    const large = new Secret('x'.repeat(maxBytes + 1));
    const done = await world.heard(world.under.open().deliver(sink, delivery(large)));
    expect(done).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
    expect(await world.under.look(sink)).toBeUndefined();
  });
}

function values(world: ContractWorld): void {
  test('read: the receipt names the version', async () => {
    const sink = world.under.fresh();
    const { token } = await world.delivered(sink);
    expect(await world.read(sink)).toMatchObject({
      ...{ kind: 'holds', fingerprint: fingerprint(token) },
      tokenId: parseToken(token.reveal())?.id,
    });
  });

  test('take: gives the secret back as a proof of possession, and nothing without one', async () => {
    const sink = world.under.fresh();
    expect(await world.under.open().take(sinkIdOf(sink))).toBeUndefined();
    const { token } = await world.delivered(sink);
    expect((await world.under.open().take(sinkIdOf(sink)))?.reveal()).toBe(token.reveal());
  });

  test('deliver: the same version again is done, whatever was expected', async () => {
    const sink = world.under.fresh();
    const { token } = await world.delivered(sink);
    const expected = { mayBeMissing: false, fingerprints: [] };
    expect(await world.deliver(world.under.open(), sink, token, { expected })).toMatchObject({ ok: true });
    expect(await world.under.look(sink)).toBe(token.reveal());
  });
}

function comparisons(world: ContractWorld): void {
  test('deliver: goes forward and never back', async () => {
    const sink = world.under.fresh();
    const first = await world.delivered(sink);
    const second = { token: world.token() };
    const done = await world.deliver(world.under.open(), sink, second.token, { expected: world.over(first) });
    expect(done).toMatchObject({ ok: true });

    const late = await world.deliver(world.under.open(), sink, first.token, { expected: world.over(first) });

    expect(late).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe(second.token.reveal());
    expect(await world.confirm(sink, first)).toMatchObject(MOVED);
  });

  test('deliver: is not written where nothing is, unless that was expected', async () => {
    const sink = world.under.fresh();
    const expected = { mayBeMissing: false, fingerprints: [fingerprint(world.token())] };
    expect(await world.deliver(world.under.open(), sink, world.token(), { expected })).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBeUndefined();
  });

  test('deliver: what another program wrote stays, and is seen', async () => {
    const sink = world.under.fresh();
    const mine = await world.delivered(sink);
    await world.under.overwrite(sink, 'not of Keywright');

    const done = await world.deliver(world.under.open(), sink, world.token(), { expected: world.over(mine) });

    expect(done).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe('not of Keywright');
    expect(await world.confirm(sink, mine)).toMatchObject(MOVED);
    const receipt = await world.read(sink);
    expect(receipt).toMatchObject({ kind: 'holds', tokenId: undefined });
    expect(receipt).not.toMatchObject({ fingerprint: fingerprint(mine.token) });
  });

  test('confirm: what is missing is not confirmed', async () => {
    const sink = world.under.fresh();
    expect(await world.confirm(sink, { token: world.token(), revision: '1' })).toMatchObject(MOVED);
  });

  test('withdraw: takes out what it holds if that is what was delivered, and nothing else', async () => {
    const sink = world.under.fresh();
    const id = sinkIdOf(sink);
    const done = await world.delivered(sink);
    const [held] = world.over(done).fingerprints;
    const other = fingerprint(world.token());
    expect(await world.heard(world.under.open().withdraw(id, other))).toMatchObject({ ok: true });
    expect(await world.under.look(sink)).toBe(done.token.reveal());

    expect(await world.heard(world.under.open().withdraw(id, held ?? ''))).toMatchObject({ ok: true });

    expect(await world.under.look(sink)).toBeUndefined();
    expect(await world.read(sink)).toMatchObject({ kind: 'missing' });
    expect(await world.heard(world.under.open().withdraw(id, held ?? ''))).toMatchObject({ ok: true });
  });
}

function concurrency(world: ContractWorld): void {
  test('deliver: of eight writers that expect the same version, one gets through', async () => {
    const sink = world.under.fresh();
    const old = await world.delivered(sink);
    const rivals = Array.from({ length: 8 }, () => world.token());
    const done = await Promise.all(
      rivals.map((token) => world.deliver(world.under.open(), sink, token, { expected: world.over(old) })),
    );
    expect(done.filter(({ ok }) => ok)).toHaveLength(1);
    for (const one of done) if (!one.ok) expect(one).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe(rivals[done.findIndex(({ ok }) => ok)]?.reveal());
  });

  test('deliver: of eight writers where nothing is, one gets through', async () => {
    const sink = world.under.fresh();
    const rivals = Array.from({ length: 8 }, () => world.token());
    const done = await Promise.all(rivals.map((token) => world.deliver(world.under.open(), sink, token)));
    expect(done.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await world.under.look(sink)).toBe(rivals[done.findIndex(({ ok }) => ok)]?.reveal());
  });
}

function neighbours(world: ContractWorld): void {
  test("deliver and withdraw: a stranger's field of the same object stays as it is", async () => {
    const sink = world.under.fresh();
    const { stranger } = world.under;
    await stranger?.write(sink, 'of somebody else');
    const first = await world.delivered(sink);
    expect(await stranger?.look(sink)).toBe('of somebody else');
    const next = { token: world.token() };
    const done = await world.deliver(world.under.open(), sink, next.token, { expected: world.over(first) });
    expect(done).toMatchObject({ ok: true });
    await world.under.open().withdraw(sinkIdOf(sink), fingerprint(next.token));
    expect(await world.under.look(sink)).toBeUndefined();
    expect(await stranger?.look(sink)).toBe('of somebody else');
  });
}

function sharedObjects(world: ContractWorld): void {
  test('deliver: keys of one object, delivered at once, are all there', async () => {
    const sink = world.under.fresh();
    const beside = world.under.beside?.(sink);
    if (beside === undefined) throw new Error('the line says that it has another field');
    const sinks = world.under.open();
    const [one, two] = await Promise.all([world.delivered(sink, sinks), world.delivered(beside, sinks)]);
    expect(await world.under.look(sink)).toBe(one.token.reveal());
    expect(await world.under.look(beside)).toBe(two.token.reveal());
  });

  test('deliver: keys of one object, delivered by two processes, are all there', async () => {
    const sink = world.under.fresh();
    const beside = world.under.beside?.(sink);
    if (beside === undefined) throw new Error('the line says that it has another field');
    const [one, two] = await Promise.all([world.delivered(sink), world.delivered(beside)]);
    expect(await world.under.look(sink)).toBe(one.token.reveal());
    expect(await world.under.look(beside)).toBe(two.token.reveal());
  });
}

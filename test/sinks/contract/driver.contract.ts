/** What a driver with conditional writes promises: whoever read before another wrote, or touched, writes nothing. */
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import type { Secret } from '../../../src/domain/secret.js';
import { fieldsOf } from '../../../src/domain/sinks/bundle.js';
import type { Held, Write } from '../../../src/sinks/driver.js';
import { type ContractWorld, MOVED } from './contract-world.js';

export function driverContract(world: ContractWorld): void {
  test('write: a writer that read before another wrote is refused, and nothing is written', async () => {
    const { sink, driver, object } = await at(world);
    const first = await world.delivered(sink);
    const held = await reading();
    const second = { token: world.token() };
    const done = await world.deliver(world.under.open(), sink, second.token, { expected: world.over(first) });
    expect(done).toMatchObject({ ok: true });
    expect(await world.heard(driver.write(object, writeOf(sink, world.token(), held), call()))).toMatchObject(
      MOVED,
    );
    expect(await world.under.look(sink)).toBe(second.token.reveal());

    async function reading(): Promise<Held | undefined> {
      const read = await driver.read(object, call());
      if (!read.ok) throw new Error(read.error.message);
      return read.value;
    }
  });

  test('write: where something is by then, a writer that found nothing is refused', async () => {
    const { sink, driver, object } = await at(world);
    const { token } = await world.delivered(sink);
    const done = await world.heard(driver.write(object, writeOf(sink, world.token(), undefined), call()));
    expect(done).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe(token.reveal());
  });

  test('touch: no write that began earlier lands, and the value stays', async () => {
    const { sink, driver, object } = await at(world);
    const done = await world.delivered(sink);
    const read = await driver.read(object, call());
    if (!read.ok || read.value === undefined) throw new Error('it holds what was delivered');
    expect(await world.confirm(sink, done)).toMatchObject({ ok: true });
    // What shows a revision only is not touched: the delivery changed it, and every write expects what its plan saw.
    if (driver.exclusively !== undefined || read.value.values === undefined) return;
    const late = await world.heard(driver.write(object, writeOf(sink, world.token(), read.value), call()));
    expect(late).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe(done.token.reveal());
  });

  test('write: of eight writers at one revision, one gets through', async () => {
    const { sink, driver, object } = await at(world);
    await world.delivered(sink);
    const read = await driver.read(object, call());
    if (!read.ok) throw new Error(read.error.message);
    const rivals = Array.from({ length: 8 }, () => world.token());
    const done = await Promise.all(
      rivals.map((token) => {
        const work = async () => driver.write(object, writeOf(sink, token, read.value), call());
        return world.heard(driver.exclusively ? driver.exclusively(work) : work());
      }),
    );
    expect(done.filter(({ ok }) => ok)).toHaveLength(1);
    for (const one of done) if (!one.ok) expect(one).toMatchObject(MOVED);
    expect(await world.under.look(sink)).toBe(rivals[done.findIndex(({ ok }) => ok)]?.reveal());
  });
}

const call = () => ({ signal: new AbortController().signal });

async function at(world: ContractWorld) {
  const sink = world.under.fresh();
  if (world.under.driver === undefined) throw new Error('the line says that it has a driver');
  return { sink, ...(await world.under.driver(sink)) };
}

function writeOf(sink: SinkDeclaration, token: Secret, over: Held | undefined): Write {
  const names = Object.keys(fieldsOf(parseSinkId(sinkIdOf(sink))?.part ?? ''));
  const set = new Map(names.map((name) => [name, token]));
  return { set, remove: [], over, of: [{ object: 'ApiKey/billing-prod', generation: 9 }] };
}

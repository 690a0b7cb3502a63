/** Bugs in how services are written and read, planted in their drivers or above the engine of objects. */
import { sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Receipt } from '../../src/domain/live.js';
import { ok } from '../../src/domain/result.js';
import { fingerprintOf, parseToken } from '../../src/domain/secret.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { Driver, Held, Write } from '../../src/sinks/driver.js';
import type { Weather } from './faults.js';
import type { PlantedBug } from './planted-bugs.js';
import type { DefectWorld, DriverWorld } from './scenario.js';
import { changed } from './services.js';

/** Answers that are lost while keys are rotated often. */
const LOSING: Weather = {
  rates: { 'request-lost': 0.1, 'response-lost': 0.1, refused: 0.1, rotate: 0.5 },
  stopMs: [500, 30_000],
};

/** Requests that come late while keys are rotated often. */
const LATE: Weather = { rates: { 'request-late': 0.3, rotate: 0.5 }, stopMs: [500, 30_000] };

/** As SDKs do: what was not answered is sent again in the background, however long it takes, and then to what is there. */
const retrying = (driver: Driver, { later, services, ability }: DriverWorld): Driver => ({
  ...driver,
  write: async (object, write, call) => {
    const done = await driver.write(object, write, call);
    if (!done.ok && done.error.code === 'sink_unavailable')
      later(600_000, () => {
        const over = services.held(object, ability);
        services.write(object, { when: undefined, values: (now) => changed(now, { ...write, over }) });
      });
    return done;
  },
});

/** Writes back what was read, whatever is there by then. */
const touchingBlindly = (driver: Driver, { services, later }: DriverWorld): Driver => ({
  ...driver,
  touch: async (object: string, over: Held) => {
    later(20_000, () => {
      services.write(object, { when: undefined, values: (now) => over.values ?? now });
    });
    return ok(undefined);
  },
});

/** The condition holds for objects that exist only: an absent one is made. */
const applying = (driver: Driver, { services }: DriverWorld): Driver => ({
  ...driver,
  write: async (object: string, write: Write, call) => {
    const done = await driver.write(object, write, call);
    const isGone = !done.ok && done.error.code === 'sink_moved' && services.isAbsent(object);
    if (!isGone) return done;
    return services.write(object, { when: 'absent', values: () => changed(new Map(), write) });
  },
});

/** Takes the answer of a write for what the sink holds, and every fourth write is answered and lost. */
function believing(sinks: Sinks, { tables }: DefectWorld): Sinks {
  const told = TOLD.get(tables) ?? new Map<string, Receipt>();
  TOLD.set(tables, told);
  return {
    ...sinks,
    confirm: async () => ok({}),
    read: async (ids) => (await sinks.read(ids)).map((receipt, nth) => told.get(ids[nth] ?? '') ?? receipt),
    deliver: async (sink, delivery) => {
      const token = delivery.bundle['key']?.reveal() ?? '';
      const isLost = 'vault' in sink && delivery.generation % 4 === 0;
      const done = isLost ? ok({}) : await sinks.deliver(sink, delivery);
      if (done.ok && 'vault' in sink)
        told.set(sinkIdOf(sink), {
          ...{ kind: 'holds', fingerprint: fingerprintOf(token), tokenId: parseToken(token)?.id },
        });
      return done;
    },
  };
}

/** By world: what all lives of its controllers were answered. */
const TOLD = new WeakMap<DefectWorld['tables'], Map<string, Receipt>>();

export const SINK_BUGS: readonly PlantedBug[] = [
  {
    name: 'a driver that sends again what was not answered',
    defect: { driver: retrying, weather: LOSING },
    control: { weather: LOSING },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 1,
  },
  {
    name: 'a touch that writes back what was read without a condition',
    defect: { driver: touchingBlindly, weather: LATE },
    control: { weather: LATE },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 1,
  },
  {
    name: 'a receipt that is taken from the answer of the write',
    defect: { engine: believing },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no ghost'],
    seed: 1,
  },
  {
    name: 'a conditional write that makes an object which was deleted',
    defect: { driver: applying },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 1,
  },
];

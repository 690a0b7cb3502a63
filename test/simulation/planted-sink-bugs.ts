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

const ROTATING: Weather = { rates: { rotate: 0.5 }, stopMs: [500, 30_000] };

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

/** A touch that is late: it arrives when other keys have delivered to the same object. */
const TOUCH_LATE_MS = 500_000;

/** Writes back what was read, whatever is there by then. */
const touchingBlindly = (driver: Driver, { services, later }: DriverWorld): Driver => ({
  ...driver,
  touch: async (object: string, over: Held) => {
    later(TOUCH_LATE_MS, () => {
      services.write(object, { when: undefined, values: (now) => over.values ?? now });
    });
    return ok(undefined);
  },
});

/** Objects are emptied and keys rotated often, and every write arrives a second time, late. */
const EMPTYING: Weather = { rates: { empty: 0.5, rotate: 0.5 }, stopMs: [500, 30_000] };
const AGAIN_MS = 900_000;

const repeating =
  (whenAbsent: 'refused' | 'made') =>
  (driver: Driver, { services, later, ability }: DriverWorld): Driver => ({
    ...driver,
    write: (object: string, write: Write, call) => {
      const revision = write.over?.revision;
      later(AGAIN_MS, () => {
        if (ability.write !== 'conditional' || revision === undefined) return;
        const isMade = whenAbsent === 'made' && services.isAbsent(object);
        const values = (now: ReadonlyMap<string, string>) => changed(now, write);
        services.write(object, { when: isMade ? 'absent' : { revision }, values });
      });
      return driver.write(object, write, call);
    },
  });

/** Takes the answer of a write for what the sink holds; of versions that are `lost`, the write is answered and lost. */
const believing =
  (isLost: (generation: number) => boolean) =>
  (sinks: Sinks, { tables }: DefectWorld): Sinks => {
    const told = TOLD.get(tables) ?? new Map<string, Receipt>();
    TOLD.set(tables, told);
    return {
      ...sinks,
      confirm: async () => ok({}),
      read: async (ids) => (await sinks.read(ids)).map((receipt, nth) => told.get(ids[nth] ?? '') ?? receipt),
      deliver: async (sink, delivery) => {
        const token = delivery.bundle['key']?.reveal() ?? '';
        const done =
          'vault' in sink && isLost(delivery.generation) ? ok({}) : await sinks.deliver(sink, delivery);
        if (done.ok && 'vault' in sink)
          told.set(sinkIdOf(sink), {
            ...{ kind: 'holds', fingerprint: fingerprintOf(token), tokenId: parseToken(token)?.id },
          });
        return done;
      },
    };
  };

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
    seed: 6,
  },
  {
    name: 'a touch that writes back what was read without a condition',
    defect: { driver: touchingBlindly, weather: ROTATING },
    control: { weather: ROTATING },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 4,
  },
  {
    name: 'a receipt that is taken from the answer of the write',
    defect: { engine: believing((generation) => generation % 4 === 0), weather: ROTATING },
    control: { engine: believing(() => false), weather: ROTATING },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no ghost'],
    seed: 1,
  },
  {
    name: 'a conditional write that makes an object which was deleted',
    defect: { driver: repeating('made'), weather: EMPTYING },
    control: { driver: repeating('refused'), weather: EMPTYING },
    without: [],
    services: true,
    breaks: ['no gap', 'convergence', 'no churn'],
    seed: 8,
  },
];

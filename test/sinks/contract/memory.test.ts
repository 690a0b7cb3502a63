/** The engine of sinks that are fields of objects keeps the contract, over a service in memory. */
const mockOpened: { open?: OpenDriver } = {};
jest.mock('../../../src/sinks/drivers.js', () => ({
  DRIVERS: { vault: (...given: Parameters<OpenDriver>) => mockOpened.open?.(...given) },
}));

import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import type { SinkAbility } from '../../../src/domain/sinks/index.js';
import type { OpenDriver } from '../../../src/sinks/driver.js';
import { openSinks } from '../../../src/sinks/sinks.js';
import { driverWorld } from '../../support/driver-world.js';
import { FULL_ABILITY, MemoryObjects } from '../../support/memory-objects.js';
import type { SinkLine } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const at = (sink: SinkDeclaration) => ({ object: '', part: '', ...parseSinkId(sinkIdOf(sink)) });

const declared = (path: string, name: string): SinkDeclaration => ({
  vault: { connection: 'v', mount: 'secret', path, fields: { [name]: 'key' } },
});

function memory(name: string, ability: SinkAbility, more: Pick<SinkLine, 'has' | 'faults'>): SinkLine {
  return {
    ...{ name, ability, ...more },
    start: () => {
      const service = new MemoryObjects(ability);
      mockOpened.open = service.open;
      const world = driverWorld('/nowhere');
      let made = 0;
      return {
        open: ({ clock = world.clock } = {}) =>
          openSinks({
            files: { root: '/nowhere', roots: ['.'], machine: 'here', exclusively: (work) => work() },
            drivers: { ...world, clock },
            connections: {
              find: async () => ({ ok: true, value: { vault: { address: 'https://vault.example.com' } } }),
            },
          }),
        fresh: () => declared(`shop/${made++}`, 'API_KEY'),
        beside: (sink) => declared(sink.vault?.path ?? '', 'API_KEY_2'),
        driver: async (sink) => ({ driver: service.open(undefined, world), object: at(sink).object }),
        look: async (sink) => service.valueOf(at(sink).object, at(sink).part),
        overwrite: async (sink, value) => service.set(at(sink).object, { [at(sink).part]: value }),
        stranger: {
          write: async (sink, value) => service.set(at(sink).object, { OTHER: value }),
          look: async (sink) => service.valueOf(at(sink).object, 'OTHER'),
        },
        fail: (what, request) => service.fail(what, request),
        close: () => undefined,
      };
    },
  };
}

const FAULTS = [
  ...(['unauthenticated', 'forbidden', 'rate-limited', 'server-error', 'refused', 'cut', 'slow'] as const),
  'lost-answer' as const,
];

sinkContract(memory('in memory', FULL_ABILITY, { has: ['beside', 'driver', 'stranger'], faults: FAULTS }));

sinkContract(
  memory(
    'in memory, that shows revisions only',
    { ...FULL_ABILITY, read: 'revision' },
    {
      ...{ has: ['driver'], faults: FAULTS },
    },
  ),
);

sinkContract(
  memory(
    'in memory, that cannot compare',
    { ...FULL_ABILITY, write: 'blind' },
    {
      ...{ has: ['beside', 'stranger'], faults: FAULTS },
    },
  ),
);

sinkContract(
  memory(
    'in memory, that shows nothing',
    { ...FULL_ABILITY, read: 'nothing', write: 'blind' },
    {
      ...{ has: [], faults: FAULTS },
    },
  ),
);

/** exec keeps the contract: over a driver that fails on demand, and over the examples for git and etcd. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openExec } from '../../../src/sinks/exec/exec.js';
import { openSinks } from '../../../src/sinks/sinks.js';
import {
  type DriverFolder,
  driverFolder,
  EXAMPLES,
  FOLDER_DRIVER,
  folderPlace,
  gitRepository,
  HAS_JQ,
} from '../../support/drivers/index.js';
import { type Etcd, HAS_ETCD, startEtcd } from '../../support/etcd.js';
import { testsWith } from '../../support/parts.js';
import type { ServerFault, SinkUnderTest } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

interface Driven extends Pick<SinkUnderTest, 'fail'> {
  readonly folder: DriverFolder;
  readonly command: readonly string[];
  readonly env: readonly string[];
  readonly fields?: Readonly<Record<string, 'key'>>;
  look(place: string): string | undefined;
  overwrite(place: string, value: string): void;
}

const placeOf = ({ exec }: SinkDeclaration): string => exec?.place ?? '';

function driven({ folder, command, env, fields, look, overwrite, fail }: Driven): SinkUnderTest {
  const { world } = folder;
  let made = 0;
  return {
    open: ({ clock = world.clock } = {}) =>
      openSinks({
        files: { root: folder.root, roots: ['.'], machine: 'here', exclusively: (work) => work() },
        drivers: { ...world, clock },
      }),
    fresh: () => ({
      exec: { command: [...command], place: `shop/${made++}`, env: [...env], ...(fields && { fields }) },
    }),
    driver: async (sink) => ({
      driver: openExec(undefined, world),
      object: parseSinkId(sinkIdOf(sink))?.object ?? '',
    }),
    look: async (sink) => look(placeOf(sink)),
    overwrite: async (sink, value) => overwrite(placeOf(sink), value),
    ...(fail && { fail }),
    close: () => folder.remove(),
  };
}

const FAULTS: readonly ServerFault[] = ['server-error', 'refused', 'cut', 'slow', 'lost-answer'];

function inFolder(fields?: Readonly<Record<string, 'key'>>): SinkUnderTest {
  const folder = driverFolder((root) => ({ FOLDER: join(root, 'places') }));
  const places = folder.path('places');
  mkdirSync(places);
  mkdirSync(`${places}.faults`);
  const { file, look } = folderPlace(places);
  return driven({
    ...{ folder, command: [FOLDER_DRIVER], env: ['FOLDER'] },
    ...(fields && { fields }),
    look: (place) => {
      const text = look(place);
      return fields && text?.startsWith('{') ? JSON.parse(text).api_key : text;
    },
    overwrite: (place, value) => {
      writeFileSync(file(place), value);
      writeFileSync(`${file(place)}.revision`, 'of another program');
    },
    fail: (what, request) => writeFileSync(join(`${places}.faults`, request), what),
  });
}

testsWith('jq', HAS_JQ).describe('with jq', () => {
  sinkContract({
    ...{ name: 'exec', ability: abilityOf('exec'), has: ['driver'], faults: FAULTS },
    start: () => inFolder(),
  });

  sinkContract({
    ...{ name: 'exec, with fields', ability: abilityOf('exec'), has: ['driver'] },
    start: () => inFolder({ api_key: 'key' }),
  });

  sinkContract({
    ...{ name: 'exec, git', ability: { ...abilityOf('exec'), maxBytes: 500_000 }, has: ['driver'] },
    start: () => {
      const folder = driverFolder((root) => ({ GIT_REPOSITORY: join(root, 'secrets.git') }));
      const { show, write } = gitRepository(folder.path('secrets.git'));
      const command = [join(EXAMPLES, 'git.sh')];
      return driven({ folder, command, env: ['GIT_REPOSITORY'], look: show, overwrite: write });
    },
  });
});

testsWith('etcd', HAS_ETCD).describe('with etcd', () => {
  let etcd: Etcd;
  let run = 0;
  beforeAll(async () => {
    etcd = await startEtcd();
  });
  afterAll(() => etcd.stop());

  sinkContract({
    ...{ name: 'exec, etcd', ability: { ...abilityOf('exec'), maxBytes: 500_000 }, has: ['driver'] },
    start: () => {
      run += 1;
      const folder = driverFolder(() => ({ ETCDCTL_ENDPOINTS: etcd.endpoint }));
      const command = [join(EXAMPLES, 'etcd.sh')];
      const own = (place: string): string => `${run}/${place}`;
      const sinks = driven({
        ...{ folder, command, env: ['ETCDCTL_ENDPOINTS'] },
        look: (place) => etcd.ctl('get', place, '--print-value-only').replace(/\n$/, '') || undefined,
        overwrite: (place, value) => etcd.ctl('put', place, value),
      });
      let made = 0;
      return {
        ...sinks,
        fresh: () => ({ exec: { command, place: own(`shop/${made++}`), env: ['ETCDCTL_ENDPOINTS'] } }),
      };
    },
  });
});

/** dotenv and file keep the contract of sinks. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openFileLock } from '../../../src/adapters/file-lock.js';
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openSinks } from '../../../src/sinks/sinks.js';
import { dotenv, jsonFile, rawFile, workplace } from '../../support/apply-folder.js';
import { driverWorld } from '../../support/driver-world.js';
import type { SinkUnderTest } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

interface Format extends Pick<SinkUnderTest, 'beside'> {
  declare(path: string): SinkDeclaration;
  /** As a program that is not ours reads it. */
  valueIn(text: string, part: string): string | undefined;
  textOf(value: string, before: string): string;
  /** Lines that are not ours are kept. */
  readonly hasLines?: true;
}

/** Files of a folder of their own; every `open` is a process with a lock of its own. */
function inFolder({ declare, valueIn, textOf, beside, hasLines }: Format): SinkUnderTest {
  const place = workplace();
  const locks: { close(): void }[] = [];
  const at = (sink: SinkDeclaration): { readonly path: string; readonly part: string } => {
    const { object = '', part = '' } = parseSinkId(sinkIdOf(sink)) ?? {};
    return { path: join(place.root, object), part };
  };
  const text = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  let made = 0;
  return {
    open: () => {
      const lock = openFileLock(join(place.root, '.keywright/sinks.lock'));
      locks.push(lock);
      const { exclusively } = lock;
      return openSinks({
        files: { root: place.root, roots: ['.'], machine: 'here', exclusively },
        drivers: driverWorld(place.root, { exclusively }),
      });
    },
    fresh: () => declare(`secrets/${made++}`),
    look: async (sink) => valueIn(text(at(sink).path), at(sink).part),
    overwrite: async (sink, value) => {
      const { path } = at(sink);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, textOf(value, text(path)));
    },
    close: () => {
      for (const lock of locks) lock.close();
      place.remove();
    },
    ...(beside && { beside }),
    ...(hasLines && {
      stranger: {
        write: async (sink, value) => {
          mkdirSync(dirname(at(sink).path), { recursive: true });
          writeFileSync(at(sink).path, `# mine\nOTHER="${value}"\n`);
        },
        look: async (sink) => /^# mine\nOTHER="(.*)"\n/.exec(text(at(sink).path))?.[1],
      },
    }),
  };
}

const variable = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1];

sinkContract({
  name: 'dotenv',
  ability: abilityOf('dotenv'),
  has: ['beside', 'stranger'],
  start: () =>
    inFolder({
      declare: (path) => dotenv(path),
      valueIn: variable,
      textOf: (value, before) => before.replace(/^KEY=.*$/m, `KEY=${value}`),
      beside: (sink) => dotenv(sink.dotenv?.path ?? '', 'KEY_2'),
      hasLines: true,
    }),
});

sinkContract({
  name: 'file, raw',
  ability: abilityOf('file'),
  has: [],
  start: () =>
    inFolder({
      declare: rawFile,
      valueIn: (text) => (text === '' ? undefined : text),
      textOf: (value) => value,
    }),
});

sinkContract({
  name: 'file, json',
  ability: abilityOf('file'),
  has: [],
  start: () =>
    inFolder({
      declare: jsonFile,
      valueIn: (text) => {
        if (!text.startsWith('{')) return text === '' ? undefined : text;
        return JSON.parse(text).key;
      },
      textOf: (value) => value,
    }),
});

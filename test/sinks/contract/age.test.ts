/** age keeps the contract; what it wrote is read by the real `age`, which is not ours. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openFileLock } from '../../../src/adapters/file-lock.js';
import { parseSinkId, type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openAge } from '../../../src/sinks/age/age.js';
import { openSinks } from '../../../src/sinks/sinks.js';
import { delivery, newToken, workplace } from '../../support/apply-folder.js';
import { driverWorld } from '../../support/driver-world.js';
import { testsWith } from '../../support/parts.js';
import type { SinkUnderTest } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const HAS_AGE = spawnSync('age-keygen', ['--version']).error === undefined;

interface KeyPair {
  readonly recipient: string;
  readonly identity: string;
}

function keyPair(): KeyPair {
  const identity = execFileSync('age-keygen', { encoding: 'utf8', stdio: 'pipe' });
  return { identity, recipient: /public key: (age1\S+)/.exec(identity)?.[1] ?? '' };
}

interface Folder extends SinkUnderTest {
  readonly root: string;
  decrypt(path: string, identity: string): string | undefined;
}

function inFolder(
  pair: KeyPair,
  more: { readonly fields?: Record<string, 'key'>; readonly armor?: boolean } = {},
): Folder {
  const place = workplace();
  mkdirSync(place.root, { recursive: true });
  const locks: { close(): void }[] = [];
  const identities = join(place.root, '..', 'identity');
  const world = () => {
    const lock = openFileLock(join(place.root, '.keywright/sinks.lock'));
    locks.push(lock);
    return driverWorld(place.root, { exclusively: lock.exclusively });
  };
  const pathOf = ({ age }: SinkDeclaration): string => join(place.root, age?.path ?? '');
  const decrypt = (path: string, identity: string): string | undefined => {
    writeFileSync(identities, identity);
    if (!existsSync(path)) return undefined;
    const opened = spawnSync('age', ['--decrypt', '--identity', identities, path], { encoding: 'utf8' });
    return opened.status === 0 ? opened.stdout : readFileSync(path, 'latin1');
  };
  let made = 0;
  return {
    root: place.root,
    decrypt,
    open: ({ clock } = {}) => {
      const drivers = world();
      const { exclusively } = drivers;
      return openSinks({
        files: { root: place.root, roots: ['.'], machine: 'here', exclusively },
        drivers: clock ? { ...drivers, clock } : drivers,
      });
    },
    fresh: () => ({ age: { path: `secrets/${made++}.age`, recipients: [pair.recipient], ...more } }),
    driver: async (sink) => ({
      driver: openAge(undefined, world()),
      object: parseSinkId(sinkIdOf(sink))?.object ?? '',
    }),
    look: async (sink) => {
      const text = decrypt(pathOf(sink), pair.identity);
      return more.fields ? (/^API_KEY=(.*)\n$/.exec(text ?? '')?.[1] ?? text) : text;
    },
    overwrite: async (sink, value) => {
      mkdirSync(dirname(pathOf(sink)), { recursive: true });
      writeFileSync(pathOf(sink), value);
    },
    close: () => {
      for (const lock of locks) lock.close();
      place.remove();
    },
  };
}

testsWith('age', HAS_AGE).describe('with age', () => {
  const line = { ability: abilityOf('age'), has: ['driver'] } as const;
  const pair = HAS_AGE ? keyPair() : { recipient: '', identity: '' };
  sinkContract({ ...line, name: 'age', start: () => inFolder(pair) });
  sinkContract({
    ...{ ...line, name: 'age, armored, with fields' },
    start: () => inFolder(pair, { fields: { API_KEY: 'key' }, armor: true }),
  });

  describe('a file for recipients', () => {
    let folder: Folder;
    beforeEach(() => {
      folder = inFolder(pair);
    });
    afterEach(() => folder.close());

    test('is for its owner only, opened by each of its recipients and by nobody else', async () => {
      const [other, stranger] = [keyPair(), keyPair()];
      const sink: SinkDeclaration = {
        age: { path: 'secrets/a.age', recipients: [pair.recipient, other.recipient], armor: true },
      };
      const token = newToken();
      expect(await folder.open().deliver(sink, delivery(token))).toMatchObject({ ok: true });
      const path = join(folder.root, 'secrets/a.age');
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const text = readFileSync(path, 'latin1');
      expect(text.startsWith('-----BEGIN AGE ENCRYPTED FILE-----\n')).toBe(true);
      expect(text).not.toContain(token.reveal().slice(21));
      expect(folder.decrypt(path, pair.identity)).toBe(token.reveal());
      expect(folder.decrypt(path, other.identity)).toBe(token.reveal());
      expect(folder.decrypt(path, stranger.identity)).toBe(text);
    });

    test('is another one after each write, so that the same secret sealed anew is seen', async () => {
      const sink = folder.fresh();
      const sinks = folder.open();
      const token = newToken();
      const first = await sinks.deliver(sink, delivery(token));
      const revision = first.ok ? first.value.revision : '';
      const expected = { mayBeMissing: false, fingerprints: [`revision:${revision}`] };
      const again = await sinks.deliver(sink, delivery(token, { expected }));
      expect(again).toMatchObject({ ok: true, value: { revision: expect.any(String) } });
      expect(again).not.toMatchObject({ value: { revision } });
    });

    test('is refused behind a symbolic link and outside the working folder', async () => {
      mkdirSync(join(folder.root, 'real'));
      symlinkSync(join(folder.root, 'real'), join(folder.root, 'linked'));
      for (const path of ['linked/a.age', '../a.age']) {
        const sink: SinkDeclaration = { age: { path, recipients: [pair.recipient] } };
        expect(await folder.open().deliver(sink, delivery(newToken()))).toMatchObject({
          ...{ ok: false, error: { code: 'sink_refused' } },
        });
      }
      expect(existsSync(join(folder.root, 'real/a.age'))).toBe(false);
    });

    test('that grew beyond what a credentials file is, is unknown and kept', async () => {
      const sink = folder.fresh();
      await folder.overwrite(sink, 'x'.repeat((1 << 20) + 1));
      expect(await folder.open().read([sinkIdOf(sink)])).toMatchObject([{ kind: 'unknown' }]);
    });
  });
});

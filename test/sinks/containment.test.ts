/** Where a sink may write: inside the roots, into plain files of our own, whatever the path pretends. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { delivery, dotenv, newToken, rawFile, type Workplace, workplace } from '../support/apply-folder.js';

describe('a sink path', () => {
  let place: Workplace;
  const outside = () => join(place.root, '..', 'outside');

  beforeEach(() => {
    place = workplace();
    mkdirSync(place.root);
    mkdirSync(outside());
  });
  afterEach(() => place.remove());

  const deliverTo = async (path: string) => {
    const result = await place.sinks.deliver(rawFile(path), delivery(newToken()));
    return result.ok ? 'delivered' : result.error.code;
  };

  test.each([
    ['the parent folder', '../outside/key'],
    ['a sibling whose name begins like the root', '../root-evil/key'],
    ['a way out in the middle', 'a/../../outside/key'],
    ['an absolute path', '/tmp/kw-absolute-key'],
    ['the working folder itself', '.'],
    ['a folder by its trailing slash', 'secrets/'],
  ])('is refused when it names %s', async (_, path) => {
    mkdirSync(join(place.root, '..', 'root-evil'), { recursive: true });

    expect(await deliverTo(path)).toBe('sink_refused');
    expect(readdirSync(outside())).toEqual([]);
    expect(readdirSync(join(place.root, '..', 'root-evil'))).toEqual([]);
  });

  test('may be absolute, or wind, as long as it ends inside the root', async () => {
    expect(await deliverTo(place.path('a/key'))).toBe('delivered');
    expect(await deliverTo('b/../c/key')).toBe('delivered');
    expect(existsSync(place.path('c/key'))).toBe(true);
    expect(existsSync(place.path('b'))).toBe(false);
  });

  test('may lead into a folder outside that the project names as a root', async () => {
    place.remove();
    place = workplace({ roots: ['.', '../outside'] });

    expect(await deliverTo('../outside/deep/key')).toBe('delivered');
    expect(await deliverTo('../outside-not/key')).toBe('sink_refused');
  });

  test('is refused when a folder on the way is a symbolic link, even to the inside', async () => {
    mkdirSync(place.path('real'));
    symlinkSync(outside(), place.path('out'));
    symlinkSync('real', place.path('in'));

    expect(await deliverTo('out/key')).toBe('sink_refused');
    expect(await deliverTo('in/key')).toBe('sink_refused');
    expect(readdirSync(outside())).toEqual([]);
  });

  test('is refused when the file is a symbolic link, dangling or not', async () => {
    writeFileSync(join(outside(), 'target'), 'precious');
    symlinkSync(join(outside(), 'target'), place.path('key'));
    symlinkSync(join(outside(), 'nothing'), place.path('dangling'));

    expect(await deliverTo('key')).toBe('sink_refused');
    expect(await deliverTo('dangling')).toBe('sink_refused');
    expect(readFileSync(join(outside(), 'target'), 'utf8')).toBe('precious');
    expect(readdirSync(outside())).toEqual(['target']);
  });

  test('is refused, without blocking, when there is a pipe, a socket, a device or a folder', async () => {
    execFileSync('mkfifo', [place.path('pipe')]);
    mkdirSync(place.path('folder'));
    const server = createServer().listen(place.path('socket'));
    await new Promise((listening) => server.once('listening', listening));
    try {
      expect(await deliverTo('pipe')).toBe('sink_refused');
      expect(await deliverTo('socket')).toBe('sink_refused');
      expect(await deliverTo('folder')).toBe('sink_refused');
    } finally {
      server.close();
    }
    place.remove();
    place = workplace({ roots: ['/dev'] });
    expect(await deliverTo('/dev/null')).toBe('sink_refused');
  });

  test('is refused when the file has a second name', async () => {
    writeFileSync(join(outside(), 'other'), 'shared');
    linkSync(join(outside(), 'other'), place.path('key'));

    expect(await deliverTo('key')).toBe('sink_refused');
    expect(readFileSync(join(outside(), 'other'), 'utf8')).toBe('shared');
  });

  test('is refused when the file belongs to another user', async () => {
    place.write('key', 'theirs');
    const geteuid = jest.spyOn(process, 'geteuid').mockReturnValue(54_321);
    try {
      expect(await deliverTo('key')).toBe('sink_refused');
    } finally {
      geteuid.mockRestore();
    }
    expect(place.text('key')).toBe('theirs');
  });

  test('is refused when the file is larger than 1 MiB, or not text', async () => {
    place.write('large.env', 'A=1\n'.repeat(300_000));
    writeFileSync(place.path('binary.env'), Buffer.from([0x41, 0x3d, 0xff, 0x0a]));
    place.write('nul.env', 'SQLite format 3\0');

    for (const path of ['large.env', 'binary.env', 'nul.env']) {
      const before = readFileSync(place.path(path));
      const result = await place.sinks.deliver(dotenv(path), delivery(newToken()));
      expect(result).toMatchObject({ ok: false, error: { code: 'sink_refused' } });
      expect(readFileSync(place.path(path)).equals(before)).toBe(true);
    }
  });

  test('never lets a write out while its folder is being swapped for a symbolic link', async () => {
    mkdirSync(place.path('live'));
    let isOver = false;
    const swapping = (async () => {
      while (!isOver) {
        renameSync(place.path('live'), place.path('aside'));
        symlinkSync(outside(), place.path('live'));
        await new Promise(setImmediate);
        rmSync(place.path('live'));
        renameSync(place.path('aside'), place.path('live'));
        await new Promise(setImmediate);
      }
    })();

    const outcomes = new Set<string>();
    for (let i = 0; i < 300; i++) outcomes.add(await deliverTo(`live/key-${i}`));
    isOver = true;
    await swapping;

    expect(readdirSync(outside())).toEqual([]);
    expect([...outcomes].every((one) => ['delivered', 'sink_refused'].includes(one))).toBe(true);
    expect(readdirSync(place.path('live')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('that cannot be read is unknown, and says why, instead of missing', async () => {
    symlinkSync(outside(), place.path('out'));
    writeFileSync(join(outside(), 'key'), 'x');

    const receipts = await place.sinks.read(['file:out/key#raw', 'file:../outside/key#raw', 'vault:x#y']);

    expect(receipts.map(({ kind }) => kind)).toEqual(['unknown', 'unknown', 'unknown']);
  });
});

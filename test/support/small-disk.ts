/** A disk that fills up: a small file system in memory, which takes an administrator to mount. */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEGABYTE = 1_048_576;

export interface SmallDisk {
  readonly folder: string;
  /** Until nothing more fits. */
  fill(): void;
  free(): void;
}

/** Undefined where it cannot be mounted. */
function mounted(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-disk-'));
  const made = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  if (made.status !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    folder,
    fill: () => fillUp(ballast, statfsSync(folder).bsize),
    free: () => rmSync(ballast, { force: true }),
  };
}

/** Block by block, because others write at the same time: how much is free is not known beforehand. */
function fillUp(ballast: string, blockBytes: number): void {
  const block = Buffer.alloc(blockBytes);
  const file = openSync(ballast, 'a');
  try {
    for (;;) writeSync(file, block);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}

function unmount(folder: string): void {
  spawnSync('umount', ['-l', folder]);
  rmSync(folder, { recursive: true, force: true });
}

/** `describe` with such a disk, where one can be mounted. In CI it has to be. */
export function describeWithSmallDisk(name: string, tests: (disk: SmallDisk) => void, megabytes = 16): void {
  const disk = mounted(megabytes);
  if (disk !== undefined)
    describe(name, () => {
      afterAll(() => unmount(disk.folder));
      tests(disk);
    });
  else if (process.env['CI'] === 'true')
    it(name, () => {
      throw new Error('a small disk cannot be mounted, and in CI its tests are not skipped');
    });
  else {
    process.stderr.write(`SKIPPED, a disk of ${megabytes * MEGABYTE} bytes cannot be mounted: ${name}\n`);
    describe.skip(name, () => tests({ folder: '', fill: () => undefined, free: () => undefined }));
  }
}

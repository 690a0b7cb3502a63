/**
 * A kept text in a file of its own, after a line with a mark, a checksum and a length, which tell what was cut
 * off or damaged: that is ignored. Written beside and renamed, readable by its owner only.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { FileCache } from '../domain/file-cache.js';

export interface CacheFile {
  /** Its folder is made when something is kept. */
  readonly path: string;
  /** Names what the text is, and changes with its shape: under another mark it is ignored. No spaces. */
  readonly mark: string;
  /** Names temporary files of this process apart. */
  readonly unique: string;
}

export function fileCache({ path, mark, unique }: CacheFile): FileCache {
  const headOf = (body: Uint8Array): string => `${mark} ${crc32(body)} ${body.length}\n`;
  return {
    async recall() {
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const body = bytes.subarray(bytes.indexOf('\n') + 1);
      const head = bytes.subarray(0, bytes.length - body.length).toString('latin1');
      return head === headOf(body) ? body.toString('utf8') : undefined;
    },

    async keep(text) {
      // Half a character would come back as another one.
      if (/\p{Surrogate}/u.test(text)) return;
      const body = Buffer.from(text, 'utf8');
      const temporary = `${path}.${unique}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await removeStrays(path);
        await writeFile(temporary, Buffer.concat([Buffer.from(headOf(body), 'latin1'), body]), {
          mode: 0o600,
          flag: 'wx',
        });
        await rename(temporary, path);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** Temporary files of killed processes. One that was still being written is lost too, which costs only time. */
async function removeStrays(path: string): Promise<void> {
  const isStray = (name: string): boolean => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp');
  const strays = (await readdir(dirname(path))).filter(isStray);
  for (const name of strays) await rm(join(dirname(path), name), { force: true });
}

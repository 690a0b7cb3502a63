/**
 * The memory in a file of its own: a line with a mark and a checksum, then the text of memory-packing.ts. Whatever does not match
 * its checksum is ignored. Written beside and renamed, readable by its owner only.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { sha256 } from '../domain/canonical.js';
import type { DocumentMemory } from './memory.js';
import { packed, unpacked } from './memory-packing.js';

/** Changes with the shape of the text. */
const MARK = 'keywright-documents-2';
const HEAD_LENGTH = MARK.length + 1 + 64 + 1;

/** A memory in the file at `path`; its folder is made when something is kept. `unique` names temporary files apart. */
export function memoryFile(path: string, unique: string): DocumentMemory {
  return {
    async recall() {
      const bytes = await readFile(path).catch(() => undefined);
      if (bytes === undefined) return undefined;
      const body = bytes.subarray(HEAD_LENGTH);
      if (bytes.subarray(0, HEAD_LENGTH).toString('latin1') !== headOf(body)) return undefined;
      // The checksum vouches that we wrote it, and the mark for its shape.
      return unpacked(body.toString('utf8'));
    },

    async keep(recollection) {
      const text = packed(recollection);
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

const headOf = (body: Uint8Array): string => `${MARK} ${sha256(body)}\n`;

/** Documents on their way into files: one file, or one a kind in a folder. Each file is written whole or not at all. */
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { OBJECT_KINDS, type ObjectKind } from '../domain/kinds/index.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveDocument } from '../render/export.js';
import { documentsForEditors } from '../render/export-yaml.js';
import { type Failure, failure } from './failure.js';

/** A file by its path from the working folder, and what belongs in it. */
export interface DocumentFile {
  readonly path: string;
  readonly text: string;
}

/** `out` is a file when it ends like one with YAML, else a folder. */
export function filesFor(out: string, documents: readonly LiveDocument[]): readonly DocumentFile[] {
  if (isYamlFile(out)) return [{ path: out, text: documentsForEditors(documents) }];
  return OBJECT_KINDS.flatMap((kind) => {
    const ofKind = documents.filter(({ ref }) => ref.kind === kind);
    return ofKind.length === 0
      ? []
      : [{ path: join(out, fileOfKind(kind)), text: documentsForEditors(ofKind) }];
  });
}

export const isYamlFile = (path: string): boolean => /\.ya?ml$/.test(path);

/** `api-keys.yaml`. */
const fileOfKind = (kind: ObjectKind): string =>
  `${kind.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase()}s.yaml`;

/** Writes nothing when one of the files is there already, unless it may be replaced. */
export async function writeDocumentFiles(
  folder: string,
  files: readonly DocumentFile[],
  existing: 'keep' | 'replace',
): Promise<Result<void, Failure>> {
  for (const { path } of existing === 'keep' ? files : []) {
    if (await exists(resolve(folder, path)))
      return failure(
        'exists',
        `${path} already exists, so nothing was written; use --overwrite to replace it`,
      );
  }
  for (const { path, text } of files) {
    const written = await writeText(folder, path, text);
    if (!written.ok) return written;
  }
  return ok(undefined);
}

/** Through a file beside it that is renamed: a process that reads it meanwhile sees the old text or the new. */
export async function writeText(folder: string, path: string, text: string): Promise<Result<void, Failure>> {
  const target = resolve(folder, path);
  // Hidden, so that it is never taken for a document.
  const partial = join(dirname(target), `.${relative(dirname(target), target)}.partial`);
  try {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(partial, text, { flush: true });
    await rename(partial, target);
    return ok(undefined);
  } catch (cause) {
    await rm(partial, { force: true }).catch(() => undefined);
    const why = cause instanceof Error ? cause.message.split(',')[0] : 'unknown';
    return failure('usage', `${path.split(sep).join('/')} could not be written: ${why}`);
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

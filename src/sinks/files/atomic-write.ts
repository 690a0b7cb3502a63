/**
 * One turn at one file: read it, let every edit look at it and perhaps change it, write it once. Edits see
 * what the edits before them made; when the write fails, all that had a part in it fail with it.
 */
import { closeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Result } from '../../domain/result.js';
import type { Place } from './contained-path.js';
import { guardedAsync, Moved } from './errors.js';
import { type FoundFile, readPlainFile, removeFile, removeStrays, replaceFile } from './file.js';
import type { FilePlace } from './file-place.js';
import { type Folder, openFolder, type WhenMissing } from './folder.js';
import { contentOf } from './formats.js';
import type { Content } from './managed-block.js';

/** What an edit finds, and the one thing it may do. */
export interface View {
  readonly content: Content;
  /** False when the file is readable for others than its owner. */
  readonly isPrivate: boolean;
}

/** Tells whether the file is to be written. */
export type Verdict = Result<'keep' | 'write'>;

export interface Edit {
  readonly place: Place;
  readonly type: FilePlace['type'];
  /** May change the content; then its verdict is `write`. */
  readonly apply: (view: View) => Verdict;
}

/** Folders in which this process has looked for temporary files of killed ones. */
export type Swept = Set<string>;

/** Results in the order of the edits, which are all of one file. Call it under the lock. */
export async function rewrite(edits: readonly Edit[], swept: Swept): Promise<readonly Result<void>[]> {
  const results: Result<void>[] = [];
  for (let from = 0; from < edits.length; ) {
    const type = edits[from]?.type;
    const next = edits.findIndex((edit, at) => at > from && edit.type !== type);
    const until = next === -1 ? edits.length : next;
    results.push(...(await rewriteAs(edits.slice(from, until), swept)));
    from = until;
  }
  return results;
}

/** As `rewrite`, for edits that read the file as one format. */
async function rewriteAs(edits: readonly Edit[], swept: Swept): Promise<readonly Result<void>[]> {
  const [first] = edits;
  if (first === undefined) return [];
  const { place, type } = first;
  let verdicts: readonly Verdict[] = [];
  const turn = await guardedAsync(place, () =>
    inFolder(place, 'leave', async (folder) => {
      const found = folder && readPlainFile(folder, place.name);
      const content = contentOf(type, found?.text ?? '');
      verdicts = edits.map((edit) => edit.apply({ content, isPrivate: found?.isPrivate ?? true }));
      if (verdicts.some((verdict) => verdict.ok && verdict.value === 'write'))
        await writeOrRemove(folder, { place, found, text: content.text(), swept, type });
    }),
  );
  return edits.map((_, at) => {
    const verdict = verdicts[at];
    return verdict && !verdict.ok ? verdict : turn;
  });
}

/** A file of its own that holds nothing any more goes; one that others may have lines in stays. */
async function writeOrRemove(
  folder: Folder | undefined,
  { type, ...writing }: Writing & Pick<Edit, 'type'>,
): Promise<void> {
  const { place, found, text } = writing;
  if (folder !== undefined && found !== undefined && text === '' && type === 'file')
    return removeFile(place, folder, found);
  return write(folder, writing);
}

interface Writing {
  readonly place: Place;
  readonly found: FoundFile | undefined;
  readonly text: string;
  readonly swept: Swept;
}

async function write(folder: Folder | undefined, writing: Writing): Promise<void> {
  const { place, found, text, swept } = writing;
  if (folder === undefined) {
    return inFolder(place, 'make', (made) => {
      if (made === undefined) throw new Moved('was written while its folder was removed');
      return write(made, writing);
    });
  }
  const path = dirname(place.path);
  if (!swept.has(path)) {
    swept.add(path);
    removeStrays(folder);
  }
  await replaceFile(place, folder, { found, content: text });
}

async function inFolder(
  place: Place,
  whenMissing: WhenMissing,
  work: (folder: Folder | undefined) => Promise<void>,
): Promise<void> {
  const folder = openFolder(place, whenMissing);
  try {
    await work(folder);
  } finally {
    if (folder !== undefined) closeSync(folder.fd);
  }
}

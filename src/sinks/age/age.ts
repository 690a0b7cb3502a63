/**
 * The adapter of age: files that are encrypted to recipients. Keywright cannot read them again, so that what tells one
 * version from another is the hash of the file, which no two encryptions share. Written as other files are: under the
 * lock, complete or not at all, for the owner only.
 */
import { closeSync } from 'node:fs';
import { sha256 } from '../../domain/canonical.js';
import type { Result } from '../../domain/result.js';
import { type AgeTarget, parseAgeObject } from '../../domain/sinks/age.js';
import { WHOLE } from '../../domain/sinks/bundle.js';
import type { Driver, DriverWorld, Held, OpenDriver, Write, Written } from '../driver.js';
import { type Place, placeOf } from '../files/contained-path.js';
import { guardedAsync, Moved } from '../files/errors.js';
import { type FoundBytes, readPlainBytes, removeFile, removeStrays, replaceFile } from '../files/file.js';
import { type Folder, openFolder, type WhenMissing } from '../files/folder.js';
import { seal } from './seal.js';

export const openAge: OpenDriver = (_, world): Driver => ({
  exclusively: world.exclusively,
  read: (object) =>
    at(parseAgeObject(object), world, 'leave', async (folder, { name }) =>
      heldIn(folder && found(folder, name)),
    ),
  write: (object, write) => {
    const target = parseAgeObject(object);
    const isRemoval = write.set.size === 0;
    return at(target, world, isRemoval ? 'leave' : 'make', (folder, place) =>
      change(folder, { place, target, write }),
    );
  },
});

interface Change {
  readonly place: Place;
  readonly target: AgeTarget;
  readonly write: Write;
}

async function change(
  folder: Folder | undefined,
  { place, target, write }: Change,
): Promise<Written | undefined> {
  const before = folder && found(folder, place.name);
  if (heldIn(before)?.revision !== write.over?.revision) throw new Moved('is another file than was read');
  if (folder === undefined) return undefined;
  if (write.set.size === 0) {
    if (before !== undefined) await removeFile(place, folder, before);
    return undefined;
  }
  const content = await seal(textOf(write), target);
  removeStrays(folder);
  await replaceFile(place, folder, { found: before, content });
  return { revision: sha256(content) };
}

/** The bare secret, or a line for each field: what `set -a; . <(age -d …)` understands. */
function textOf({ set }: Write): string {
  const whole = set.get(WHOLE);
  if (whole !== undefined) return whole.reveal();
  return [...set].map(([name, secret]) => `${name}=${quoted(secret.reveal())}\n`).join('');
}

/** Keys need no quotes; anything else is quoted as shells and dotenv agree on. */
const quoted = (value: string): string =>
  /^[A-Za-z0-9_./:@%+=,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;

const found = (folder: Folder, name: string): FoundBytes | undefined => readPlainBytes(folder, name);

/** An empty file holds nothing. */
const heldIn = (file: FoundBytes | undefined): Held | undefined =>
  file === undefined || file.bytes.length === 0
    ? undefined
    : { values: undefined, revision: sha256(file.bytes) };

async function at<T>(
  { path }: AgeTarget,
  { root, roots }: DriverWorld,
  whenMissing: WhenMissing,
  work: (folder: Folder | undefined, place: Place) => Promise<T>,
): Promise<Result<T>> {
  const place = placeOf(path, { root, roots });
  if (!place.ok) return place;
  return guardedAsync(place.value, async () => {
    const folder = openFolder(place.value, whenMissing);
    try {
      return await work(folder, place.value);
    } finally {
      if (folder !== undefined) closeSync(folder.fd);
    }
  });
}

/**
 * What sinks hold now, for planning: no lock, and each file opened and taken apart once, however many
 * sinks are in it. A file is replaced whole, so a reader never sees half of a write.
 */
import { setImmediate as nextTick } from 'node:timers/promises';
import { sha256 } from '../../domain/canonical.js';
import type { FileCache } from '../../domain/file-cache.js';
import type { SinkId } from '../../domain/kinds/index.js';
import type { Receipt } from '../../domain/live.js';
import type { Result } from '../../domain/result.js';
import { fingerprintOf, parseToken, Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import { placeOf, type Roots } from './contained-path.js';
import { guarded } from './errors.js';
import { type FileMark, type FoundFile, markOfPlainFile, readPlainFile } from './file.js';
import { type FilePlace, filePlace } from './file-place.js';
import type { Folder } from './folder.js';
import { contentOf } from './formats.js';
import type { Content } from './managed-block.js';
import { OpenFolder } from './open-folder.js';
import { REMEMBERED_FROM, ReceiptCache } from './receipt-cache.js';

/** Files read before other work gets a turn: some ten milliseconds. */
const FILES_PER_TURN = 100;

const MISSING: Receipt = { kind: 'missing' };
const UNSUPPORTED: Receipt = { kind: 'unknown', why: 'this version does not support this type of sink' };

/** What saves time and changes no receipt. */
export interface Saving {
  readonly kept?: FileCache | undefined;
  /** Without it every file is read. */
  readonly clock?: Pick<Clock, 'now'> | undefined;
}

/**
 * Receipts in the order asked. Never rejects; what cannot be read is `unknown` and says why. A file that
 * holds what it held according to `kept` is not taken apart again, and one that was left alone is not read.
 */
export async function readReceipts(
  ids: readonly SinkId[],
  roots: Roots,
  { kept, clock }: Saving = {},
): Promise<readonly Receipt[]> {
  const isLarge = ids.length >= REMEMBERED_FROM;
  const memory = kept && isLarge ? await ReceiptCache.recall(kept, clock?.now()) : undefined;
  const receipts: Receipt[] = new Array(ids.length).fill(MISSING);
  const folders = new OpenFolder();
  let files = 0;
  try {
    for (const [file, positions] of byFile(ids)) {
      const asked = positions.map((at) => ids[at] ?? '');
      const found = readFile({ file, ids: asked }, { roots, folders, memory });
      for (const [nth, at] of positions.entries()) receipts[at] = found[nth] ?? MISSING;
      files += 1;
      if (files % FILES_PER_TURN !== 0) continue;
      folders.close();
      await nextTick();
    }
  } finally {
    folders.close();
  }
  await memory?.keep();
  return receipts;
}

/** Positions of ids that name the same file, by what stands before the part. */
function byFile(ids: readonly SinkId[]): ReadonlyMap<string, readonly number[]> {
  const files = new Map<string, number[]>();
  let start = '';
  let positions: number[] = [];
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? '';
    // Sinks of one file mostly follow one another, and comparing is cheaper than looking up.
    if (start === '' || id.slice(0, start.length) !== start) {
      start = id.slice(0, id.indexOf('#') + 1);
      const file = start.slice(0, -1);
      positions = files.get(file) ?? [];
      files.set(file, positions);
    }
    positions.push(at);
  }
  return files;
}

interface Asked {
  /** `dotenv:secrets/billing.env`. */
  readonly file: string;
  /** Sinks in it. */
  readonly ids: readonly SinkId[];
}

interface Reading {
  readonly roots: Roots;
  readonly folders: OpenFolder;
  readonly memory: ReceiptCache | undefined;
}

/** In the order of the ids. */
function readFile({ file, ids }: Asked, reading: Reading): readonly Receipt[] {
  const { memory } = reading;
  const place = filePlace(ids[0] ?? '');
  if (place === undefined) return ids.map(() => UNSUPPORTED);
  const parts = ids.map((id) => id.slice(file.length + 1));
  const looked = memory?.mayBeUntouched(file) ? lookAtPlace(place, reading) : undefined;
  const untouched = looked?.ok && looked.value && memory?.untouched({ file, parts, mark: looked.value });
  if (untouched) return untouched;
  const found = readPlace(place, reading);
  if (!found.ok) return ids.map(() => ({ kind: 'unknown', why: found.error.message }));
  if (found.value === undefined) return ids.map(() => MISSING);
  const { text, mark } = found.value;
  const held = memory && { file, parts, mark, digest: sha256(text) };
  const recalled = held && memory.recall(held);
  if (recalled) return recalled;
  const content = contentOf(place.type, text);
  const receipts = ids.map((id) => receiptAt(filePlace(id), content));
  if (held) memory.remember({ ...held, receipts });
  return receipts;
}

const receiptAt = (place: FilePlace | undefined, content: Content): Receipt =>
  place === undefined ? UNSUPPORTED : receiptOf(content.value(place.part));

/** The secret at one sink; undefined when it is absent or unreadable. */
export function takeSecret(id: SinkId, roots: Roots): Secret | undefined {
  const place = filePlace(id);
  if (place === undefined) return undefined;
  const folders = new OpenFolder();
  try {
    const found = readPlace(place, { roots, folders });
    if (!found.ok || found.value === undefined) return undefined;
    const value = contentOf(place.type, found.value.text).value(place.part);
    return value === undefined ? undefined : new Secret(value);
  } finally {
    folders.close();
  }
}

function receiptOf(value: string | undefined): Receipt {
  if (value === undefined) return MISSING;
  return { kind: 'holds', fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
}

const readPlace = (place: FilePlace, within: Within): Result<FoundFile | undefined> =>
  inFolder(place, within, readPlainFile);

const lookAtPlace = (place: FilePlace, within: Within): Result<FileMark | undefined> =>
  inFolder(place, within, markOfPlainFile);

type Within = Pick<Reading, 'roots' | 'folders'>;

function inFolder<T>(
  { path }: FilePlace,
  { roots, folders }: Within,
  look: (folder: Folder, name: string) => T | undefined,
): Result<T | undefined> {
  const place = placeOf(path, roots);
  if (!place.ok) return place;
  return guarded(place.value, () => {
    const folder = folders.of(place.value);
    return folder && look(folder, place.value.name);
  });
}

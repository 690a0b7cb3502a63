/**
 * What places hold now, for planning: no lock, and each file opened and taken apart once, however many
 * places are in it. A file is replaced whole, so a reader never sees half of a write.
 */
import { closeSync } from 'node:fs';
import { setImmediate as nextTick } from 'node:timers/promises';
import { parseSinkId, type SinkId, type SinkPlace } from '../domain/kinds/index.js';
import type { Receipt } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { fingerprintOf, parseToken } from '../domain/secret.js';
import { type Content, contentOf } from './content.js';
import { readPlainFile } from './file.js';
import { openFolder } from './folder.js';
import { type Place, placeOf, type Roots } from './place.js';
import { guarded } from './trouble.js';

/** Files read before other work gets a turn: some ten milliseconds. */
const FILES_PER_TURN = 100;

const MISSING: Receipt = { kind: 'missing' };

/** Receipts in the order asked. Never rejects; what cannot be read is `unknown` and says why. */
export async function readReceipts(ids: readonly SinkId[], roots: Roots): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = new Array(ids.length).fill(MISSING);
  let files = 0;
  for (const asked of byFile(ids, receipts).values()) {
    const [first] = asked;
    if (first === undefined) continue;
    const content = readContent(first.place, roots);
    for (const { at, place } of asked) {
      receipts[at] = content.ok
        ? receiptOf(content.value?.value(place.part))
        : { kind: 'unknown', why: content.error.message };
    }
    files += 1;
    if (files % FILES_PER_TURN === 0) await nextTick();
  }
  return receipts;
}

/** What a place with this value holds. */
export function receiptOf(value: string | undefined): Receipt {
  if (value === undefined) return MISSING;
  return { kind: 'holds', fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
}

interface Asked {
  readonly at: number;
  readonly place: SinkPlace;
}

/** The places by type and path. Those that are none of ours get their receipt at once. */
function byFile(ids: readonly SinkId[], receipts: Receipt[]): ReadonlyMap<string, readonly Asked[]> {
  const files = new Map<string, Asked[]>();
  for (const [at, id] of ids.entries()) {
    const place = parseSinkId(id);
    if (place === undefined) {
      receipts[at] = { kind: 'unknown', why: `${JSON.stringify(id)} is no sink that this version can read` };
      continue;
    }
    const key = `${place.type}:${place.path}`;
    const known = files.get(key);
    if (known) known.push({ at, place });
    else files.set(key, [{ at, place }]);
  }
  return files;
}

function readContent({ type, path }: SinkPlace, roots: Roots): Result<Content | undefined> {
  const place = placeOf(path, roots);
  if (!place.ok) return place;
  const text = guarded(place.value, () => readText(place.value));
  if (!text.ok) return text;
  return ok(text.value === undefined ? undefined : contentOf(type, text.value));
}

function readText(place: Place): string | undefined {
  const folder = openFolder(place, 'leave');
  if (folder === undefined) return undefined;
  try {
    return readPlainFile(folder, place.name)?.text;
  } finally {
    closeSync(folder.fd);
  }
}

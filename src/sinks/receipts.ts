/**
 * What places hold now, for planning: no lock, and each file opened and taken apart once, however many
 * places are in it. A file is replaced whole, so a reader never sees half of a write.
 */
import { closeSync } from 'node:fs';
import { setImmediate as nextTick } from 'node:timers/promises';
import { parseSinkId, type SinkId, type SinkPlace } from '../domain/kinds/index.js';
import type { Receipt } from '../domain/live.js';
import { ok, type Result } from '../domain/result.js';
import { fingerprintOf, parseToken, Secret } from '../domain/secret.js';
import type { Content } from './content.js';
import { readPlainFile } from './file.js';
import { openFolder } from './folder.js';
import { contentOf } from './formats.js';
import { type Place, placeOf, type Roots } from './place.js';
import { guarded } from './trouble.js';

/** Files read before other work gets a turn: some ten milliseconds. */
const FILES_PER_TURN = 100;

const MISSING: Receipt = { kind: 'missing' };

/** Receipts in the order asked. Never rejects; what cannot be read is `unknown` and says why. */
export async function readReceipts(ids: readonly SinkId[], roots: Roots): Promise<readonly Receipt[]> {
  const receipts: Receipt[] = new Array(ids.length).fill(MISSING);
  let files = 0;
  for (const positions of byFile(ids)) {
    const asked = positions.map((at) => parseSinkId(ids[at] ?? ''));
    const file = asked.find((place) => place !== undefined);
    const content = file && readContent(file, roots);
    for (const [nth, at] of positions.entries()) receipts[at] = receiptAt(asked[nth], content);
    files += 1;
    if (files % FILES_PER_TURN === 0) await nextTick();
  }
  return receipts;
}

/** Positions of ids that name the same file, by what stands before the part. */
function byFile(ids: readonly SinkId[]): Iterable<readonly number[]> {
  const files = new Map<string, number[]>();
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? '';
    const file = id.slice(0, id.indexOf('#'));
    const known = files.get(file);
    if (known) known.push(at);
    else files.set(file, [at]);
  }
  return files.values();
}

function receiptAt(place: SinkPlace | undefined, content: Result<Content | undefined> | undefined): Receipt {
  if (place === undefined || content === undefined)
    return { kind: 'unknown', why: 'this version has no adapter for such a sink' };
  return content.ok
    ? receiptOf(content.value?.value(place.part))
    : { kind: 'unknown', why: content.error.message };
}

/** The secret at one place; undefined when there is none or it cannot be read. */
export function takeSecret(id: SinkId, roots: Roots): Secret | undefined {
  const place = parseSinkId(id);
  const content = place && readContent(place, roots);
  const value = content?.ok ? content.value?.value(place?.part ?? '') : undefined;
  return value === undefined ? undefined : new Secret(value);
}

function receiptOf(value: string | undefined): Receipt {
  if (value === undefined) return MISSING;
  return { kind: 'holds', fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
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

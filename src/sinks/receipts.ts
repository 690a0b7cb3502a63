/**
 * What places hold now, for planning: no lock, and each file opened and taken apart once, however many
 * places are in it. A file is replaced whole, so a reader never sees half of a write.
 */
import { closeSync } from 'node:fs';
import { setImmediate as nextTick } from 'node:timers/promises';
import { sha256 } from '../domain/canonical.js';
import type { KeptText } from '../domain/kept-text.js';
import { parseSinkId, type SinkId, type SinkPlace } from '../domain/kinds/index.js';
import type { Receipt } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import { fingerprintOf, parseToken, Secret } from '../domain/secret.js';
import type { Content } from './content.js';
import { readPlainFile } from './file.js';
import { openFolder } from './folder.js';
import { contentOf } from './formats.js';
import { type Place, placeOf, type Roots } from './place.js';
import { REMEMBERED_FROM, ReceiptMemory } from './receipt-memory.js';
import { guarded } from './trouble.js';

/** Files read before other work gets a turn: some ten milliseconds. */
const FILES_PER_TURN = 100;

const MISSING: Receipt = { kind: 'missing' };
const UNSUPPORTED: Receipt = { kind: 'unknown', why: 'this version has no adapter for such a sink' };

/**
 * Receipts in the order asked. Never rejects; what cannot be read is `unknown` and says why. A file that
 * holds what it held according to `kept` is not taken apart again.
 */
export async function readReceipts(
  ids: readonly SinkId[],
  roots: Roots,
  kept?: KeptText,
): Promise<readonly Receipt[]> {
  const memory = kept && ids.length >= REMEMBERED_FROM ? await ReceiptMemory.recall(kept) : undefined;
  const receipts: Receipt[] = new Array(ids.length).fill(MISSING);
  let files = 0;
  for (const [file, positions] of byFile(ids)) {
    const asked = positions.map((at) => ids[at] ?? '');
    const found = readFile({ file, ids: asked }, roots, memory);
    for (const [nth, at] of positions.entries()) receipts[at] = found[nth] ?? MISSING;
    files += 1;
    if (files % FILES_PER_TURN === 0) await nextTick();
  }
  await memory?.keep();
  return receipts;
}

/** Positions of ids that name the same file, by what stands before the part. */
function byFile(ids: readonly SinkId[]): ReadonlyMap<string, readonly number[]> {
  const files = new Map<string, number[]>();
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at] ?? '';
    const file = id.slice(0, id.indexOf('#'));
    const known = files.get(file);
    if (known) known.push(at);
    else files.set(file, [at]);
  }
  return files;
}

interface Asked {
  /** `dotenv:secrets/billing.env`. */
  readonly file: string;
  /** Places in it. */
  readonly ids: readonly SinkId[];
}

/** In the order of the ids. */
function readFile({ file, ids }: Asked, roots: Roots, memory: ReceiptMemory | undefined): readonly Receipt[] {
  const place = parseSinkId(ids[0] ?? '');
  if (place === undefined) return ids.map(() => UNSUPPORTED);
  const text = readPlace(place, roots);
  if (!text.ok) return ids.map(() => ({ kind: 'unknown', why: text.error.message }));
  if (text.value === undefined) return ids.map(() => MISSING);
  const parts = ids.map((id) => id.slice(file.length + 1));
  const held = memory && { file, parts, digest: sha256(text.value) };
  const recalled = held && memory.recall(held);
  if (recalled) return recalled;
  const content = contentOf(place.type, text.value);
  const receipts = ids.map((id) => receiptAt(parseSinkId(id), content));
  if (held) memory.remember({ ...held, receipts });
  return receipts;
}

const receiptAt = (place: SinkPlace | undefined, content: Content): Receipt =>
  place === undefined ? UNSUPPORTED : receiptOf(content.value(place.part));

/** The secret at one place; undefined when there is none or it cannot be read. */
export function takeSecret(id: SinkId, roots: Roots): Secret | undefined {
  const place = parseSinkId(id);
  if (place === undefined) return undefined;
  const text = readPlace(place, roots);
  if (!text.ok || text.value === undefined) return undefined;
  const value = contentOf(place.type, text.value).value(place.part);
  return value === undefined ? undefined : new Secret(value);
}

function receiptOf(value: string | undefined): Receipt {
  if (value === undefined) return MISSING;
  return { kind: 'holds', fingerprint: fingerprintOf(value), tokenId: parseToken(value)?.id };
}

function readPlace({ path }: SinkPlace, roots: Roots): Result<string | undefined> {
  const place = placeOf(path, roots);
  return place.ok ? guarded(place.value, () => readText(place.value)) : place;
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

/**
 * A segment of the audit log as a file: a line of JSON an entry, and a last line with a checkpoint of the store that
 * vouches for the last entry, and by the chain for all before it. Segments follow one another without a gap.
 */
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { GENESIS_HASH, hashOfEntry } from '../domain/audit-hash.js';
import { canonicalJson } from '../domain/canonical.js';
import { type Fault, fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { formatInstant, parseInstant } from '../domain/time.js';
import type { AuditEntry } from '../ports/live-store.js';

/** Where a segment ends, and the next begins. */
export interface SegmentEnd {
  readonly seq: number;
  readonly hash: string;
}

export interface Segment {
  /** Its first entry. */
  readonly from: number;
  readonly end: SegmentEnd;
  readonly checkpoint: string;
}

export const BEGINNING: SegmentEnd = { seq: 0, hash: GENESIS_HASH };

/** A file is never written over. `usage` where it cannot be made; nothing is left of it then. */
export async function writeSegment(
  path: string,
  pages: AsyncIterable<Result<readonly AuditEntry[]>>,
  checkpoint: string,
): Promise<Result<void>> {
  try {
    const file = await open(path, 'wx', 0o600);
    let failure: Fault | undefined;
    try {
      for await (const page of pages) {
        if (!page.ok) {
          failure = page.error;
          break;
        }
        await file.appendFile(page.value.map(lineOf).join(''));
      }
      await file.appendFile(`${JSON.stringify({ checkpoint })}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    if (failure === undefined) return ok(undefined);
    await rm(path, { force: true });
    return fail(failure);
  } catch (error) {
    const message = `the segment cannot be written to ${path}; name a new file in a writable folder`;
    return fail(fault('usage', message, error));
  }
}

const lineOf = (entry: AuditEntry): string =>
  `${JSON.stringify({ ...entry, at: formatInstant(entry.at) })}\n`;

/** `audit_broken` for a segment that does not continue the one before, or was altered; the checkpoint is not checked here. */
export async function readSegment(path: string, before: SegmentEnd): Promise<Result<Segment>> {
  let end = before;
  let checkpoint: string | undefined;
  try {
    for await (const line of createInterface({
      input: createReadStream(path),
      crlfDelay: Number.POSITIVE_INFINITY,
    })) {
      const parsed = parsedLine(line);
      if (checkpoint !== undefined || parsed === undefined)
        return broken(path, `line after entry ${end.seq} is malformed`);
      if ('checkpoint' in parsed) {
        checkpoint = String(parsed['checkpoint']);
        continue;
      }
      const next = follow(end, parsed);
      if (next === undefined) return broken(path, `entry ${end.seq + 1} is missing or was altered`);
      end = next;
    }
  } catch (error) {
    return fail(
      fault(
        'usage',
        `the segment ${path} cannot be read; use a file written by keywright audit archive`,
        error,
      ),
    );
  }
  if (checkpoint === undefined || !vouchesFor(checkpoint, end))
    return broken(path, `no checkpoint vouches for entry ${end.seq}`);
  return ok({ from: before.seq + 1, end, checkpoint });
}

/** Only the store knows whether the checkpoint is its own; what it says of the log is to be read from here. */
function vouchesFor(checkpoint: string, { seq, hash }: SegmentEnd): boolean {
  const said = parsedLine(Buffer.from(checkpoint.split('.')[1] ?? '', 'base64url').toString('utf8'));
  return said?.['seq'] === seq && said['hash'] === hash;
}

function parsedLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined for what is not the next entry. */
function follow(end: SegmentEnd, line: Readonly<Record<string, unknown>>): SegmentEnd | undefined {
  const entry = line as unknown as Omit<AuditEntry, 'at'> & { readonly at: string };
  const at = parseInstant(String(entry.at));
  if (!at.ok || entry.seq !== end.seq + 1 || entry.previousHash !== end.hash) return undefined;
  const hash = hashOfEntry({ ...entry, at: at.value, detail: canonicalJson(entry.detail) });
  return hash === entry.hash ? { seq: entry.seq, hash } : undefined;
}

const broken = (path: string, what: string): Result<never> =>
  fail(fault('audit_broken', `the segment ${path} does not hold: ${what}`));

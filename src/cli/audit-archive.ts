/** Archives the audit log in segments, and verifies segments together with the log that continues them. */
import { resolve } from 'node:path';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { AuditEntry, LiveStore } from '../ports/live-store.js';
import { BEGINNING, readSegment, type Segment, type SegmentEnd, writeSegment } from './audit-segment.js';

const PAGE = 1_000;

type Audited = Pick<LiveStore, 'audit' | 'checkpoint' | 'verifyCheckpoints'>;

/** `a.ndjson,b.ndjson`, oldest first. */
export const segmentFiles = (text: string | undefined, folder: string): readonly string[] =>
  (text ?? '')
    .split(',')
    .filter((name) => name.trim() !== '')
    .map((name) => resolve(folder, name.trim()));

export interface Archived {
  readonly from: number;
  readonly to: number;
}

/** Writes what came after the last of the segments; undefined when nothing did. */
export async function archiveLog(
  store: Audited,
  { out, segments }: { readonly out: string; readonly segments: readonly string[] },
): Promise<Result<Archived | undefined>> {
  const before = await verifySegments(store, segments);
  if (!before.ok) return before;
  const { seq: since } = before.value;
  const made = await store.checkpoint();
  if (!made.ok) return made;
  const { seq: to, line } = made.value;
  if (to === since) return ok(undefined);
  const written = await writeSegment(out, pagesOf(store, { since, to }), line);
  if (!written.ok) return written;
  // What was written is read back: a disk that lost half of it is no archive.
  const read = await readSegment(out, before.value);
  return read.ok ? ok({ from: since + 1, to }) : read;
}

/** Gives where the last one ends. The store's own log must have that entry, so that it continues them. */
export async function verifySegments(store: Audited, files: readonly string[]): Promise<Result<SegmentEnd>> {
  const segments: Segment[] = [];
  let end = BEGINNING;
  for (const file of files) {
    const segment = await readSegment(file, end);
    if (!segment.ok) return segment;
    segments.push(segment.value);
    end = segment.value.end;
  }
  const held = await store.verifyCheckpoints(segments.map(({ checkpoint }) => checkpoint));
  return held.ok ? ok(end) : held;
}

async function* pagesOf(
  store: Audited,
  { since, to }: { readonly since: number; readonly to: number },
): AsyncGenerator<Result<readonly AuditEntry[]>, void> {
  for (let at = since; at < to; ) {
    const page = await store.audit({ since: at, limit: Math.min(PAGE, to - at) });
    yield page;
    if (!page.ok) return;
    const last = page.value.at(-1);
    if (last === undefined) {
      yield fail(fault('audit_broken', `entry ${at + 1} of the audit log is missing`));
      return;
    }
    at = last.seq;
  }
}

/**
 * What a plan was based on, as one digest: equal as long as nothing has moved that the plan may depend on.
 * Time and use are left out, and so are places that hold what the store recorded: which of those are looked
 * at depends on the time.
 */
import { createHash } from 'node:crypto';
import type { DesiredState } from '../domain/desired.js';
import type { SinkId } from '../domain/kinds/index.js';
import type { KnownToken, LiveSummary, Ownership, Receipt } from '../domain/live.js';
import { refText } from '../domain/objects.js';
import { isOwnedBy } from '../plan/compare.js';
import type { PlanInput, Subject } from '../plan/plan.js';
import { agrees } from './receipts.js';

export interface Observed {
  readonly desired: DesiredState;
  readonly ownership: Ownership;
  readonly survey: readonly LiveSummary[];
  readonly subjects: readonly Subject[];
  /** Of every delivery in the survey and every sink of a subject, as read. */
  readonly receipts: ReadonlyMap<SinkId, Receipt>;
  readonly tokens: PlanInput['tokens'];
}

/** 32 hex digits. */
export function observedDigest(observed: Observed): string {
  const { desired, ownership, survey, subjects, receipts, tokens } = observed;
  const named = namesIn(desired);
  const hash = createHash('sha256');
  for (const live of survey) {
    if (!isOwnedBy(live, ownership) && !named.has(refText(live.ref))) continue;
    hash.update(`${lineOf(live)}\n`);
    for (const delivery of live.deliveries)
      if (!agrees(delivery, receipts)) hash.update(`  ${receiptLine(delivery.sink, receipts)}\n`);
  }
  for (const { ref, live, receipts: seen } of subjects) {
    const recorded = new Set(live?.deliveries.map(({ sink }) => sink));
    for (const id of seen.keys())
      if (!recorded.has(id)) hash.update(`${refText(ref)} ${receiptLine(id, receipts)}\n`);
  }
  for (const token of tokens.values()) hash.update(`${tokenLine(token)}\n`);
  return hash.digest('hex').slice(0, 32);
}

/** What the documents declare or refer to. */
function namesIn({ entries }: DesiredState): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { ref, references } of entries) {
    names.add(refText(ref));
    for (const reference of references) names.add(refText(reference));
  }
  return names;
}

const lineOf = ({ ref, digest, revision, ownership }: LiveSummary): string =>
  JSON.stringify([refText(ref), digest, revision, ownership?.project, ownership?.manager]);

const tokenLine = ({ tokenId, object, isRemoved }: KnownToken): string =>
  JSON.stringify([tokenId, refText(object), isRemoved]);

function receiptLine(id: SinkId, receipts: ReadonlyMap<SinkId, Receipt>): string {
  const receipt = receipts.get(id);
  return JSON.stringify([id, receipt?.kind, receipt?.kind === 'holds' ? receipt.fingerprint : '']);
}

/**
 * What a plan was based on, as one digest: equal as long as nothing has moved that the plan may depend on.
 * Time and use are left out, and so are places that hold what the store recorded: which of those are looked
 * at depends on the time.
 */
import { createHash, type Hash } from 'node:crypto';
import type { DesiredState } from '../domain/desired.js';
import type { SinkId } from '../domain/kinds/index.js';
import type { KnownToken, LiveSummary, Ownership, Receipt } from '../domain/live.js';
import { declarationDigest, isAmong, markOf, type ObjectRef, refText, stampOf } from '../domain/objects.js';
import { isOwnedBy } from '../plan/compare.js';
import type { PlanInput, Subject } from '../plan/plan.js';

export interface Observed {
  readonly desired: DesiredState;
  readonly ownership: Ownership;
  readonly survey: readonly LiveSummary[];
  readonly subjects: readonly Subject[];
  /** Of every sink of a subject and every place that does not hold what the store recorded, as read. */
  readonly receipts: ReadonlyMap<SinkId, Receipt>;
  /** Places of the nth of the survey that do not hold what the store recorded. */
  readonly differing: (nth: number) => readonly SinkId[];
  readonly tokens: PlanInput['tokens'];
  readonly people: PlanInput['people'];
}

/** 32 hex digits. */
export function observedDigest(observed: Observed): string {
  const { subjects, receipts, tokens, people } = observed;
  const hash = createHash('sha256');
  hashSummaries(hash, observed);
  for (const { ref, live, receipts: seen } of subjects) {
    const owner = live?.key?.owner ?? 'active';
    if (owner !== 'active') hash.update(`${refText(ref)} ${owner}\n`);
    const recorded = new Set(live?.deliveries.map(({ sink }) => sink));
    for (const id of seen.keys())
      if (!recorded.has(id)) hash.update(`${refText(ref)} ${receiptLine(id, receipts)}\n`);
  }
  for (const token of tokens.values()) hash.update(`${tokenLine(token)}\n`);
  for (const person of people) hash.update(`${declarationDigest(person)}\n`);
  return hash.digest('hex').slice(0, 32);
}

/** Lines hashed at once: one at a time costs more than the hash. */
const LINES = 1_000;

function hashSummaries(
  hash: Hash,
  { desired, ownership, survey, subjects, receipts, differing }: Observed,
): void {
  const isNamed = namesIn(desired, subjects);
  let lines: string[] = [];
  const flush = (): void => {
    hash.update(`${lines.join('\n')}\n`);
    lines = [];
  };
  for (const [nth, live] of survey.entries()) {
    const isOwned = isOwnedBy(live, ownership);
    if (!isOwned && !isNamed(live.ref)) continue;
    lines.push(live.stamp ?? stampOf(markOf(live.ref, live.digest), live.revision));
    if (!isOwned) lines.push(JSON.stringify(live.ownership ?? null));
    for (const sink of differing(nth)) lines.push(receiptLine(sink, receipts));
    if (lines.length >= LINES) flush();
  }
  flush();
}

/** Is it declared, referred to, or looked at for another reason? Asked of few: mostly all that is live is ours. */
function namesIn({ entries }: DesiredState, subjects: readonly Subject[]): (ref: ObjectRef) => boolean {
  let referred: ReadonlySet<string> | undefined;
  return (ref) => {
    // Entries from memory share their lists of references: each list is looked through once.
    referred ??= new Set([...new Set(entries.map(({ references }) => references))].flat().map(refText));
    return referred.has(refText(ref)) || isAmong(entries, ref) || isAmong(subjects, ref);
  };
}

const tokenLine = ({ object, ...token }: KnownToken): string =>
  JSON.stringify([
    token.tokenId,
    refText(object),
    token.isRemoved,
    token.isSuperseded,
    token.declaredAt,
    token.deliveredTo,
  ]);

function receiptLine(id: SinkId, receipts: ReadonlyMap<SinkId, Receipt>): string {
  const receipt = receipts.get(id);
  return JSON.stringify([id, receipt?.kind, receipt?.kind === 'holds' ? receipt.fingerprint : '']);
}

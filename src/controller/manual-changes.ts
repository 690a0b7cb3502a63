/**
 * Finds what was changed outside the documents: steps that would undo it. Detected by facts where there are any (a
 * sink that no longer holds what was confirmed there), else by the audit log, never by what nudged us.
 */
import { sinkIdsOf } from '../domain/kinds/index.js';
import { refText } from '../domain/objects.js';
import { ok, type Result, unreachable } from '../domain/result.js';
import type { PlanInput, Step, Subject } from '../plan/plan.js';
import type { StepReason } from '../plan/reasons.js';
import type { AuditEntry, LiveStore } from '../ports/live-store.js';
import { historyOf, isReconcilerPath } from '../reconcile/drift-attribution.js';

/** Each reason that a manual change can cause, and what shows it. */
type Trace = 'declaration' | 'revocation' | 'place';
const TRACES: Partial<Readonly<Record<StepReason, Trace>>> = {
  NotFound: 'declaration',
  DeclarationChanged: 'declaration',
  ReplacementForced: 'declaration',
  NoCurrentVersion: 'revocation',
  SinkMissing: 'place',
  SinkDiffers: 'place',
  SinkChanged: 'place',
};

/**
 * Steps that would undo what was done manually. Where the declaration has changed since it was last applied,
 * it wins: none of that object's are among them.
 */
export async function stepsUndoingManualChanges(
  steps: readonly Step[],
  { subjects }: Pick<PlanInput, 'subjects'>,
  store: Pick<LiveStore, 'audit'>,
): Promise<Result<readonly Step[]>> {
  const byObject = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  const histories = new Map<string, readonly AuditEntry[]>();
  const found: Step[] = [];
  for (const step of steps) {
    const trace = TRACES[step.reason];
    // A key that is set aside is still known by its name.
    const former = step.action === 'update' ? step.detail.former : undefined;
    const name = refText(byObject.has(refText(step.object)) ? step.object : (former ?? step.object));
    const subject = byObject.get(name);
    if (trace === undefined || subject === undefined) continue;
    const known = histories.get(name);
    const history = known ? ok(known) : await historyOf(store, name);
    if (!history.ok) return history;
    histories.set(name, history.value);
    if (isManualChange(trace, subject, history.value)) found.push(step);
  }
  return ok(found);
}

function isManualChange(trace: Trace, subject: Subject, history: readonly AuditEntry[]): boolean {
  if (subject.desired === undefined || appliedDigest(history) !== subject.desired.digest) return false;
  switch (trace) {
    case 'declaration':
      return true;
    case 'revocation':
      return isRevokedManually(subject, history);
    case 'place':
      return hasLostDelivery(subject);
    default:
      return unreachable(trace);
  }
}

/** Of the declaration that a reconciler last put in force; undefined before the first, and after it took the object away. */
function appliedDigest(history: readonly AuditEntry[]): string | undefined {
  let inForce: string | undefined;
  let applied: string | undefined;
  for (const { action, path, detail } of history) {
    if (action === 'object.deleted') inForce = undefined;
    else if (typeof detail['digest'] === 'string') inForce = detail['digest'];
    if (action.startsWith('object.') && isReconcilerPath(path)) applied = inForce;
  }
  return applied;
}

/** Was it a person who ended the newest version, or its expiry, or a reconciler? */
function isRevokedManually({ live }: Subject, history: readonly AuditEntry[]): boolean {
  const newest = live?.key?.versions.at(-1);
  if (newest === undefined) return false;
  const last = history.findLast(
    ({ action, detail }) => action === 'key.revoked' && JSON.stringify(detail).includes(newest.id),
  );
  return last !== undefined && !isReconcilerPath(last.path);
}

/** A declared sink was confirmed to hold a version, and holds something else now. */
function hasLostDelivery({ desired, live, receipts }: Subject): boolean {
  const declared = desired === undefined ? [] : sinkIdsOf(desired.declaration);
  return (live?.deliveries ?? []).some(({ sink, fingerprint }) => {
    const receipt = receipts.get(sink);
    const isLost =
      receipt?.kind === 'holds' ? receipt.fingerprint !== fingerprint : receipt?.kind === 'missing';
    return declared.includes(sink) && isLost;
  });
}

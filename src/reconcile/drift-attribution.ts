/** Who made live and declared differ: what the audit log tells about the objects of a plan. */

import { CONTROLLER_PATH, isReconcilerPath, RECONCILER_PATH } from '../domain/apply-rights.js';
import { sinkIdOf } from '../domain/kinds/index.js';
import { refText } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type Divergence, divergencesOf } from '../plan/divergence.js';
import type { Cause } from '../plan/drift.js';
import type { Plan, PlanInput, Subject } from '../plan/plan.js';
import type { AuditEntry, LiveStore } from '../ports/live-store.js';

export { CONTROLLER_PATH, isReconcilerPath, RECONCILER_PATH };

type Reason = Divergence['reason'];

/** Differences that come about when the documents change and the live object is not touched. */
const BY_DOCUMENTS: ReadonlySet<Reason> = new Set<Reason>([
  'NotFound',
  'DeclarationChanged',
  'Renamed',
  'ReplacementForced',
  'NotDeclared',
  'Unmanaged',
  'ProtectedObject',
  'RenameRefused',
  'OwnedByAnotherProject',
  'DependentsRemain',
  'NeedsRename',
  'Suspended',
  'TooManyVersions',
  'ExpiryExtended',
  'ConnectionChanged',
  'SinkUnverifiable',
]);

/** Of a key that has yet to be delivered there for the first time, the documents are why. */
const OF_DELIVERY: ReadonlySet<Reason> = new Set<Reason>([
  'NoCurrentVersion',
  'SinkMissing',
  'SinkDiffers',
  'SinkUnknown',
]);

/** The audit actions that can be why a step is there. What is not here comes of time, of a sink, or of the documents. */
const EXPLAINED_BY: Readonly<Partial<Record<Reason, readonly string[]>>> = {
  NotFound: ['object.deleted', 'object.renamed'],
  NotDeclared: ['object.renamed'],
  DeclarationChanged: ['object.updated', 'object.renamed'],
  ReplacementForced: ['object.updated'],
  UnmanagedAdopted: ['object.created'],
  UnmanagedRemoved: ['object.created'],
  NoCurrentVersion: ['key.revoked'],
  RotationRequested: ['key.rotation-requested'],
  HandedOver: ['key.acknowledged'],
  ExpiryExtended: ['key.shortened'],
  DeactivatedManually: ['key.deactivated'],
  ProtectedObject: ['object.renamed'],
  DependentsRemain: ['object.renamed'],
};

/** By object as text. Objects that differ for reasons that were not recorded (a sink, the time) are left out. */
export async function causesOf(
  plan: Pick<Plan, 'steps' | 'findings' | 'waiting'>,
  { subjects }: Pick<PlanInput, 'subjects'>,
  store: Pick<LiveStore, 'audit'>,
): Promise<Result<ReadonlyMap<string, Cause>>> {
  const byName = new Map(subjects.map((subject) => [refText(subject.ref), subject]));
  const causes = new Map<string, Cause>();
  for (const [object, reasons] of reasonsByObject(plan)) {
    const subject = byName.get(object);
    if (subject && reasons.every((reason) => OF_DELIVERY.has(reason)) && isFirstDelivery(subject))
      causes.set(object, { documents: true });
    else if (reasons.some((reason) => reason in EXPLAINED_BY || BY_DOCUMENTS.has(reason))) {
      const history = await historyOf(store, object);
      if (!history.ok) return history;
      const cause = causeOf(reasons, history.value);
      if (cause !== undefined) causes.set(object, cause);
    }
  }
  return ok(causes);
}

/** No version of it was current yet, or a declared sink is new and those that were delivered to are unchanged. */
function isFirstDelivery({ desired, live, receipts }: Subject): boolean {
  if (desired?.declaration.kind !== 'ApiKey') return false;
  if (!live?.key?.versions.some(({ promotedAt }) => promotedAt !== undefined)) return true;
  const recorded = new Map(live.deliveries.map(({ sink, fingerprint }) => [sink, fingerprint]));
  const sinks = (desired.declaration.spec.deliver ?? []).map(sinkIdOf);
  return (
    sinks.some((sink) => !recorded.has(sink)) &&
    sinks.every((sink) => {
      const receipt = receipts.get(sink);
      const fingerprint = recorded.get(sink);
      const isThere = receipt !== undefined && 'fingerprint' in receipt;
      return fingerprint === undefined || (isThere && receipt.fingerprint === fingerprint);
    })
  );
}

/** A store gives no more at once. */
const PAGE = 1_000;

/** Every audit entry about an object, oldest first. */
export async function historyOf(
  store: Pick<LiveStore, 'audit'>,
  object: string,
): Promise<Result<readonly AuditEntry[]>> {
  const entries: AuditEntry[] = [];
  for (;;) {
    const page = await store.audit({ object, since: entries.at(-1)?.seq ?? 0, limit: PAGE });
    if (!page.ok) return page;
    entries.push(...page.value);
    if (page.value.length < PAGE) return ok(entries);
  }
}

/**
 * Returns who last did what explains a difference, after a reconciler was there last; else the documents, if they can be
 * what moved. Others who touched the object, to claim its secret or to sign in, are not named for it.
 */
export function causeOf(reasons: readonly Reason[], history: readonly AuditEntry[]): Cause | undefined {
  const applied = history.findLastIndex(({ path }) => isReconcilerPath(path));
  const explaining = new Set(reasons.flatMap((reason) => EXPLAINED_BY[reason] ?? []));
  const last = history.slice(applied + 1).findLast(({ action }) => explaining.has(action));
  if (last !== undefined) return { since: last.at, actor: last.actor, path: last.path };
  return reasons.some((reason) => BY_DOCUMENTS.has(reason)) ? { documents: true } : undefined;
}

function reasonsByObject(
  plan: Pick<Plan, 'steps' | 'findings' | 'waiting'>,
): ReadonlyMap<string, readonly Reason[]> {
  const reasons = new Map<string, Reason[]>();
  for (const { object, reason } of [...plan.steps, ...divergencesOf(plan)]) {
    if (object === undefined) continue;
    const own = reasons.get(refText(object));
    if (own) own.push(reason);
    else reasons.set(refText(object), [reason]);
  }
  return reasons;
}

/** Who made live and declared differ: what the audit log tells about the objects of a plan. */

import { CONTROLLER_PATH, isReconcilerPath, RECONCILER_PATH } from '../domain/apply-rights.js';
import { refText } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Cause } from '../plan/drift.js';
import type { Plan, Step } from '../plan/plan.js';
import type { StepReason } from '../plan/reasons.js';
import type { AuditEntry, LiveStore } from '../ports/live-store.js';

export { CONTROLLER_PATH, isReconcilerPath, RECONCILER_PATH };

/** Differences that come about when the documents change and nobody touches the live object. */
const BY_DOCUMENTS: ReadonlySet<StepReason> = new Set([
  'NotFound',
  'DeclarationChanged',
  'Renamed',
  'ReplacementForced',
  'NotDeclared',
  'Unmanaged',
]);

/** The audit actions that can be why a step is there. What is not here comes of time, of a sink, or of the documents. */
const EXPLAINED_BY: Readonly<Partial<Record<StepReason, readonly string[]>>> = {
  NotFound: ['object.deleted', 'object.renamed'],
  NotDeclared: ['object.renamed'],
  DeclarationChanged: ['object.updated', 'object.renamed'],
  ReplacementForced: ['object.updated'],
  UnmanagedAdopted: ['object.created'],
  UnmanagedRemoved: ['object.created'],
  NoCurrentVersion: ['key.revoked'],
  RotationRequested: ['key.rotation-requested'],
  HandedOver: ['key.acknowledged'],
};

/** By object as text. Objects that differ for reasons nobody recorded (a sink, the time) are left out. */
export async function causesOf(
  { steps: all }: Pick<Plan, 'steps'>,
  store: Pick<LiveStore, 'audit'>,
): Promise<Result<ReadonlyMap<string, Cause>>> {
  const causes = new Map<string, Cause>();
  for (const [object, steps] of byObject(all)) {
    const history = await historyOf(store, object);
    if (!history.ok) return history;
    const cause = causeOf(steps, history.value);
    if (cause !== undefined) causes.set(object, cause);
  }
  return ok(causes);
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
 * Whoever did last what explains a step, after a reconciler was there last; else the documents, if they can be what
 * moved. Others who touched the object, to claim its secret or to sign in, are not named for it.
 */
export function causeOf(steps: readonly Step[], history: readonly AuditEntry[]): Cause | undefined {
  const applied = history.findLastIndex(({ path }) => isReconcilerPath(path));
  const explaining = new Set(steps.flatMap(({ reason }) => EXPLAINED_BY[reason] ?? []));
  const last = history.slice(applied + 1).findLast(({ action }) => explaining.has(action));
  if (last !== undefined) return { since: last.at, actor: last.actor, path: last.path };
  return steps.some(({ reason }) => BY_DOCUMENTS.has(reason)) ? { documents: true } : undefined;
}

function byObject(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    const object = refText(step.object);
    groups.set(object, [...(groups.get(object) ?? []), step]);
  }
  return groups;
}

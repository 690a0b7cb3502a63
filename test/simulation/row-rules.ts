/** What may be written to the store at all: rules over the rows of one transaction. */

import { declarationOf, versionFactsOf } from '../../src/credential-store/rows.js';
import type { ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import { isReconcilerPath } from '../../src/domain/apply-rights.js';
import { latestEnd } from '../../src/domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../../src/domain/live.js';
import { TOKEN_PATTERN } from '../../src/domain/secret.js';
import { NEVER } from '../../src/domain/time.js';
import { rowsOf } from './audit-rule.js';
import type { KeyDeclaration } from './documents.js';
import { hasCause, type IssueWorld, PLAN_AGE_MAX_MS } from './issue-cause.js';
import type { Judge } from './judge.js';
import type { RowChange } from './tables.js';

export interface Committed extends Omit<IssueWorld, 'declared'> {
  readonly changes: readonly RowChange[];
  /** By which way it came about, as the audit log says. */
  readonly path: string;
  readonly judge: Judge;
  readonly declared: (name: string) => readonly KeyDeclaration[];
}

export function rowRules(committed: Committed): void {
  for (const change of committed.changes) noPlaintext(change, committed);
  for (const change of rowsOf<ObjectRow>(committed.changes, 'objects')) tombstonesStay(change, committed);
  for (const change of rowsOf<VersionRow>(committed.changes, 'versions')) {
    endsAreFinal(change, committed);
    envelopesAreErased(change, committed);
    stopsAreKept(change, committed);
    livesAreBounded(change, committed);
    if (change.before === undefined && change.after && isReconcilerPath(committed.path))
      issuedForACause(change.after, committed);
  }
}

/** The sealed box is a box, and a publishable key is public; anything else is a leak. */
function noPlaintext({ table, after }: RowChange, { judge }: Committed): void {
  if (after === undefined) return;
  const row = table === 'versions' ? { ...(after as VersionRow), clear: null } : after;
  if (TOKEN_PATTERN.test(JSON.stringify(row))) judge.accuse('no leak', `a row of ${table} contains a token`);
}

function tombstonesStay({ before, after }: RowChange<ObjectRow>, { judge }: Committed): void {
  if (before && before.removed_at !== null && after?.removed_at !== before.removed_at)
    judge.accuse('no resurrection', `${before.kind}/${before.name} was removed and is back`);
}

function endsAreFinal({ before, after }: RowChange<VersionRow>, { judge }: Committed): void {
  if (before === undefined || before.revoked_at === null) return;
  if (after === undefined || after.revoked_at === null || after.revoked_at > before.revoked_at)
    judge.accuse('no resurrection', `the end of generation ${before.generation} was put off`);
}

/** Once a version is current its secret is in its places only, unless it waits for a claim. */
function envelopesAreErased({ after }: RowChange<VersionRow>, { judge }: Committed): void {
  if (after?.sealed != null && after.promoted_at !== null && after.recipient !== CLAIM_RECIPIENT)
    judge.accuse('no leak', `the envelope of generation ${after.generation} was kept after its promotion`);
}

/** A key that was stopped manually is left alone by robots. Plans made before the stop may still arrive. */
function stopsAreKept({ before, after }: RowChange<VersionRow>, world: Committed): void {
  const object = world.tables.objects.get(after?.object_id ?? '');
  if (object?.deactivated_at == null || object.removed_at !== null || !isReconcilerPath(world.path)) return;
  const isTouched =
    before?.revoked_at !== after?.revoked_at || before?.promoted_at !== after?.promoted_at || !before;
  if (isTouched && world.now - object.deactivated_at > PLAN_AGE_MAX_MS)
    world.judge.accuse('emergency stop', `ApiKey/${object.name} was stopped by hand, and a robot went on`);
}

/** No version is issued or extended to live longer than its declaration lets it, nor extended after its end. */
function livesAreBounded({ before, after }: RowChange<VersionRow>, world: Committed): void {
  const object = world.tables.objects.get(after?.object_id ?? '');
  const isSame = before !== undefined && before.expires_at === after?.expires_at;
  if (isSame || !after || object === undefined) return;
  if (before && (before.expires_at ?? NEVER) <= world.now)
    world.judge.accuse('no resurrection', `generation ${after.generation} of ${object.name} had expired`);
  const declaration = declarationOf(object);
  if (declaration.kind !== 'ApiKey') return;
  const latest = latestEnd(declaration.spec, versionFactsOf(after));
  if ((after.expires_at ?? NEVER) > latest)
    world.judge.accuse('no gap', `generation ${after.generation} of ${object.name} outlives its declaration`);
}

function issuedForACause(issued: VersionRow, world: Committed): void {
  const object = world.tables.objects.get(issued.object_id);
  const declared = world.declared(object?.name ?? '');
  if (!hasCause(issued, { ...world, declared }))
    world.judge.accuse(
      'no churn',
      `generation ${issued.generation} of ${object?.name} was issued without a cause`,
    );
}

/** Services, teams and roles by hand: made, changed, renamed, removed. */
import { fault } from '../../domain/errors.js';
import { kindOf } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../../domain/objects.js';
import { END_EARLY } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { By } from '../../ports/authority.js';
import type { ManualChange, ManualDeclaration } from '../../ports/manual.js';
import { removeByHand, updateByHand } from '../change-by-hand.js';
import { createByHand } from '../create.js';
import { holdApprovalOfKey } from '../project-guard.js';
import { declarationOf, refOfRow } from '../rows.js';
import { loadKey, loadObject } from '../stored.js';
import type { Work } from '../work.js';
import { mayDoToKey, mayManage, refuseBroken } from './targets.js';

export async function create(work: Work, given: ManualDeclaration, by: By): Promise<Result<ObjectRef>> {
  const declaration = inNormalForm(given);
  const allowed = await mayManage(work, { declaration, gives: 'rights' }, by);
  if (!allowed.ok) return allowed;
  const broken = refuseBroken(declaration);
  if (!broken.ok) return broken;
  const created = await createByHand(work, { declaration });
  return created.ok ? ok(refOf(declaration)) : created;
}

/** Asked about what it is and about what it is to be: a team's admin does not reach into another by renaming theirs. */
export async function change(work: Work, request: ManualChange, by: By): Promise<Result<ObjectRef>> {
  const row = await loadObject(work, request.object);
  if (!row.ok) return row;
  const before = declarationOf(row.value);
  if (!isManual(before)) return fail(notThese(request.object));
  const after = changed(before, request);
  for (const asked of [
    { declaration: before, gives: 'nothing' },
    { declaration: after, gives: 'rights', before: row.value },
  ] as const) {
    const allowed = await mayManage(work, asked, by);
    if (!allowed.ok) return allowed;
  }
  const broken = refuseBroken(after);
  if (!broken.ok) return broken;
  const { revision } = row.value;
  const updated = await updateByHand(work, { declaration: after, revision, former: refOfRow(row.value) });
  return updated.ok ? ok(refOf(after)) : updated;
}

/** A key too. */
export async function remove(work: Work, object: ObjectRef, by: By): Promise<Result<void>> {
  const allowed = await mayRemove(work, object, by);
  if (!allowed.ok) return allowed;
  const removed = await removeByHand(work, { object });
  return removed.ok ? ok(undefined) : removed;
}

async function mayRemove(work: Work, object: ObjectRef, by: By): Promise<Result<void>> {
  if (object.kind === 'ApiKey') {
    const key = await loadKey(work, object);
    if (!key.ok) return key;
    const { row, spec } = key.value;
    const allowed = mayDoToKey({ action: END_EARLY, spec, ownerId: row.owner_id }, by);
    return allowed.ok ? holdApprovalOfKey(work, row) : allowed;
  }
  const row = await loadObject(work, object);
  if (!row.ok) return row;
  const declaration = declarationOf(row.value);
  if (!isManual(declaration)) return fail(notThese(object));
  return mayManage(work, { declaration, gives: 'nothing' }, by);
}

const isManual = (declaration: Declaration): declaration is ManualDeclaration =>
  ['Service', 'Team', 'Role'].includes(declaration.kind);

const notThese = (object: ObjectRef) =>
  fault('conflict', `${refText(object)} is neither a service, a team, a role nor a key`);

const inNormalForm = (declaration: ManualDeclaration): ManualDeclaration =>
  ({
    ...declaration,
    spec: normalForm(kindOf(declaration.kind).schema, declaration.spec),
  }) as ManualDeclaration;

function changed(before: ManualDeclaration, { name, labels, spec }: ManualChange): ManualDeclaration {
  const fields = Object.entries({ ...before.spec, ...spec }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  return inNormalForm({
    ...before,
    metadata: {
      ...before.metadata,
      ...(name !== undefined && { name }),
      ...(labels !== undefined && { labels }),
    },
    spec: Object.fromEntries(fields),
  } as ManualDeclaration);
}

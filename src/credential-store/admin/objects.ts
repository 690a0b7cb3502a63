/** Creates, changes, renames and removes services, teams and roles manually. */
import { fault } from '../../domain/errors.js';
import { kindOf } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../../domain/objects.js';
import { END_EARLY } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { AdminChange, AdminDeclaration } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { manualCreate } from '../create.js';
import { loadKey, loadObject } from '../key-repository.js';
import { manualRemove, manualUpdate } from '../manual-update.js';
import { holdApprovalOfKey } from '../project-guard.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { mayDoToKey, mayManage, refuseBroken } from './targets.js';

export async function create(work: UnitOfWork, given: AdminDeclaration, by: By): Promise<Result<ObjectRef>> {
  const declaration = inNormalForm(given);
  const allowed = await mayManage(work, { declaration, gives: 'rights' }, by);
  if (!allowed.ok) return allowed;
  const broken = refuseBroken(declaration);
  if (!broken.ok) return broken;
  const created = await manualCreate(work, { declaration });
  return created.ok ? ok(refOf(declaration)) : created;
}

/** Asked about what it is and about what it is to be: a team's admin does not reach into another by renaming theirs. */
export async function change(work: UnitOfWork, request: AdminChange, by: By): Promise<Result<ObjectRef>> {
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
  const updated = await manualUpdate(work, { declaration: after, revision, former: refOfRow(row.value) });
  return updated.ok ? ok(refOf(after)) : updated;
}

/** A key too. */
export async function remove(work: UnitOfWork, object: ObjectRef, by: By): Promise<Result<void>> {
  const allowed = await mayRemove(work, object, by);
  if (!allowed.ok) return allowed;
  const removed = await manualRemove(work, { object });
  return removed.ok ? ok(undefined) : removed;
}

async function mayRemove(work: UnitOfWork, object: ObjectRef, by: By): Promise<Result<void>> {
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

const isManual = (declaration: Declaration): declaration is AdminDeclaration =>
  kindOf(declaration.kind).routes?.verbs.includes('update') === true;

const notThese = (object: ObjectRef) =>
  fault('conflict', `${refText(object)} cannot be changed this way; change its document`);

const inNormalForm = (declaration: AdminDeclaration): AdminDeclaration =>
  ({
    ...declaration,
    spec: normalForm(kindOf(declaration.kind).schema, declaration.spec),
  }) as AdminDeclaration;

function changed(before: AdminDeclaration, { name, labels, spec }: AdminChange): AdminDeclaration {
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
  } as AdminDeclaration);
}

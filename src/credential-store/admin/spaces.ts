/** Manages environments and spaces manually: created under a name that documents could have, changed, and removed. */
import { authorize } from '../../domain/access.js';
import { kindOf } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type Declaration, type ObjectRef, refOf, scopedName } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { ok, type Result } from '../../domain/result.js';
import type { By } from '../../ports/identity.js';
import type { Attributes, Kept, NewSpace, SpaceChange } from '../../ports/spaces.js';
import { manualCreate } from '../create.js';
import { confineSession } from '../identity/sessions.js';
import { loadObject } from '../key-repository.js';
import { manualRemove, manualUpdate } from '../manual-update.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow, Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { attributesIn, keepAttributes } from './attributes.js';
import { another, labelFrom } from './labels.js';

/** Nothing kept beside: no attributes, changed when its declaration was. */
export async function about(
  tx: Transaction,
  objects: readonly { readonly id: string; readonly revision: number; readonly createdAt: number }[],
): Promise<Result<ReadonlyMap<string, Kept>>> {
  const rows = await tx.belongings.of(
    objects.map(({ id }) => id),
    'attributes',
  );
  const beside = new Map(rows.map((row) => [row.object_id, row]));
  const times = await tx.audit.times(objects.map(({ revision }) => revision));
  const changedAt = new Map(times.map(({ seq, at }) => [seq, at]));
  return ok(
    new Map(
      objects.map(({ id, revision, createdAt }) => {
        const row = beside.get(id);
        const updatedAt = Math.max(changedAt.get(revision) ?? createdAt, row?.updated_at ?? 0);
        return [id, { attributes: row ? attributesIn(row) : {}, createdAt, updatedAt }];
      }),
    ),
  );
}

export async function createRoom(work: UnitOfWork, room: NewSpace, by: By): Promise<Result<ObjectRef>> {
  const allowed = mayCreate(by.principal, room);
  if (!allowed.ok) return allowed;
  const declaration = await declarationFor(work, room);
  const created = await manualCreate(work, { declaration });
  if (!created.ok) return created;
  const object = await loadObject(work, refOf(declaration));
  if (!object.ok) return object;
  const attributes = { ...room.attributes, ...nameAttribute(declaration.metadata.name, room.name) };
  const kept = await keepAttributes(work, object.value, attributes);
  const confined = kept.ok ? await confineSession(work, by.principal, object.value) : kept;
  return confined.ok ? ok(refOf(declaration)) : confined;
}

export async function changeRoom(work: UnitOfWork, change: SpaceChange, by: By): Promise<Result<void>> {
  const object = await loadObject(work, change.object);
  if (!object.ok) return object;
  const allowed = mayChange(by.principal, object.value);
  if (!allowed.ok) return allowed;
  const changed = await changeSpec(work, object.value, change.spec);
  if (!changed.ok) return changed;
  const { name } = change.attributes;
  const own = declarationOf(object.value).metadata.name;
  const attributes = {
    ...change.attributes,
    ...(typeof name === 'string' && nameAttribute(own, name)),
  };
  return keepAttributes(work, object.value, attributes);
}

/** Declares what is given, and all else as it is. */
export async function changeSpec(work: UnitOfWork, row: ObjectRow, spec: object): Promise<Result<void>> {
  const before = declarationOf(row);
  const { schema } = kindOf(before.kind);
  const declaration = { ...before, spec: normalForm(schema, { ...before.spec, ...spec }) } as Declaration;
  const updated = await manualUpdate(work, { declaration, revision: row.revision });
  return updated.ok ? ok(undefined) : updated;
}

export async function removeRooms(
  work: UnitOfWork,
  objects: readonly ObjectRef[],
  by: By,
): Promise<Result<void>> {
  for (const object of objects) {
    const row = await loadObject(work, object);
    if (!row.ok) return row;
    const allowed = mayChange(by.principal, row.value);
    if (!allowed.ok) return allowed;
    const removed = await manualRemove(work, { object });
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}

/** Environments are made and changed by people, who have all of the account in view. */
const mayCreate = (principal: Principal, { kind, spec }: NewSpace): Result<void> =>
  kind === 'Environment'
    ? authorize(principal, 'environments:write', { kind: 'account' })
    : authorize(principal, 'spaces:write', { kind: 'environment', environment: spec.environment });

function mayChange(principal: Principal, row: ObjectRow): Result<void> {
  const declaration = declarationOf(row);
  if (declaration.kind !== 'Space') return authorize(principal, 'environments:write', { kind: 'account' });
  const { spec, metadata } = declaration;
  const place = { environment: spec.environment, space: { name: metadata.name, id: row.id } };
  return authorize(principal, 'spaces:write', { kind: 'place', place });
}

async function declarationFor(work: UnitOfWork, room: NewSpace): Promise<Declaration> {
  const spec = normalForm(kindOf(room.kind).schema, room.spec);
  const wished = labelFrom(room.name, room.kind.toLowerCase());
  const named = (name: string): Declaration =>
    ({ kind: room.kind, metadata: { name, labels: room.labels }, spec }) as Declaration;
  const isTaken = await work.tx.objects.find(room.kind, scopedName(named(wished), wished));
  // There may be many spaces that people call the same; an environment is what keys and spaces are named by.
  if (room.kind === 'Environment' || isTaken === undefined) return named(wished);
  return named(another(wished, work));
}

/** Kept only where it says more than the name itself. */
const nameAttribute = (own: string, text: string): Attributes => ({ name: text === own ? null : text });

/** Manages workbooks manually. A space declares which it has, by name; what else clients say of one is kept beside the space. */
import { authorize } from '../../domain/access.js';
import { spaceOfWorkbook, workbookId } from '../../domain/derived-ids.js';
import { fault } from '../../domain/errors.js';
import type { Place } from '../../domain/guests.js';
import type { DeclarationOf, ObjectRef } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Attributes, Kept } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { record } from '../audit-log.js';
import { genuine, loadObject } from '../key-repository.js';
import { changeFields } from '../manual-update.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow, Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { keep, keptIn } from './attributes.js';
import { another, labelFrom } from './names.js';

export async function workbooksOf(
  tx: Transaction,
  spaceIds: readonly string[],
): Promise<Result<ReadonlyMap<string, Kept>>> {
  const rows = await tx.belongings.of(spaceIds, 'workbook');
  return ok(new Map(rows.map((row) => [row.id, keptIn(row)])));
}

export interface NewWorkbook {
  readonly space: ObjectRef;
  readonly name: string;
  readonly attributes: Attributes;
}

export async function createWorkbook(
  work: UnitOfWork,
  { space, name, attributes }: NewWorkbook,
  by: By,
): Promise<Result<string>> {
  const row = await loadObject(work, space);
  if (!row.ok) return row;
  const declared = declarationOf(row.value) as DeclarationOf<'Space'>;
  const { spec } = declared;
  const allowed = mayArrange(by, placeOf(row.value, declared));
  if (!allowed.ok) return allowed;
  const workbooks = spec.workbooks ?? [];
  const wished = labelFrom(name, 'workbook');
  const label = workbooks.includes(wished) ? another(wished, work) : wished;
  const changed = await changeFields(work, row.value, { workbooks: [...workbooks, label] });
  if (!changed.ok) return changed;
  const id = workbookId(row.value.id, label);
  // Documents may have dropped one of this name, which this is not.
  await work.tx.belongings.remove(id);
  const kept = await keep(work, row.value, {
    ...{ id, kind: 'workbook', name: label, change: { ...attributes, name } },
    entry: { action: 'workbook.created', detail: { workbook: label, workbookId: id } },
  });
  return kept.ok ? ok(id) : kept;
}

export async function changeWorkbook(
  work: UnitOfWork,
  { id, attributes }: { readonly id: string; readonly attributes: Attributes },
  { principal }: By,
): Promise<Result<void>> {
  const found = await findWorkbook(work, id);
  if (!found.ok) return found;
  const { row, space, name } = found.value;
  const place = { ...placeOf(row, space), workbook: name };
  const allowed = authorize(principal, 'workbooks:write', { kind: 'place', place });
  if (!allowed.ok) return allowed;
  return keep(work, row, {
    ...{ id, kind: 'workbook', name, change: attributes },
    entry: { action: 'workbook.changed', detail: { workbook: name, workbookId: id } },
  });
}

export async function removeWorkbook(work: UnitOfWork, id: string, by: By): Promise<Result<void>> {
  const found = await findWorkbook(work, id);
  if (!found.ok) return found;
  const { row, space, name } = found.value;
  const allowed = mayArrange(by, placeOf(row, space));
  if (!allowed.ok) return allowed;
  const workbooks = (space.spec.workbooks ?? []).filter((one) => one !== name);
  const changed = await changeFields(work, row, { workbooks });
  if (!changed.ok) return changed;
  await work.tx.belongings.remove(id);
  const entry = { action: 'workbook.deleted', detail: { workbook: name, workbookId: id } };
  const recorded = await record(work, row, entry);
  return recorded.ok ? ok(undefined) : recorded;
}

const mayArrange = ({ principal }: By, place: Place): Result<void> =>
  authorize(principal, 'workbooks:write', { kind: 'arrangement', place });

const placeOf = ({ id }: ObjectRow, { spec, metadata }: DeclarationOf<'Space'>): Place => ({
  environment: spec.environment,
  space: { name: metadata.name, id },
});

interface FoundWorkbook {
  readonly row: ObjectRow;
  readonly space: DeclarationOf<'Space'>;
  readonly name: string;
}

async function findWorkbook(work: UnitOfWork, id: string): Promise<Result<FoundWorkbook>> {
  const row = await work.tx.objects.byId(spaceOfWorkbook(id) ?? '');
  if (row === undefined || row.kind !== 'Space' || row.removed_at !== null) return ABSENT;
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const space = declarationOf(row) as DeclarationOf<'Space'>;
  const name = space.spec.workbooks?.find((one) => workbookId(row.id, one) === id);
  return name === undefined ? ABSENT : ok({ row, space, name });
}

const ABSENT = fail(fault('not_found', 'workbook not found; GET /workbooks lists workbooks'));

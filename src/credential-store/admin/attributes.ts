/** Rows of what is kept beside objects: read, merged and written, each change with an entry of the object it belongs to. */

import { canonicalJson } from '../../domain/canonical.js';
import { ok, type Result } from '../../domain/result.js';
import type { Attributes, Kept } from '../../ports/admin.js';
import { record } from '../audit-log.js';
import { parsedRow } from '../storage-port/broken-row.js';
import type { AttributeKind, AttributeRow, ObjectRow, Transaction } from '../storage-port.js';
import type { Entry, UnitOfWork } from '../unit-of-work.js';

export const attributesIn = ({ value }: Pick<AttributeRow, 'value'>): Attributes =>
  parsedRow<Attributes>(value, 'attributes');

export const keptIn = (row: AttributeRow): Kept => ({
  attributes: attributesIn(row),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** What an object has after a change: undefined leaves a member as it is, null takes it away. */
export const merged = (before: Attributes, change: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries({ ...before, ...withoutUndefined(change) }).filter(([, value]) => value !== null),
  );

const withoutUndefined = (change: Attributes): Attributes =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

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

export interface AttributeTarget {
  readonly id: string;
  readonly kind: AttributeKind;
  readonly name: string;
  readonly change: Attributes;
  readonly entry: Entry;
}

/** Merges the change into what is kept. Nothing is written, and no entry, if it is so already. */
export async function keep(
  work: UnitOfWork,
  object: ObjectRow,
  belonging: AttributeTarget,
): Promise<Result<void>> {
  const { id, kind, name, change, entry } = belonging;
  const before = await work.tx.belongings.byId(id);
  const value = canonicalJson(merged(before ? attributesIn(before) : {}, change));
  if (value === (before?.value ?? '{}')) return ok(undefined);
  const recorded = await record(work, object, entry);
  if (!recorded.ok) return recorded;
  await work.tx.belongings.put({
    ...{ id, kind, object_id: object.id, name, value },
    created_at: before?.created_at ?? work.now,
    updated_at: work.now,
  });
  return ok(undefined);
}

/** Of an object itself. What was set is only for its owner: the entry says which members changed, not to what. */
export const keepAttributes = (
  work: UnitOfWork,
  object: ObjectRow,
  change: Attributes,
): Promise<Result<void>> =>
  keep(work, object, {
    ...{ id: object.id, kind: 'attributes', name: '', change },
    entry: {
      action: 'attributes.changed',
      detail: { members: Object.keys(withoutUndefined(change)).sort() },
    },
  });

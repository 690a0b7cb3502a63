/** Creates, changes and removes objects manually: the same steps for every kind, each with what the kind's rules say. */
import { kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { type Declaration, type ObjectRef, refOf } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { Change, Created, NewObject } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { manualCreate } from '../create.js';
import { loadObject } from '../key-repository.js';
import { manualRemove, manualUpdate } from '../manual-update.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { groupRules } from './account.js';
import { keepAttributes } from './attributes.js';
import { guestRules } from './guests.js';
import { keyRules } from './keys.js';
import type { KindRules } from './kind-rules.js';
import { displayNameIn, spaceRules } from './spaces.js';
import { userRules } from './users.js';

/** The kinds with rules of their own; every other one follows those of `account.ts`. */
const RULES: { readonly [K in ObjectKind]?: KindRules<K> } = {
  Environment: spaceRules,
  User: userRules,
  ApiKey: keyRules,
  Space: spaceRules,
  Guest: guestRules,
};

const rulesOf = <K extends ObjectKind>(kind: K): KindRules<K> => (RULES[kind] ?? groupRules) as KindRules<K>;

export async function create<K extends ObjectKind>(
  work: UnitOfWork,
  asked: NewObject<K>,
  by: By,
): Promise<Result<Created<K>>> {
  const rules = rulesOf(asked.kind);
  const declared = await rules.declare(work, asked, by);
  if (!declared.ok) return declared;
  const created = await manualCreate(work, declared.value);
  if (!created.ok) return created;
  const object = refOf(declared.value.declaration);
  const row = await loadObject(work, object);
  if (!row.ok) return row;
  const beside = (await rules.created?.(work, { asked, row: row.value, by })) ?? ok({});
  return beside.ok ? ok({ ...beside.value, object } as Created<K>) : beside;
}

export async function createAll(
  work: UnitOfWork,
  objects: readonly NewObject[],
  by: By,
): Promise<Result<readonly Created[]>> {
  const made: Created[] = [];
  for (const object of objects) {
    const created = await create(work, object, by);
    if (!created.ok) return created;
    made.push(created.value);
  }
  return ok(made);
}

export async function change(work: UnitOfWork, asked: Change, by: By): Promise<Result<ObjectRef>> {
  const rules = rulesOf(asked.object.kind);
  const row = await (rules.find ?? loadObject)(work, asked.object);
  if (!row.ok) return row;
  const fields = (await rules.fields?.(work, row.value, asked, by)) ?? ok(asked.spec ?? {});
  if (!fields.ok) return fields;
  const before = declarationOf(row.value);
  const after = changed(before, asked, fields.value);
  const allowed = await rules.mayChange(work, { row: row.value, before, after, asked }, by);
  if (!allowed.ok) return allowed;
  const [{ revision }, former] = [row.value, refOfRow(row.value)];
  const updated = await manualUpdate(work, { declaration: after, revision, former });
  if (!updated.ok) return updated;
  const attributes = displayNameIn(asked.attributes ?? {}, before.metadata.name);
  const kept = await keepAttributes(work, row.value, attributes);
  return kept.ok ? ok(refOf(after)) : kept;
}

export async function remove(work: UnitOfWork, objects: readonly ObjectRef[], by: By): Promise<Result<void>> {
  for (const object of objects) {
    const rules = rulesOf(object.kind);
    const row = await (rules.find ?? loadObject)(work, object);
    if (!row.ok) return row;
    const allowed = await rules.mayRemove(work, row.value, by);
    const removed = allowed.ok ? await manualRemove(work, { object: refOfRow(row.value) }) : allowed;
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}

function changed(before: Declaration, { name, labels }: Change, fields: object): Declaration {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const spec = Object.entries({ ...before.spec, ...Object.fromEntries(given) });
  return {
    ...before,
    metadata: {
      ...before.metadata,
      ...(name !== undefined && { name }),
      ...(labels !== undefined && { labels }),
    },
    spec: normalForm(
      kindOf(before.kind).schema,
      Object.fromEntries(spec.filter(([, value]) => value !== null)),
    ),
  } as Declaration;
}

/** Which objects an object names. */
import { fault } from '../domain/errors.js';
import { foldEmail, kindOf } from '../domain/kinds/index.js';
import { type Declaration, isEmail, isId, type ObjectRef, refOf, refText } from '../domain/objects.js';
import { constraintViolations } from '../domain/reference-constraints.js';
import { fail, ok, type Result } from '../domain/result.js';
import { genuine } from './key-repository.js';
import { declarationOf, refOfRow } from './rows.js';
import type { ObjectRow, Transaction } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** The live object that a reference means, by its name, id or alias. */
export async function findReferred(
  tx: Transaction,
  { kind, name }: { readonly kind: string; readonly name: string },
): Promise<ObjectRow | undefined> {
  if (isEmail(name)) return tx.objects.findAlias(kind, foldEmail(name));
  if (!isId(name)) return tx.objects.find(kind, name);
  const row = await tx.objects.byId(name);
  return row?.kind === kind && row.removed_at === null ? row : undefined;
}

/** What each reference means, undefined where it means nothing live. Grants nothing, so no MAC is checked. */
export async function resolveReferences(
  tx: Transaction,
  references: readonly { readonly kind: string; readonly name: string }[],
): Promise<Result<readonly (ObjectRef | undefined)[]>> {
  const found: (ObjectRef | undefined)[] = [];
  for (const reference of references) {
    const row = await findReferred(tx, reference);
    found.push(row && refOfRow(row));
  }
  return ok(found);
}

/** One role is given to several people, and several sinks are reached through one Connection. */
const MAY_REPEAT: ReadonlySet<string> = new Set(['Role', 'Connection']);

/**
 * The live objects that a declaration names; `unknown_reference` if one, or a part of it, does not exist, `conflict`
 * if one is not what is needed for that field.
 */
export async function liveReferences(
  work: UnitOfWork,
  declaration: Declaration,
): Promise<Result<readonly ObjectRow[]>> {
  const rows: ObjectRow[] = [];
  const by = refText(refOf(declaration));
  for (const reference of kindOf(declaration.kind).references(declaration.spec)) {
    const { kind, name, path } = reference;
    const found = await findReferred(work.tx, { kind, name });
    if (found === undefined)
      return fail(
        fault(
          'unknown_reference',
          `${by}: ${path} refers to ${refText({ kind, name })}, which does not exist; declare it first`,
        ),
      );
    const row = genuine(work, found);
    if (!row.ok) return row;
    const [misfit] = constraintViolations(reference, declarationOf(row.value));
    if (misfit !== undefined)
      return fail(
        fault(
          misfit.kind === 'unknown' ? 'unknown_reference' : 'conflict',
          `${by}: ${misfit.path}: ${misfit.message}`,
        ),
      );
    // Everything else is named once, by whichever of its names.
    if (!MAY_REPEAT.has(kind) && rows.some(({ id }) => id === row.value.id))
      return fail(fault('conflict', `${by}: ${path} refers to ${refText(refOfRow(row.value))} twice`));
    rows.push(row.value);
  }
  return ok(rows);
}

/** What these declarations name by an address or an id, by `refText`. */
export async function ownNames(
  tx: Transaction,
  declarations: readonly Declaration[],
): Promise<ReadonlyMap<string, ObjectRef>> {
  const names = new Map<string, ObjectRef>();
  for (const { kind, spec } of declarations) {
    for (const reference of kindOf(kind).references(spec)) {
      if (!isEmail(reference.name) && !isId(reference.name)) continue;
      const row = await findReferred(tx, reference);
      if (row) names.set(refText(reference), refOfRow(row));
    }
  }
  return names;
}

/** `exists` if another live object of the kind has the declaration's alias: two people cannot share an address. */
export async function refuseTakenAlias(
  work: UnitOfWork,
  declaration: Declaration,
  own?: ObjectRow,
): Promise<Result<void>> {
  const alias = kindOf(declaration.kind).alias?.(declaration.spec);
  const holder = alias === undefined ? undefined : await work.tx.objects.findAlias(declaration.kind, alias);
  if (alias === undefined || holder === undefined || holder.id === own?.id) return ok(undefined);
  return fail(
    fault(
      'exists',
      `${refText(refOf(declaration))}: ${refText(refOfRow(holder))} already has the address ${alias.slice(alias.indexOf('/') + 1)}; use another address, or remove that user first`,
    ),
  );
}

/** Which objects an object names, and which name it. */
import { fault } from '../domain/errors.js';
import { foldEmail, kindOf } from '../domain/kinds/index.js';
import { isAlive } from '../domain/lifecycle.js';
import type { LiveDependent, Origin } from '../domain/live.js';
import {
  compareRefs,
  type Declaration,
  isEmail,
  isId,
  type ObjectRef,
  refOf,
  refText,
} from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import { refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow, Transaction, VersionRow } from './storage-port.js';
import { genuine } from './stored.js';
import type { Work } from './work.js';

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

/** The live objects that a declaration names; `unknown_reference` if one is not there. */
export async function liveReferences(
  work: Work,
  declaration: Declaration,
): Promise<Result<readonly ObjectRow[]>> {
  const rows: ObjectRow[] = [];
  for (const { kind, name, path } of kindOf(declaration.kind).references(declaration.spec)) {
    const found = await findReferred(work.tx, { kind, name });
    if (found === undefined)
      return fail(
        fault(
          'unknown_reference',
          `${refText(refOf(declaration))}: ${path} names ${refText({ kind, name })}, which does not exist; declare it first`,
        ),
      );
    const row = genuine(work, found);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return ok(rows);
}

/** `exists` if another live object of the kind has the declaration's alias: two people cannot share an address. */
export async function refuseTakenAlias(
  work: Work,
  declaration: Declaration,
  own?: ObjectRow,
): Promise<Result<void>> {
  const alias = kindOf(declaration.kind).alias?.(declaration.spec);
  const holder = alias === undefined ? undefined : await work.tx.objects.findAlias(declaration.kind, alias);
  if (alias === undefined || holder === undefined || holder.id === own?.id) return ok(undefined);
  return fail(
    fault(
      'exists',
      `${refText(refOf(declaration))}: ${refText(refOfRow(holder))} has the address ${alias.slice(alias.indexOf('/') + 1)} already; give another, or remove that one first`,
    ),
  );
}

/** Sorted by `compareRefs`: live objects that name `ref`, and removed keys of which a version has not ended. */
export async function dependentsOf(
  tx: Transaction,
  ref: ObjectRef,
  now: Instant,
): Promise<readonly LiveDependent[]> {
  const all = await tx.objects.referring(ref.kind, ref.name);
  // Personal keys die with the person and hold nobody back (contract.md, fine print 8).
  const rows = ref.kind === 'User' ? all.filter(({ kind }) => kind !== 'ApiKey') : all;
  const removed = rows.filter((row) => row.removed_at !== null).map((row) => row.id);
  const versions = await tx.versions.ofMany(removed);
  const dependents: LiveDependent[] = [];
  for (const row of rows) {
    const endsAt =
      row.removed_at === null
        ? undefined
        : lastEnd(
            versions.filter((version) => version.object_id === row.id),
            now,
          );
    if (row.removed_at !== null && endsAt === undefined) continue;
    dependents.push({ ref: refOfRow(row), origin: row.origin as Origin, endsAt });
  }
  return dependents.sort((a, b) => compareRefs(a.ref, b.ref));
}

/** When the last version ends that has not; undefined if all have. */
function lastEnd(versions: readonly VersionRow[], now: Instant): Instant | undefined {
  const ends = versions
    .map((version) => versionFactsOf(version))
    .filter((version) => isAlive(version, now))
    .map((version) => Math.min(version.revokedAt ?? NEVER, version.expiresAt ?? NEVER));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

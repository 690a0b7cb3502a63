/** Which objects lean on an object: those that hold it back, and those that go with it. */
import { isAlive } from '../domain/lifecycle.js';
import type { LiveDependent, Origin } from '../domain/live.js';
import { compareRefs, type ObjectRef } from '../domain/objects.js';
import { type Instant, NEVER } from '../domain/time.js';
import { declarationOf, refOfRow, versionFactsOf } from './rows.js';
import type { ObjectRow, Transaction, VersionRow } from './storage-port.js';

/**
 * Sorted by `compareRefs`: live objects that name `ref`, and removed keys of which a version has not ended. Of a
 * person also the personal keys, which do not prevent the removal; of a space, which of its workbooks guests are granted.
 */
export async function dependentsOf(
  tx: Transaction,
  ref: ObjectRef,
  now: Instant,
): Promise<readonly LiveDependent[]> {
  const rows = await tx.objects.referring(ref.kind, ref.name);
  const dependents = await dependentsAmong(rows, { tx, ref, now });
  return [...dependents].sort((a, b) => compareRefs(a.ref, b.ref));
}

interface Question {
  readonly tx: Transaction;
  readonly ref: ObjectRef;
  readonly now: Instant;
}

async function dependentsAmong(
  rows: readonly ObjectRow[],
  { tx, ref, now }: Question,
): Promise<readonly LiveDependent[]> {
  switch (ref.kind) {
    case 'User': {
      const others = rows.filter(({ kind, removed_at }) => kind !== 'ApiKey' && removed_at === null);
      return [...others.map((row) => dependent(row)), ...(await personalKeys(tx, ref))];
    }
    case 'Space': {
      const space = await tx.objects.find(ref.kind, ref.name);
      const live = rows.filter(({ removed_at }) => removed_at === null);
      return live.map((row) => ({ ...dependent(row), workbooks: workbooksIn(row, space) }));
    }
    default:
      return withEnds(rows, await tx.versions.ofMany(removedIds(rows)), now);
  }
}

const dependent = (row: ObjectRow, endsAt?: Instant): LiveDependent => ({
  ref: refOfRow(row),
  origin: row.origin as Origin,
  endsAt,
});

/** By whose they are and not by what they name: those of an earlier person of that name are not among them. */
async function personalKeys(tx: Transaction, ref: ObjectRef): Promise<readonly LiveDependent[]> {
  const person = await tx.objects.find(ref.kind, ref.name);
  const owned = person === undefined ? [] : await tx.objects.ownedBy(person.id);
  return owned
    .filter(({ removed_at }) => removed_at === null)
    .map((row) => ({ ...dependent(row), diesWithIt: true }));
}

/** The workbooks of the space that a guest's grants name, each once; none where a grant opens all of it. */
function workbooksIn(row: ObjectRow, space: ObjectRow | undefined): readonly string[] {
  const declaration = declarationOf(row);
  if (declaration.kind !== 'Guest') return [];
  const { environment, grants = [] } = declaration.spec;
  return grants
    .filter((grant) => grant.space === space?.id || `${environment}/${grant.space}` === space?.name)
    .flatMap(({ workbooks = [] }) => workbooks);
}

const removedIds = (rows: readonly ObjectRow[]): readonly string[] =>
  rows.filter(({ removed_at }) => removed_at !== null).map(({ id }) => id);

function withEnds(
  rows: readonly ObjectRow[],
  versions: readonly VersionRow[],
  now: Instant,
): readonly LiveDependent[] {
  return rows.flatMap((row) => {
    if (row.removed_at === null) return [dependent(row)];
    const own = versions.filter((version) => version.object_id === row.id);
    const endsAt = lastEnd(own, now);
    return endsAt === undefined ? [] : [dependent(row, endsAt)];
  });
}

/** When the last version ends that has not; undefined if all have. */
function lastEnd(versions: readonly VersionRow[], now: Instant): Instant | undefined {
  const ends = versions
    .map((version) => versionFactsOf(version))
    .filter((version) => isAlive(version, now))
    .map((version) => Math.min(version.revokedAt ?? NEVER, version.expiresAt ?? NEVER));
  return ends.length === 0 ? undefined : Math.max(...ends);
}

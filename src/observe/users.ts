/** All live people, for the guard on administrators and the lint of names. Most plans need none of them. */
import type { LiveSummary } from '../domain/live.js';
import { isLinted } from '../domain/name-lint.js';
import type { DeclarationOf } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';

/** Sorted by name; none when nothing comes or changes that is looked at with people in mind. */
export async function livePeople(
  subjects: readonly Subject[],
  survey: readonly LiveSummary[],
  store: Pick<LiveStore, 'fetch'>,
): Promise<Result<readonly DeclarationOf<'User'>[]>> {
  if (!subjects.some(isConcerned)) return ok([]);
  const refs = survey.map(({ ref }) => ref).filter(({ kind }) => kind === 'User');
  const fetched = await store.fetch(refs);
  if (!fetched.ok) return fetched;
  return ok(fetched.value.flatMap(({ declaration }) => (declaration.kind === 'User' ? [declaration] : [])));
}

const isConcerned = ({ ref, desired, live }: Subject): boolean =>
  ref.kind === 'User' || (isLinted(ref.kind) && desired !== undefined && desired.digest !== live?.digest);

/** What documents, and live objects that are planned, name by another name than its own: by address or id. Most projects name nothing so. */
import type { DesiredState } from '../domain/desired.js';
import { kindOf } from '../domain/kinds/index.js';
import { isEmail, isId, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';

/** What such references mean, by `refText`; those that mean nothing live are left out. */
export async function liveAliases(
  { entries, references: known }: DesiredState,
  subjects: readonly Subject[],
  store: LiveStore,
): Promise<Result<ReadonlyMap<string, ObjectRef>>> {
  const lists = known ?? new Set(entries.map(({ references }) => references));
  const live = subjects.flatMap(({ live }) =>
    live ? kindOf(live.ref.kind).references(live.declaration.spec) : [],
  );
  const named = [[...lists].flat(), live, subjects.flatMap(takenAddress)]
    .flat()
    .filter(({ name }) => isEmail(name) || isId(name));
  if (named.length === 0) return ok(new Map());
  const references = [...new Map(named.map((one) => [refText(one), one])).values()];
  const resolved = await store.resolve(references);
  if (!resolved.ok) return resolved;
  return ok(
    new Map(
      references.flatMap((reference, nth) => {
        const meant = resolved.value[nth];
        return meant === undefined ? [] : [[refText(reference), meant] as const];
      }),
    ),
  );
}

/** Returns who has the address that a person is to be given. */
function takenAddress({ ref: { kind }, desired, live }: Subject): readonly { kind: string; name: string }[] {
  const alias = kindOf(kind).alias;
  const name = desired && alias?.(desired.declaration.spec);
  const isKept = live !== undefined && alias?.(live.declaration.spec) === name;
  return name === undefined || isKept ? [] : [{ kind, name }];
}

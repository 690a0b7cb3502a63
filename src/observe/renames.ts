/** Which declared objects say that they were called something that is live now. Most projects rename nothing. */
import type { DesiredState } from '../domain/desired.js';
import type { LiveSummary } from '../domain/live.js';
import { isId, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveStore } from '../ports/live-store.js';

export interface AskedRename {
  /** As declared. */
  readonly ref: ObjectRef;
  /** As live. */
  readonly former: ObjectRef;
}

/** Also those that were followed before or cannot be: what is to be done about them is decided in plan/. */
export async function renamesIn(
  { entries }: DesiredState,
  { survey, store }: { readonly survey: readonly LiveSummary[]; readonly store: LiveStore },
): Promise<Result<readonly AskedRename[]>> {
  const asked: AskedRename[] = [];
  for (const { ref, previousName: name } of entries.filter((entry) => entry.previousName !== undefined))
    if (name !== undefined) asked.push({ ref, former: { kind: ref.kind, name } });
  if (asked.length === 0) return ok([]);
  const byId = asked.filter(({ former }) => isId(former.name));
  const resolved = byId.length === 0 ? ok([]) : await store.resolve(byId.map(({ former }) => former));
  if (!resolved.ok) return resolved;
  const live = new Set(survey.map(({ ref }) => refText(ref)));
  return ok(
    asked.flatMap((one) => {
      const former = isId(one.former.name) ? resolved.value[byId.indexOf(one)] : one.former;
      return former !== undefined && live.has(refText(former)) ? [{ ref: one.ref, former }] : [];
    }),
  );
}

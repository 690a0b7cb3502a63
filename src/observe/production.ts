/** Which keys with sinks that show nothing are in production: there such a sink has to be accepted in so many words. */
import type { DesiredState } from '../domain/desired.js';
import type { ObjectRef } from '../domain/objects.js';
import { refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { ableSinks, isUnseen } from '../plan/abilities.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';

/** As the keys name them, and by their names. The store is not asked when every sink can be read, as usual. */
export async function productionOf(
  subjects: readonly Subject[],
  { entries }: Pick<DesiredState, 'entries'>,
  {
    store,
    names,
  }: { readonly store: Pick<LiveStore, 'fetch'>; readonly names: ReadonlyMap<string, ObjectRef> },
): Promise<Result<ReadonlySet<string>>> {
  const production = new Set<string>();
  for (const said of new Set(subjects.flatMap(environmentOfUnseen))) {
    const meant = names.get(refText({ kind: 'Environment', name: said })) ?? {
      kind: 'Environment',
      name: said,
    };
    const ref = { kind: 'Environment' as const, name: meant.name };
    const declared = entries.find((entry) => refText(entry.ref) === refText(ref))?.load();
    const fetched = declared ? ok([]) : await store.fetch([ref]);
    if (!fetched.ok) return fetched;
    const declaration = declared ?? fetched.value[0]?.declaration;
    if (declaration?.kind === 'Environment' && declaration.spec.isProd === true)
      for (const name of [said, meant.name]) production.add(name);
  }
  return ok(production);
}

function environmentOfUnseen({ desired, receipts }: Subject): readonly string[] {
  const declaration = desired?.declaration;
  if (declaration?.kind !== 'ApiKey') return [];
  const sinks = declaration.spec.deliver ?? [];
  return ableSinks({ sinks, receipts }).some(isUnseen) ? [declaration.spec.environment] : [];
}

/** Both sides of the objects that need a look: the declaration, the full live facts, receipts, dependents. */
import type { DesiredEntry, DesiredObject, DesiredState } from '../domain/desired.js';
import { kindOf, type SinkId, sinkIdsOf } from '../domain/kinds/index.js';
import type { LiveDependent, LiveObject, Receipt } from '../domain/live.js';
import { compareRefs, type Declaration, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Subject } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { readInto, seenFrom } from './receipts.js';

export interface SubjectSources {
  readonly desired: DesiredState;
  readonly store: LiveStore;
  readonly sinks: Sinks;
  /** Is what was delivered elsewhere wanted here? Then what is here counts. */
  readonly redeliver: boolean;
  /** Read already; what else is needed is added. */
  readonly receipts: Map<SinkId, Receipt>;
}

/** One object before its receipts and dependents are read. */
interface Pair {
  readonly ref: ObjectRef;
  readonly desired: DesiredObject | undefined;
  readonly live: LiveObject | undefined;
  /** Declared, live or delivered. */
  readonly sinks: readonly SinkId[];
}

/** In the order of `refs`, which are sorted by `compareRefs`. */
export async function subjectsOf(
  refs: readonly ObjectRef[],
  sources: SubjectSources,
): Promise<Result<readonly Subject[]>> {
  const { store, sinks, receipts, redeliver } = sources;
  if (refs.length === 0) return ok([]);
  const fetched = await store.fetch(refs);
  if (!fetched.ok) return fetched;
  const pairs = pairsOf(refs, sources.desired.entries, fetched.value);
  await readInto(
    receipts,
    pairs.flatMap((pair) => pair.sinks),
    sinks,
  );
  const subjects: Subject[] = [];
  for (const pair of pairs) {
    const dependents = await dependentsOf(pair, store);
    if (!dependents.ok) return dependents;
    const { ref, desired, live } = pair;
    const seen = receiptsOf(pair, receipts, { sinks, redeliver });
    subjects.push({ ref, desired, live, receipts: seen, dependents: dependents.value });
  }
  return ok(subjects);
}

function pairsOf(
  refs: readonly ObjectRef[],
  entries: readonly DesiredEntry[],
  live: readonly LiveObject[],
): readonly Pair[] {
  const liveByName = new Map(live.map((one) => [refText(one.ref), one]));
  let at = 0;
  return refs.map((ref) => {
    // Both lists are sorted, so one pass finds every entry.
    let entry = entries[at];
    while (entry !== undefined && compareRefs(entry.ref, ref) < 0) entry = entries[++at];
    const declared = entry !== undefined && compareRefs(entry.ref, ref) === 0 ? loaded(entry) : undefined;
    const found = liveByName.get(refText(ref));
    const delivered = found?.deliveries.map(({ sink }) => sink) ?? [];
    const sinks = [
      ...declaredSinks(declared?.declaration),
      ...declaredSinks(found?.declaration),
      ...delivered,
    ];
    return { ref, desired: declared, live: found, sinks: [...new Set(sinks)] };
  });
}

const loaded = (entry: DesiredEntry): DesiredObject => ({
  ref: entry.ref,
  digest: entry.digest,
  position: entry.position,
  declaration: entry.load(),
});

const declaredSinks = (declaration: Declaration | undefined): readonly SinkId[] =>
  declaration === undefined ? [] : sinkIdsOf(declaration);

function receiptsOf(
  { sinks: ids, live }: Pair,
  receipts: ReadonlyMap<SinkId, Receipt>,
  { sinks, redeliver }: Pick<SubjectSources, 'sinks' | 'redeliver'>,
): ReadonlyMap<SinkId, Receipt> {
  return new Map(
    ids.map((id) => {
      const receipt = receipts.get(id) ?? { kind: 'unknown', why: `${id} was not read` };
      const recorded = live?.deliveries.find(({ sink }) => sink === id);
      return [id, seenFrom(sinks, { receipt, redeliver }, recorded)];
    }),
  );
}

/** Asked only where the object, or a part of it, may have to go, and only of kinds that others name. */
async function dependentsOf(
  { ref, desired, live }: Pair,
  store: LiveStore,
): Promise<Result<readonly LiveDependent[]>> {
  if (live === undefined || ref.kind === 'ApiKey') return ok([]);
  const isChanged = desired?.digest !== live.digest;
  // What references ask of it may not hold any more (a space without a workbook), and what cannot change is replaced.
  const { constraintViolations: misfits, replacedBy } = kindOf(ref.kind);
  const mayLeave = isChanged && (misfits !== undefined || replacedBy.length > 0);
  return desired === undefined || mayLeave ? store.dependents(ref) : ok([]);
}

/** Reads all that is known of one object: documents, live store, audit log, and what a plan says of it. */

import type { SpecEntry } from '../documents/entry.js';
import { isObjectKind, kindOf, type Reference } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import { compareRefs, type Declaration, isNamed, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import { sinkRows } from '../observe/sink-rows.js';
import { type Forecast, objectForecast } from '../plan/forecast.js';
import type { Plan } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { historyOf } from '../reconcile/drift-attribution.js';
import { preview } from '../reconcile/preview.js';
import type { Explanation, Related } from '../render/explanation.js';
import { type Failure, failed, failure } from './failure.js';
import { ownName, suggestion } from './resolve-ref.js';
import type { Documents } from './session.js';

export interface Explaining {
  readonly store: LiveStore;
  /** Undefined when there are no documents, or wrong ones: the live side can be shown all the same. */
  readonly documents: Documents | undefined;
  readonly recipient: string;
  /** Where the live key's sinks are read; undefined when they cannot be reached from here. */
  readonly sinks: Sinks | undefined;
}

/** `not_found`, with what may have been meant, for a name that is neither declared nor live and never was. */
export async function explanationOf(
  explaining: Explaining,
  typed: ObjectRef,
): Promise<Result<Explanation, Failure>> {
  const { store, documents } = explaining;
  const named = await ownName(store, typed);
  if (!named.ok) return named;
  const wanted = named.value;
  const survey = await store.survey();
  if (!survey.ok) return failed(survey.error);
  const entries = documents?.desired.entries ?? [];
  const candidates = [...survey.value, ...entries].map(({ ref }) => ref);
  const meant = new Map(candidates.filter((one) => isNamed(one, wanted)).map((one) => [refText(one), one]));
  if (meant.size > 1 && !meant.has(refText(wanted)))
    return failure('ambiguous', `${refText(wanted)} is ambiguous; use ${[...meant.keys()].join(' or ')}`);
  const ref = meant.get(refText(wanted)) ?? [...meant.values()][0] ?? wanted;
  const history = await historyOf(store, refText(ref));
  if (!history.ok) return failed(history.error);
  const fetched = await store.fetch([ref]);
  if (!fetched.ok) return failed(fetched.error);
  const [live] = fetched.value;
  const entry = entries.find((one) => compareRefs(one.ref, ref) === 0);
  if (live === undefined && entry === undefined && history.value.length === 0)
    return failure(
      'not_found',
      `there is no ${refText(ref)} in this store or its history${suggestion(ref, candidates)}`,
    );
  const seen = await planFor(explaining, ref);
  if (!seen.ok) return failed(seen.error);
  const sinks = await sinkRows(live ? [live] : [], store, explaining.sinks);
  if (!sinks.ok) return failed(sinks.error);
  const related = await relatedTo({ ref, live, entry }, explaining);
  if (!related.ok) return failed(related.error);
  const facts = await store.facts();
  if (!facts.ok) return failed(facts.error);
  const { now } = facts.value;
  return ok({
    ref,
    now,
    declared: entry && documents && { position: entry.position, project: documents.desired.project.name },
    live,
    sinks: sinks.value,
    history: history.value,
    ...related.value,
    plan: seen.value,
    ahead: aheadOf({ ref, declaration: entry?.load() ?? live?.declaration, live }, seen.value, now),
  });
}

type PlanPart = Pick<Plan, 'steps' | 'findings' | 'waiting'>;

async function planFor(
  { store, documents, recipient }: Explaining,
  ref: ObjectRef,
): Promise<Result<PlanPart | undefined>> {
  if (documents === undefined) return ok(undefined);
  const { desired, sinks, ownership } = documents;
  const seen = await preview({ desired, store, sinks, ownership, recipient, allowRemovals: undefined });
  if (!seen.ok) return seen;
  const { steps, findings, waiting } = seen.value.plan;
  const isOurs = (object: ObjectRef | undefined): boolean =>
    object !== undefined && compareRefs(object, ref) === 0;
  return ok({
    steps: steps.filter(({ object }) => isOurs(object)),
    findings: findings.filter(({ object }) => isOurs(object)),
    waiting: waiting.filter(({ object }) => isOurs(object)),
  });
}

interface Sides {
  readonly ref: ObjectRef;
  readonly live: LiveObject | undefined;
  readonly entry: SpecEntry | undefined;
}

async function relatedTo(
  { ref, live, entry }: Sides,
  { store, documents }: Explaining,
): Promise<Result<Pick<Explanation, 'needs' | 'neededBy'>>> {
  const references = entry?.references ?? (live ? kindOf(ref.kind).references(live.declaration.spec) : []);
  const resolved = await store.resolve(references);
  if (!resolved.ok) return resolved;
  const dependents = live ? await store.dependents(ref) : ok([]);
  if (!dependents.ok) return dependents;
  const entries = documents?.desired.entries ?? [];
  const declared = new Set(entries.map((one) => refText(one.ref)));
  const needs = uniquely(references).map((reference): Related => {
    const found = resolved.value[references.indexOf(reference)];
    const named = found ?? { kind: reference.kind, name: reference.name };
    return { ref: named, isLive: found !== undefined, isDeclared: declared.has(refText(named)) };
  });
  const naming = entries.filter((one) => one.references.some((other) => isSame(other, ref)));
  const byName = new Map<string, Related>();
  // A removed key may have been called what a live one is called now: both are shown.
  for (const { ref: by, endsAt } of dependents.value) {
    const isLive = endsAt === undefined;
    const isDeclared = isLive && declared.has(refText(by));
    byName.set(isLive ? refText(by) : `${refText(by)} ${endsAt}`, { ref: by, isLive, isDeclared, endsAt });
  }
  for (const { ref: by } of naming)
    if (!byName.has(refText(by))) byName.set(refText(by), { ref: by, isLive: false, isDeclared: true });
  const neededBy = [...byName.values()].sort((a, b) => Number(b.isLive) - Number(a.isLive));
  return ok({ needs, neededBy });
}

const uniquely = (references: readonly Reference[]): readonly Reference[] => [
  ...new Map(references.map((one) => [refText(one), one])).values(),
];

const isSame = ({ kind, name }: Reference, ref: ObjectRef): boolean =>
  isObjectKind(kind) && compareRefs({ kind, name }, ref) === 0;

/** What is dated in its facts, and the ends of what is waited for. */
function aheadOf(
  {
    ref,
    declaration,
    live,
  }: {
    readonly ref: ObjectRef;
    readonly declaration: Declaration | undefined;
    readonly live: LiveObject | undefined;
  },
  plan: PlanPart | undefined,
  now: Instant,
): readonly Forecast[] {
  const dated = declaration === undefined ? [] : objectForecast({ ref, declaration, live }, now);
  const waits = (plan?.waiting ?? []).flatMap(({ object, reason, until, message }) =>
    until === undefined || until <= now || until >= NEVER
      ? []
      : [{ object, at: until, what: 'continues' as const, reason, message }],
  );
  return [...dated, ...waits].sort((a, b) => a.at - b.at);
}

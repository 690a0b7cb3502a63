/**
 * The only gatherer: reads the live store and the sinks and gives the planner all it may look at. It is
 * stupid by design: what a difference means is decided in plan/. Of keys that agree it reads one line of the
 * survey and their position in a file; full facts are fetched of the others only.
 */
import type { DesiredState } from '../domain/desired.js';
import { isObjectKind } from '../domain/kinds/index.js';
import type { Selector } from '../domain/labels.js';
import type { LiveSummary, Ownership } from '../domain/live.js';
import { nameBeforeReplacement } from '../domain/metadata.js';
import { compareRefs, findAmong, isAmong, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { type Instant, NEVER } from '../domain/time.js';
import { attention, isOwnedBy } from '../plan/compare.js';
import type { PlanInput } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { liveAliases } from './aliases.js';
import { placesOf } from './delivered-sinks.js';
import { dueRefreshesOf } from './due-refreshes.js';
import { knownTokens } from './known-tokens.js';
import { leftoversOf } from './leftovers.js';
import { basisOf } from './observed-digest.js';
import { productionOf } from './production.js';
import { renamesIn } from './renames.js';
import { selectedView, type View } from './selection.js';
import { subjectsOf } from './subjects.js';
import { livePeople } from './users.js';

export interface Gathering {
  readonly desired: DesiredState;
  readonly store: LiveStore;
  readonly sinks: Sinks;
  readonly ownership: Ownership;
  /** To whom new secrets will be sealed: this reconciler. */
  readonly recipient: string;
  /** `--allow-removals N`. */
  readonly allowRemovals: number | undefined;
  /** `--redeliver-here`. */
  readonly redeliver?: boolean;
  /** `--take-over-sinks`. */
  readonly unknownTokens?: PlanInput['unknownTokens'];
  /** Look at this object alone, as if nothing else were live. */
  readonly only?: ObjectRef;
  /** `--select`: look at these alone. What guards count is the whole project still. */
  readonly selector?: Selector | undefined;
  /** `--at`: calculate with this later instant, as if nothing happened and every use was known until then. */
  readonly at?: Instant | undefined;
}

export interface Gathered {
  readonly input: PlanInput;
  /**
   * Is there a live object of that kind and name? For references that no document declares. `leaving`: there is one, and
   * this project removes it, because no document declares it any more.
   */
  readonly isLive: (ref: { readonly kind: string; readonly name: string }) => boolean | 'leaving';
  /** Until when nothing can be due of the objects that are no subjects. */
  readonly quietUntil: Instant;
}

/** Has no effect. Fails as the store does; a sink that cannot be read is a receipt that says so. */
export async function gather(gathering: Gathering): Promise<Result<Gathered>> {
  const { store, sinks, ownership } = gathering;
  const facts = await store.facts();
  if (!facts.ok) return facts;
  const everything = await store.survey();
  if (!everything.ok) return everything;
  const view = await viewOf(gathering, everything.value);
  if (!view.ok) return view;
  const { desired, survey } = view.value;
  const now = gathering.at ?? facts.value.now;

  const renames = await renamesIn(desired, { survey: everything.value, store });
  if (!renames.ok) return renames;

  const { redeliver = false } = gathering;
  const places = await placesOf(survey, sinks, redeliver);
  const { refs, totals, unmanaged, quietUntil } = attention({
    entries: desired.entries,
    survey,
    ownership,
    now,
    policy: desired.project.spec.unmanaged,
    suspects: new Set([
      ...renames.value.flatMap(({ ref, former }) => [refText(ref), refText(former)]),
      ...successorsIn(survey),
    ]),
    agrees: places.agrees,
  });
  const receipts = places.receiptsOf(refs);
  const subjects = await subjectsOf(refs, { desired, store, sinks, receipts, redeliver });
  if (!subjects.ok) return subjects;
  const tokens = await knownTokens(subjects.value, store, sinks);
  if (!tokens.ok) return tokens;
  const people = await livePeople(subjects.value, everything.value, store);
  if (!people.ok) return people;
  const referred = await liveAliases(gathering.desired, subjects.value, store);
  if (!referred.ok) return referred;
  const production = await productionOf(subjects.value, desired, { store, names: referred.value });
  if (!production.ok) return production;
  const isWhole = gathering.selector === undefined && gathering.only === undefined;
  const left = isWhole
    ? await leftoversOf({ entries: desired.entries, survey, sinks, store, now })
    : ok({ due: [], nextAt: NEVER });
  if (!left.ok) return left;
  const isLive = isLiveIn(gathering, everything.value, referred.value);
  const input: PlanInput = {
    now,
    selection: gathering.selector?.text,
    project: desired.project,
    ownership,
    desired: desired.digest,
    basis: (steps) =>
      basisOf(steps, {
        ...{ ownership, survey: everything.value, isLive },
        ...{ subjects: subjects.value, tokens: tokens.value, people: people.value },
      }),
    recipient: gathering.recipient,
    settleMs: facts.value.settleMs,
    usage: { ...facts.value.usage, until: Math.max(facts.value.usage.until, gathering.at ?? 0) },
    subjects: subjects.value,
    totals: gathering.selector ? { ...totals, ...wholeOf(gathering, everything.value) } : totals,
    unmanaged,
    tokens: tokens.value,
    people: people.value,
    leftovers: left.value.due,
    refreshes: dueRefreshesOf(desired, survey, sinks),
    names: referred.value,
    production: production.value,
    allowRemovals: gathering.allowRemovals,
    unknownTokens: gathering.unknownTokens ?? 'quarantine',
  };
  return ok({ input, isLive, quietUntil: Math.min(quietUntil, left.value.nextAt) });
}

/** Of keys that were set aside: those that replaced them, whose hand-over is looked at together with them. */
const successorsIn = (survey: readonly LiveSummary[]): readonly string[] =>
  survey.flatMap(({ ref }) => {
    const name = ref.kind === 'ApiKey' ? nameBeforeReplacement(ref.name) : undefined;
    return name === undefined ? [] : [refText({ kind: 'ApiKey', name })];
  });

async function viewOf(gathering: Gathering, survey: readonly LiveSummary[]): Promise<Result<View>> {
  const { desired, only, selector } = gathering;
  if (selector) return selectedView({ ...gathering, selector, survey });
  if (only === undefined) return ok({ desired, survey });
  return ok({ desired, survey: survey.filter(({ ref }) => compareRefs(ref, only) === 0) });
}

const wholeOf = ({ desired, ownership }: Gathering, survey: readonly LiveSummary[]) => ({
  desired: desired.entries.length,
  owned: survey.filter((live) => isOwnedBy(live, ownership)).length,
});

/** `survey` is sorted by `compareRefs`: a fleet's names are not worth an index for the few that are asked about. */
function isLiveIn(
  { desired, ownership }: Gathering,
  survey: readonly LiveSummary[],
  otherwise: ReadonlyMap<string, ObjectRef>,
): Gathered['isLive'] {
  return ({ kind, name }) => {
    const meant = otherwise.get(refText({ kind, name })) ?? (isObjectKind(kind) ? { kind, name } : undefined);
    const live = meant && findAmong(survey, meant);
    if (meant === undefined || live === undefined) return false;
    return isOwnedBy(live, ownership) && !isAmong(desired.entries, meant) ? 'leaving' : true;
  };
}

/**
 * The only gatherer: reads the live store and the sinks and gives the planner all it may look at. It is
 * stupid by design: what a difference means is decided in plan/. Of keys that agree it reads one line of the
 * survey and their place in a file; full facts are fetched of the others only.
 */
import type { DesiredState } from '../domain/desired.js';
import type { SinkId } from '../domain/kinds/index.js';
import type { LiveSummary, Ownership, Receipt } from '../domain/live.js';
import { compareRefs, type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { Instant } from '../domain/time.js';
import { attention } from '../plan/compare.js';
import type { PlanInput } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { knownTokens } from './known-tokens.js';
import { observedDigest } from './observed-digest.js';
import { agrees, readInto } from './receipts.js';
import { referredOtherwise } from './referred.js';
import { subjectsOf } from './subjects.js';

export interface Gathering {
  readonly desired: DesiredState;
  readonly store: LiveStore;
  readonly sinks: Sinks;
  readonly ownership: Ownership;
  /** To whom new secrets will be sealed: this reconciler. */
  readonly recipient: string;
  /** `--allow-removals N`. */
  readonly allowRemovals: number | undefined;
  /** Look at this object alone, as if nothing else were live. */
  readonly only?: ObjectRef;
}

export interface Gathered {
  readonly input: PlanInput;
  /** Is there a live object of that kind and name? For references that no document declares. */
  readonly isLive: (ref: { readonly kind: string; readonly name: string }) => boolean;
  /** Until when nothing can be due of the objects that are no subjects. */
  readonly quietUntil: Instant;
}

/** Has no effect. Fails as the store does; a sink that cannot be read is a receipt that says so. */
export async function gather(gathering: Gathering): Promise<Result<Gathered>> {
  const { desired, store, sinks, ownership } = gathering;
  const facts = await store.facts();
  if (!facts.ok) return facts;
  const everything = await store.survey();
  if (!everything.ok) return everything;
  const survey = inView(everything.value, gathering.only);

  const receipts = new Map<SinkId, Receipt>();
  const ids = survey.flatMap(({ deliveries }) => deliveries.map(({ sink }) => sink));
  await readInto(receipts, ids, sinks);
  const { refs, totals, quietUntil } = attention({
    entries: desired.entries,
    survey,
    ownership,
    now: facts.value.now,
    agrees: (delivery) => agrees(delivery, receipts),
  });
  const subjects = await subjectsOf(refs, { desired, store, sinks, receipts });
  if (!subjects.ok) return subjects;
  const tokens = await knownTokens(subjects.value, store);
  if (!tokens.ok) return tokens;
  const referred = await referredOtherwise(desired, store);
  if (!referred.ok) return referred;
  const digests = {
    desired: desired.digest,
    observed: observedDigest({
      desired,
      ownership,
      survey,
      subjects: subjects.value,
      receipts,
      tokens: tokens.value,
    }),
  };
  const input: PlanInput = {
    now: facts.value.now,
    project: desired.project,
    ownership,
    digests,
    recipient: gathering.recipient,
    settleMs: facts.value.settleMs,
    usage: facts.value.usage,
    subjects: subjects.value,
    totals,
    tokens: tokens.value,
    allowRemovals: gathering.allowRemovals,
  };
  return ok({ input, isLive: isLiveIn(everything.value, referred.value), quietUntil });
}

const inView = (survey: readonly LiveSummary[], only: ObjectRef | undefined): readonly LiveSummary[] =>
  only === undefined ? survey : survey.filter(({ ref }) => compareRefs(ref, only) === 0);

/** Builds its index when it is first asked: most plans never do. */
function isLiveIn(survey: readonly LiveSummary[], otherwise: ReadonlySet<string>): Gathered['isLive'] {
  let names: ReadonlySet<string> | undefined;
  return (ref) => {
    names ??= new Set(survey.map((live) => refText(live.ref)));
    return names.has(refText(ref)) || otherwise.has(refText(ref));
  };
}

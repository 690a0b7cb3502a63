/**
 * What the steps of a plan rest on, as one digest: equal as long as nothing has moved that they need. Time and use are
 * left out, objects that no step touches or names, and sinks that hold what the store recorded or that are elsewhere:
 * so the same steps have the same basis whenever and on whichever machine they are planned.
 */
import { createHash } from 'node:crypto';
import { kindOf } from '../domain/kinds/index.js';
import type { KnownToken, LiveSummary, Ownership, Receipt } from '../domain/live.js';
import {
  compareRefs,
  declarationDigest,
  markOf,
  type ObjectRef,
  refText,
  sortedByRef,
  stampOf,
} from '../domain/objects.js';
import { isOwnedBy } from '../plan/compare.js';
import { occupiedSinks } from '../plan/occupied-sinks.js';
import type { PlanInput, Step, Subject } from '../plan/plan.js';

export interface Observed {
  readonly ownership: Ownership;
  /** Sorted by `compareRefs`, as are the subjects. */
  readonly survey: readonly LiveSummary[];
  readonly subjects: readonly Subject[];
  readonly isLive: (ref: { readonly kind: string; readonly name: string }) => boolean | 'leaving';
  readonly tokens: PlanInput['tokens'];
  readonly people: PlanInput['people'];
}

/** 32 hex digits. */
export function basisOf(steps: readonly Step[], observed: Observed): string {
  const hash = createHash('sha256');
  const refs = touchedBy(steps);
  const live = found(refs, observed.survey);
  const subjects = found(refs, observed.subjects);
  for (const [at, ref] of refs.entries()) {
    const lines = [refText(ref), ...liveLines(live[at], observed), ...subjectLines(subjects[at], observed)];
    hash.update(`${lines.join('\n')}\n`);
  }
  for (const reference of namedBy(steps))
    hash.update(`${refText(reference)} ${observed.isLive(reference) !== false}\n`);
  // How many administrators remain hangs on all people, and only steps on people can change that.
  if (refs.some(({ kind }) => kind === 'User'))
    for (const person of observed.people) hash.update(`${declarationDigest(person)}\n`);
  return hash.digest('hex').slice(0, 32);
}

/** The objects of the steps, and what they are called until now; each once, sorted. */
function touchedBy(steps: readonly Step[]): readonly ObjectRef[] {
  const refs = new Map<string, ObjectRef>();
  for (const step of steps) {
    refs.set(refText(step.object), step.object);
    if (step.action === 'update' && step.detail.former)
      refs.set(refText(step.detail.former), step.detail.former);
  }
  return sortedByRef([...refs.values()].map((ref) => ({ ref }))).map(({ ref }) => ref);
}

/** What declarations that are to be made or changed refer to, as text each once. */
function namedBy(steps: readonly Step[]): readonly { readonly kind: string; readonly name: string }[] {
  const named = new Map<string, { readonly kind: string; readonly name: string }>();
  for (const step of steps) {
    if (step.action !== 'create' && step.action !== 'update') continue;
    for (const reference of kindOf(step.object.kind).references(step.detail.declaration.spec))
      named.set(refText(reference), reference);
  }
  return [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference);
}

/** Of each ref what `all` has of it; both sorted, so one pass is enough. */
function found<T extends { readonly ref: ObjectRef }>(
  refs: readonly ObjectRef[],
  all: readonly T[],
): readonly (T | undefined)[] {
  let at = 0;
  return refs.map((ref) => {
    let one = all[at];
    while (one !== undefined && compareRefs(one.ref, ref) < 0) one = all[++at];
    return one !== undefined && compareRefs(one.ref, ref) === 0 ? one : undefined;
  });
}

function liveLines(live: LiveSummary | undefined, { ownership }: Observed): readonly string[] {
  if (live === undefined) return ['absent'];
  const stamp = live.stamp ?? stampOf(markOf(live.ref, live.digest), live.revision);
  return isOwnedBy(live, ownership) ? [stamp] : [stamp, JSON.stringify(live.ownership ?? null)];
}

function subjectLines(subject: Subject | undefined, { tokens }: Observed): readonly string[] {
  if (subject === undefined) return [];
  const { live, receipts, dependents } = subject;
  const owner = live?.key?.owner ?? 'active';
  const strangers = occupiedSinks(subject).flatMap(({ tokenId }) => tokenId ?? []);
  return [
    ...(owner === 'active' ? [] : [owner]),
    ...[...receipts].flatMap(([sink, receipt]) => receiptLines(sink, receipt, live)),
    ...[...new Set(strangers)].sort().flatMap((id) => tokenLines(tokens.get(id))),
    ...dependents.map(({ ref }) => `needed by ${refText(ref)}`),
  ];
}

function receiptLines(sink: string, receipt: Receipt, live: Subject['live']): readonly string[] {
  if (receipt.kind === 'elsewhere') return [];
  const recorded = live?.deliveries.find((one) => one.sink === sink)?.fingerprint;
  const isShown = receipt.kind === 'holds' || receipt.kind === 'unseen';
  const fingerprint = isShown ? receipt.fingerprint : '';
  return isShown && fingerprint === recorded ? [] : [JSON.stringify([sink, receipt.kind, fingerprint])];
}

const tokenLines = (token: KnownToken | undefined): readonly string[] =>
  token === undefined
    ? []
    : [
        JSON.stringify([
          token.tokenId,
          refText(token.object),
          token.isRemoved,
          token.isSuperseded,
          token.declaredAt,
          token.deliveredTo,
        ]),
      ];

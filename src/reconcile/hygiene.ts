/** What `drift` says beside the differences: a review of all live keys, and of the names that documents give. */
import type { DesiredState } from '../domain/desired.js';
import type { Selector } from '../domain/labels.js';
import { personalWords } from '../domain/name-lint.js';
import { refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { durationMs } from '../domain/time.js';
import { reviewFindings } from '../plan/hygiene.js';
import { namingFindings } from '../plan/name-lint.js';
import type { Finding } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';

export interface Reviewing {
  readonly desired: DesiredState;
  readonly store: Pick<LiveStore, 'facts' | 'review' | 'survey' | 'fetch'>;
  /** Only of declared objects that it selects. */
  readonly selector: Selector | undefined;
}

/** Warnings alone: nothing of it is drift. Fails as the store does. */
export async function reviewOf({ desired, store, selector }: Reviewing): Promise<Result<readonly Finding[]>> {
  const { staleAfter = '90d', maxAge = '366d' } = desired.project.spec.policy;
  const facts = await store.facts();
  if (!facts.ok) return facts;
  const reviewed = await store.review({ staleAfterMs: durationMs(staleAfter), maxAgeMs: durationMs(maxAge) });
  if (!reviewed.ok) return reviewed;
  const names = await namesOf({ desired, store });
  if (!names.ok) return names;
  const findings = [...reviewFindings(reviewed.value, facts.value.usage), ...names.value];
  return ok(selector === undefined ? findings : selected(findings, desired, selector));
}

/** The lint over every declared name, with all people in mind that are declared or live. */
async function namesOf({
  desired,
  store,
}: Pick<Reviewing, 'desired' | 'store'>): Promise<Result<readonly Finding[]>> {
  const { entries, project } = desired;
  if (project.spec.policy.naming === 'off') return ok([]);
  const survey = await store.survey();
  if (!survey.ok) return survey;
  const live = await store.fetch(survey.value.map(({ ref }) => ref).filter(({ kind }) => kind === 'User'));
  if (!live.ok) return live;
  const declared = entries.filter(({ ref }) => ref.kind === 'User').map((entry) => entry.load());
  const people = [...live.value.map(({ declaration }) => declaration), ...declared].flatMap((one) =>
    one.kind === 'User' ? [one] : [],
  );
  return ok(
    namingFindings(
      entries.map(({ ref }) => ref),
      project,
      personalWords(people),
    ),
  );
}

function selected(
  findings: readonly Finding[],
  { entries }: DesiredState,
  selector: Selector,
): readonly Finding[] {
  const names = new Set(
    entries.filter(({ labels }) => selector.matches(labels)).map(({ ref }) => refText(ref)),
  );
  return findings.filter(({ object }) => object !== undefined && names.has(refText(object)));
}

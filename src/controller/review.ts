/** What `drift` says beside the differences: a review of all live keys, and of the names that documents give. */
import type { DesiredState } from '../domain/desired.js';
import type { Selector } from '../domain/labels.js';
import { refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { durationMs } from '../domain/time.js';
import type { Finding } from '../plan/plan.js';
import { reviewFindings } from '../plan/review.js';
import type { LiveStore } from '../ports/live-store.js';

export interface Reviewing {
  readonly desired: DesiredState;
  readonly store: Pick<LiveStore, 'facts' | 'review'>;
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
  const findings = reviewFindings(reviewed.value, facts.value.usage);
  return ok(selector === undefined ? findings : selected(findings, desired, selector));
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

/** Drift: a plan read the other way round. What differs from the declarations, since when, and through whom. */

import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import type { Finding, Plan, Step } from './plan.js';

/** Why live and declared differ, as far as the audit log and the documents tell. */
export type Cause =
  /** Somebody changed the live object. */
  | { readonly since: Instant; readonly actor: string; readonly path: string }
  /** The documents moved; nobody touched the live object. */
  | { readonly documents: true };

export type DriftStep = Step & { readonly cause?: Cause };

export interface Drift extends Omit<Plan, 'kind' | 'steps'> {
  readonly kind: 'Drift';
  readonly steps: readonly DriftStep[];
}

/**
 * `causes` by object, as in `ApiKey/billing-prod`; an object without one differs for reasons nobody recorded.
 * `reviewed` is told beside what guards say, and is no drift.
 */
export function drift(
  plan: Plan,
  causes: ReadonlyMap<string, Cause>,
  reviewed: readonly Finding[] = [],
): Drift {
  const steps = plan.steps.map((step): DriftStep => {
    const cause = causes.get(refText(step.object));
    return cause === undefined ? step : { ...step, cause };
  });
  const known = new Set(plan.findings.map(nameOf));
  const isNew = (one: Finding): boolean => !known.has(nameOf(one));
  return { ...plan, kind: 'Drift', steps, findings: [...plan.findings, ...reviewed.filter(isNew)] };
}

const nameOf = ({ code, object }: Finding): string => `${code} ${object ? refText(object) : ''}`;

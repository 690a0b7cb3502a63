/** What is known of one object, from both sides, with its past and its future: what `explain` tells. */
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef, Position } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Plan } from '../plan/plan.js';
import type { SinkRow } from '../plan/sink-states.js';
import type { AuditEntry } from '../ports/live-store.js';

export interface Explanation {
  readonly ref: ObjectRef;
  readonly now: Instant;
  /** Where it is declared; undefined when the documents at hand do not declare it. */
  readonly declared: { readonly position: Position; readonly project: string } | undefined;
  readonly live: LiveObject | undefined;
  /** Of a live key: its sinks, and what each holds now; sorted by id. */
  readonly sinks: readonly SinkRow[];
  /** All there is about the name, oldest first: an earlier object of that name too. */
  readonly history: readonly AuditEntry[];
  readonly needs: readonly Related[];
  readonly neededBy: readonly Related[];
  /** What a plan made now says of it; undefined where there are no documents to plan for. */
  readonly plan: Pick<Plan, 'steps' | 'findings' | 'waiting'> | undefined;
  /** What time alone brings, in order of time. */
  readonly ahead: readonly Forecast[];
}

/** An object at the other end of a reference. */
export interface Related {
  /** As the reference names it. */
  readonly ref: { readonly kind: string; readonly name: string };
  readonly isLive: boolean;
  readonly isDeclared: boolean;
  /** When the last version of one on its way out ends. */
  readonly endsAt?: Instant | undefined;
}

export const STATUSES = ['converged', 'differs', 'declared', 'undeclared', 'live', 'removed'] as const;
export type Status = (typeof STATUSES)[number];

/**
 * `converged`: declared, live, and nothing to do. `differs`: declared and live, with something to do.
 * `declared`: not live. `undeclared`: live only. `live`: without documents to compare it with. `removed`: it
 * was live.
 */
export function statusOf({ declared, live, plan }: Explanation): Status {
  if (live === undefined) return declared ? 'declared' : 'removed';
  if (declared === undefined) return plan === undefined ? 'live' : 'undeclared';
  return plan?.steps.length === 0 ? 'converged' : 'differs';
}

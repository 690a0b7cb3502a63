/** What was decided about one object: steps, findings and what is waited for. Decisions add up. */
import type { DesiredObject } from '../domain/desired.js';
import type { LiveObject, Receipt } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Aliases } from './aliases.js';
import type { Finding, PlanInput, Step, StepId, Subject, Waiting } from './plan.js';
import type { FindingCode, WaitingReason } from './reasons.js';
import type { Leaving } from './released-dependents.js';

export interface Decision {
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly waiting: readonly Waiting[];
}

export const NOTHING: Decision = { steps: [], findings: [], waiting: [] };

export const toDo = (steps: readonly Step[]): Decision => ({ ...NOTHING, steps });

/** The message is a sentence that follows the object's name. */
export const finding = (severity: Finding['severity'], code: FindingCode) => {
  return (object: ObjectRef, message: string): Decision => ({
    ...NOTHING,
    findings: [{ code, severity, object, message: `${refText(object)} ${message}` }],
  });
};

export const waitFor = (
  object: ObjectRef,
  reason: WaitingReason,
  on: { readonly until?: Instant | undefined; readonly message: string },
): Decision => ({
  ...NOTHING,
  waiting: [{ object, reason, until: on.until, message: on.message }],
});

export const together = (decisions: readonly Decision[]): Decision => ({
  steps: decisions.flatMap((one) => one.steps),
  findings: decisions.flatMap((one) => one.findings),
  waiting: decisions.flatMap((one) => one.waiting),
});

/** `2027-01-31 12:00 UTC`, for sentences. */
export const instantText = (instant: Instant): string =>
  `${formatInstant(instant).slice(0, 16).replace('T', ' ')} UTC`;

/** Keys that give up a sink in this very plan, by name, with the step that says so. */
export type Release = ReadonlyMap<string, StepId>;
/** What the annotation leads to beside a rename, a remark, or a refusal that holds the object back. */
export interface Remark {
  readonly decision: Decision;
  readonly isHeld: boolean;
}

/** What checks look at: one object from both sides, and the rest of the world as far as it matters to it. */
export interface Situation extends Subject {
  readonly input: PlanInput;
  /** Removed, replaced, or delivered elsewhere now. */
  readonly releases: Release;
  /** Objects that are not made yet because they are suspended, and until when. */
  readonly pausedUntil: ReadonlyMap<string, Instant>;
  /** What was decided about the objects that may need it. */
  readonly leaving: Leaving;
  readonly aliases: Aliases;
  /** What there is to say of the object's former name. */
  readonly remark: Remark | undefined;
  /** Objects whose rename is refused, by the name that they would have. */
  readonly held: ReadonlySet<string>;
}

export interface Declared extends Situation {
  readonly desired: DesiredObject;
}

export interface DeclaredAndLive extends Declared {
  readonly live: LiveObject;
}

export type Held = Extract<Receipt, { kind: 'holds' }>;

/** What a controller is doing and how it went, as events and as the state they add up to. Pure. */
import { unreachable } from '../domain/result.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { PassFailure } from './documents.js';
import type { PassOutcome } from './pass.js';

export type { DocumentProblem, PassFailure } from './documents.js';
export type { DriftPolicy, HeldBack } from './hold-back.js';
export type { PassOutcome } from './pass.js';

/** Everything that happens to a controller. `at` is this machine's clock. */
export type ControllerEvent =
  | { readonly kind: 'leading'; readonly at: Instant }
  /** Another controller leads; `why` names which. */
  | { readonly kind: 'standing-by'; readonly at: Instant; readonly why: string }
  | {
      readonly kind: 'passed';
      readonly at: Instant;
      readonly tookMs: DurationMs;
      readonly outcome: PassOutcome;
      /** When the next pass is made if nothing calls for one before. */
      readonly nextAt: Instant;
    }
  /** A pass, or getting ready for one, came to nothing. */
  | {
      readonly kind: 'failed';
      readonly at: Instant;
      readonly tookMs: DurationMs;
      readonly failure: PassFailure;
      readonly nextAt: Instant;
    }
  | { readonly kind: 'stopping'; readonly at: Instant };

export type Role = 'starting' | 'leading' | 'standing-by' | 'stopping';

export interface Status {
  readonly role: Role;
  /** Since when it has that role. */
  readonly since: Instant;
  /** Of one that stands by: who leads. */
  readonly why: string | undefined;
  readonly last: Extract<ControllerEvent, { kind: 'passed' }> | undefined;
  /** A pass that left nothing failed behind. */
  readonly succeededAt: Instant | undefined;
  /** Of what fails now; undefined while nothing does. */
  readonly failing: Failing | undefined;
  readonly nextAt: Instant | undefined;
}

export interface Failing {
  readonly since: Instant;
  /** Times in a row. */
  readonly times: number;
  readonly failure: PassFailure;
}

export const starting = (at: Instant): Status => ({
  role: 'starting',
  since: at,
  why: undefined,
  last: undefined,
  succeededAt: undefined,
  failing: undefined,
  nextAt: undefined,
});

export function after(status: Status, event: ControllerEvent): Status {
  switch (event.kind) {
    case 'leading':
    case 'stopping':
      return { ...status, role: event.kind, since: event.at, why: undefined };
    case 'standing-by':
      // What was seen while leading is no longer watched.
      return { ...starting(event.at), role: event.kind, why: event.why };
    case 'passed':
      return {
        ...status,
        last: event,
        succeededAt: isWhole(event.outcome) ? event.at : status.succeededAt,
        failing: undefined,
        nextAt: event.nextAt,
      };
    case 'failed':
      return {
        ...status,
        failing: {
          since: status.failing?.since ?? event.at,
          times: (status.failing?.times ?? 0) + 1,
          failure: event.failure,
        },
        nextAt: event.nextAt,
      };
    default:
      return unreachable(event);
  }
}

/** Was everything done that was begun? What is waited for, or held back, is no failure. */
export const isWhole = ({ report }: PassOutcome): boolean =>
  report === undefined || report.summary.failed + report.summary.notAttempted === 0;

/** What came of a pass, in a word. */
export const resultOf = (outcome: PassOutcome): 'unchanged' | 'applied' | 'partly-applied' => {
  if (outcome.report === undefined) return 'unchanged';
  return isWhole(outcome) ? 'applied' : 'partly-applied';
};

/** Is it fit for work: leading and getting through its passes, or ready to take over? Waiting for a person's apply is fit. */
export const isReady = ({ role, failing, last }: Status): boolean =>
  (failing === undefined || failing.failure.fault.code === 'locked') &&
  (role === 'standing-by' || (role === 'leading' && last !== undefined));

/** The properties of a key whose owner and environment are known from where it is added. */
import type { Duration } from './duration.js';
import type { DeclaredProps } from './named.js';
import type { Sink } from './sink.js';

/** Says how a key is replaced. */
export interface RotationProps {
  /**
   * A new version is issued this often.
   * @default - only on request
   */
  readonly every?: Duration | undefined;
  /**
   * The least time that old and new version are both accepted.
   * @default Duration.hours(24)
   */
  readonly overlap?: Duration | undefined;
  /**
   * What proves that the old version is not needed: its use has stopped, a confirmation, or only time.
   * @default 'observed'
   */
  readonly handover?: 'observed' | 'acknowledged' | 'timed' | undefined;
  /**
   * How long the old version must go unused.
   * @default Duration.hours(24)
   */
  readonly quiet?: Duration | undefined;
  /**
   * The consumers that must have used the new version.
   * @default - none in particular
   */
  readonly consumers?: readonly string[] | undefined;
  /**
   * The old version is revoked after this even without proof.
   * @default - never without proof
   */
  readonly deadline?: Duration | undefined;
}

/** Are the properties of a key whose owner and environment are known from where it is added. */
export interface KeyProps extends DeclaredProps {
  /**
   * `secret` for servers; `publishable` may be public.
   * @default 'secret'
   */
  readonly type?: 'secret' | 'publishable' | undefined;
  /**
   * What it may do.
   * @default - what its owner may do, as that is at the time
   */
  readonly permissions?: readonly string[] | undefined;
  /**
   * Each version expires this long after it was issued.
   * @default - it does not expire
   */
  readonly expiresAfter?: Duration | undefined;
  /**
   * Every version expires at this instant: `2027-01-31T12:00:00Z`. A constant, never reckoned from now, or the app
   * declares something else each time it runs.
   * @default - it does not expire
   */
  readonly expiresAt?: string | undefined;
  /**
   * How it is replaced.
   * @default - what the project says in `spec.defaults`, or only on request
   */
  readonly rotation?: RotationProps | undefined;
  /**
   * The sinks that its secret is delivered to.
   * @default - it waits, sealed, until `keywright claim`
   */
  readonly deliverTo?: readonly Sink[] | undefined;
}

/**
 * Restarts of what reads its secrets only at the start. Which of them are due is remembered beside the deliveries of this
 * working folder: noted before the promotion, struck out once it is done, so that a run that ends between leaves none out.
 */
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { RefreshTarget } from '../domain/sinks/refresh-target.js';
import type { DurationMs, Instant } from '../domain/time.js';

export interface DueRefresh {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly target: RefreshTarget;
}

export type RolloutStatus = 'progressing' | 'healthy' | 'failed';

export interface Refreshes {
  due(): readonly DueRefresh[];
  note(refresh: DueRefresh): void;
  strike(refresh: DueRefresh): void;
  /**
   * Starts it. For a Deployment `at`, the instant when the version was issued, says which restart it is: asked for again it
   * does nothing. A program has ended when this returns; `sink_refused` when it failed.
   */
  start(target: RefreshTarget, at: Instant, withinMs: () => DurationMs): Promise<Result<void>>;
  /** How far it has come; a program is `healthy` once it was run. */
  status(target: RefreshTarget): Promise<Result<RolloutStatus>>;
}

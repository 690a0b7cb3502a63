/**
 * One call of the live-store port as it crosses HTTP: a POST of its arguments, and its answer as `{data}`. The routes
 * and the client are made from the same definition (store.ts), so that they cannot disagree.
 */
import type { TSchema } from 'typebox';
import { type DurationMs, SECOND_MS } from '../domain/time.js';

/** How long most calls are worth waiting for. */
export const TIMEOUT_MS: DurationMs = 30 * SECOND_MS;

export interface Operation<Sent, Got> {
  /** Its operationId. */
  readonly id: string;
  /** Below the prefix of the API. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** What the caller needs in the account; undefined where that depends on the object. */
  readonly permission?: string;
  readonly sent: TSchema;
  readonly got: TSchema;
  /** May it be asked again when it is unknown whether it was received? Never where the second time is another effect. */
  readonly again: 'harmless' | 'unwanted';
  /** How long a caller waits in silence, and keeps trying. */
  readonly patienceMs: DurationMs;
  /** Never there: holds the types of what is sent and answered. */
  readonly carries?: (sent: Sent) => Got;
}

export const operation = <Sent, Got>(definition: Operation<Sent, Got>): Operation<Sent, Got> => definition;

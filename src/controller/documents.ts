/**
 * What a pass asks of the documents, types only: their reader (folders, a branch) hands over what
 * they declare, or what is wrong with them.
 */
import type { DesiredState } from '../domain/desired.js';
import type { Fault } from '../domain/errors.js';
import type { ObjectRef, Position } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';

/** One error in the documents; may quote them, so it is escaped before it is shown. */
export interface DocumentProblem {
  readonly position: Position;
  readonly message: string;
}

/** Why a pass could not be made; nothing was applied. `problems` are those of the documents. */
export interface PassFailure {
  readonly fault: Fault;
  readonly problems: readonly DocumentProblem[];
}

export const passFailure = (fault: Fault, problems: readonly DocumentProblem[] = []): PassFailure => ({
  fault,
  problems,
});

export interface Documents {
  readonly desired: DesiredState;
  /** How long they have read just like this; absent where they change all at once, as a commit does. */
  readonly restingMs?: DurationMs;
  /** Where they come from, if that is a branch. */
  readonly commit?: Commit;
  /** Errors about names that are neither declared nor live, or that are `leaving` because no document declares them. */
  unresolved(isLive: (ref: ObjectRef) => boolean | 'leaving'): readonly DocumentProblem[];
}

/** The last good commit of a branch. */
export interface Commit {
  /** Forty hex digits. */
  readonly id: string;
  /** Why the branch could not be followed further. */
  readonly trouble?: Fault;
}

/** Reads everything anew; no argument says what may have changed. */
export type ReadDocuments = () => Promise<Result<Documents, PassFailure>>;

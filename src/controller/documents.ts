/**
 * What a pass asks of the documents, types only: whoever reads them (folders, a branch) hands over what
 * they declare, or what is wrong with them.
 */
import type { DesiredState } from '../domain/desired.js';
import type { Fault } from '../domain/errors.js';
import type { ObjectRef, Position } from '../domain/objects.js';
import type { Result } from '../domain/result.js';

/** One error in the documents; may quote them, so it is escaped before it is shown. */
export interface DocumentProblem {
  readonly position: Position;
  readonly message: string;
}

/** Why a pass could not be made. `problems` of documents; nothing was applied. */
export interface PassFailure {
  readonly fault: Fault;
  readonly problems: readonly DocumentProblem[];
}

export interface Documents {
  readonly desired: DesiredState;
  /** The commit they come from, where they come from one. */
  readonly commit?: string;
  /** Errors about names that are neither declared nor live. */
  unresolved(isLive: (ref: ObjectRef) => boolean): readonly DocumentProblem[];
}

/** Reads everything anew; no argument says what may have changed. */
export type ReadDocuments = () => Promise<Result<Documents, PassFailure>>;

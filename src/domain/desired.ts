/**
 * The desired state: an index over all documents, cheap to hold for a hundred thousand of them, whose
 * entries give their full declaration only when asked (the text of an unchanged document is not parsed).
 */
import type { ProjectSpec, Reference, SinkId } from './kinds/index.js';
import type { Declaration, ObjectRef, Position } from './objects.js';

export interface DesiredEntry {
  readonly ref: ObjectRef;
  readonly digest: string;
  /** `markOf` ref and digest, where that is at hand. */
  readonly mark?: string;
  readonly position: Position;
  readonly labels: Readonly<Record<string, string>>;
  readonly references: readonly Reference[];
  readonly sinks: readonly SinkId[];
  /** The natural key it had before it was renamed, or its id. */
  readonly previousName?: string | undefined;
  /** The declaration in normal form; parses the document's text again when the entry came from memory. */
  load(): Declaration;
}

/** An entry that was loaded. */
export interface DesiredObject {
  readonly ref: ObjectRef;
  readonly digest: string;
  readonly declaration: Declaration;
  readonly position: Position;
}

export interface DesiredProject {
  readonly name: string;
  /** With its defaults; an app has none. */
  readonly spec: Required<Omit<ProjectSpec, 'app'>> & Pick<ProjectSpec, 'app'>;
}

export interface DesiredState {
  readonly project: DesiredProject;
  /** Sorted by `compareRefs`, each name once. */
  readonly entries: readonly DesiredEntry[];
  /** The lists of references of the entries, where that is at hand; entries that name the same mostly share one. */
  readonly references?: ReadonlySet<readonly Reference[]>;
  /** Digest over the project and every entry's digest. */
  readonly digest: string;
}

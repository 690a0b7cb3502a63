/**
 * What is remembered from one run to the next, so that unchanged documents are not parsed again: per
 * file and per document the digest of the text and what it came to. Only right documents are remembered;
 * losing the memory costs time and nothing else.
 */
import type { ObjectKind, Reference, SinkId } from '../domain/kinds/index.js';

export interface RememberedDocument {
  readonly kind: ObjectKind;
  readonly name: string;
  /** Digest of the declaration in normal form. */
  readonly digest: string;
  /** `markOf` ref and digest, where that is at hand. */
  readonly mark?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** One of those of its file. */
  readonly references: readonly Reference[];
  readonly sinks: readonly SinkId[];
  readonly previousName: string | undefined;
  /** Asked of few: documents of a file that changed, and those that are reported. */
  readonly place: () => DocumentPlace;
}

/** The raw text of a document in its file. */
export interface DocumentPlace {
  /** Digest of the raw text. */
  readonly text: string;
  /** UTF-16 offset and length, and the first line, from 0. */
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  /** Where `metadata.name` stands: lines after `line`, and its column, from 1. */
  readonly nameLine: number;
  readonly nameColumn: number;
  /** Which of the documents of its matrix, from 0. */
  readonly variant: number;
}

export interface RememberedFile {
  readonly file: string;
  /** Digest of the bytes; empty when something in the file was wrong, so that it is read again. */
  readonly hash: string;
  readonly documents: readonly RememberedDocument[];
  /** What is remembered of the documents, sinks among it, as one text, where that is at hand. */
  readonly text?: string;
  /** The lists of references of the documents, each once. */
  readonly references: readonly (readonly Reference[])[];
}

export interface Recollection {
  /** What the meaning of documents depended on; under another key everything is forgotten. */
  readonly key: string;
  /** Were the documents, all together, free of errors? */
  readonly isSound: boolean;
  /** Of the desired state that they come to. */
  readonly digest: string;
  /** Those that are unchanged are handed back as they were recalled, and not packed again. */
  readonly files: readonly RememberedFile[];
}

export interface DocumentCache {
  /** What was kept last; undefined when there is nothing usable. Never rejects. */
  recall(): Promise<Recollection | undefined>;
  /** Replaces what was kept. Never rejects: a memory that cannot be written is only slow. */
  keep(recollection: Recollection): Promise<void>;
}

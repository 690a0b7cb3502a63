/** One line of the desired state, with the way back to its document. */
import type { DesiredEntry } from '../domain/desired.js';
import { kindOf, type Reference, type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import {
  type Declaration,
  declarationDigest,
  formerName,
  type ObjectRef,
  type Position,
  refOf,
} from '../domain/objects.js';
import { type Context, declare } from './declare.js';
import type { Complaint, Diagnostic } from './diagnostics.js';
import { type CheckedDocument, checkDocument } from './document.js';
import type { RememberedDocument } from './memory.js';
import type { Chunk } from './source.js';
import type { SpecFile } from './spec-file.js';
import type { Path } from './tree.js';

export class SpecEntry implements DesiredEntry {
  readonly ref: ObjectRef;
  readonly digest: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly references: readonly Reference[];
  readonly sinks: readonly SinkId[];
  /** The natural key it had before it was renamed. */
  readonly previousName: string | undefined;
  readonly #origin: Origin;

  constructor(origin: Origin) {
    const { remembered } = origin;
    this.#origin = origin;
    this.ref = { kind: remembered.kind, name: remembered.name };
    this.digest = remembered.digest;
    this.labels = remembered.labels;
    this.references = remembered.references;
    this.sinks = remembered.sinks;
    this.previousName = remembered.previousName;
  }

  get position(): Position {
    const { file, remembered } = this.#origin;
    const { line, nameLine, nameColumn } = remembered.place();
    return { file: file.file, line: line + nameLine + 1, column: nameColumn };
  }

  load(): Declaration {
    if (this.#origin.declaration) return this.#origin.declaration;
    const declared = declare(this.#document(), this.#origin.context);
    if (!declared.ok)
      throw new Error(`a document that was right is wrong: ${this.ref.kind}/${this.ref.name}`);
    return declared.value;
  }

  /** An error at a field of the document. Parses the document again: errors are rare. */
  error(path: Path, complaint: Complaint): Diagnostic {
    return this.#document().tree.error(path, 'value', complaint);
  }

  #document(): CheckedDocument {
    const { file, remembered } = this.#origin;
    const { offset, length } = remembered.place();
    const text = file.source.text.slice(offset, offset + length);
    const checked = checkDocument(file.source, { offset, text });
    if (!checked.ok || checked.value === undefined)
      throw new Error(`a document that was right is wrong: ${this.ref.kind}/${this.ref.name}`);
    return checked.value;
  }
}

/** Where an entry comes from. */
export interface Origin {
  readonly file: SpecFile;
  readonly remembered: RememberedDocument;
  readonly context: Context;
  /** When the document was parsed in this run. */
  readonly declaration: Declaration | undefined;
}

/** Where a chunk stands and what it digests to. */
export interface PlacedChunk extends Chunk {
  /** Line of its first character, from 0. */
  readonly line: number;
  readonly hash: string;
}

/** What is worth remembering of a declaration that is right. */
export function remember(
  chunk: PlacedChunk,
  document: CheckedDocument,
  declaration: Declaration,
): RememberedDocument {
  const { position } = document.tree.place(['metadata', 'name'], 'value');
  const { metadata, kind } = declaration;
  const previousName = formerName(declaration);
  const place = {
    text: chunk.hash,
    offset: chunk.offset,
    length: chunk.text.length,
    line: chunk.line,
    nameLine: position.line - 1 - chunk.line,
    nameColumn: position.column,
  };
  return {
    kind,
    name: refOf(declaration).name,
    digest: declarationDigest(declaration),
    labels: metadata.labels ?? {},
    // Of the document as it is written: in normal form sets are sorted, and errors point into the document.
    references: kindOf(kind).references(document.spec),
    sinks: kind === 'ApiKey' ? (declaration.spec.deliver ?? []).map(sinkIdOf) : [],
    previousName,
    place: () => place,
  };
}

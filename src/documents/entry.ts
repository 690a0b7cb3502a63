/** One line of the desired state, with the way back to its document. */
import type { DesiredEntry } from '../domain/desired.js';
import { kindOf, type Reference, type SinkId, sinkIdsOf } from '../domain/kinds/index.js';
import {
  type Declaration,
  declarationDigest,
  formerName,
  markOf,
  type ObjectRef,
  type Position,
  refOf,
} from '../domain/objects.js';
import { type Context, declare } from './declare.js';
import type { Complaint, Diagnostic } from './diagnostics.js';
import { type CheckedDocument, checkDocument } from './document.js';
import type { RememberedDocument } from './document-cache.js';
import type { Chunk } from './source.js';
import type { SpecFile } from './spec-file.js';
import type { Path } from './tree.js';

export class SpecEntry implements DesiredEntry {
  readonly #remembered: RememberedDocument;
  readonly #origin: Origin;

  constructor(remembered: RememberedDocument, origin: Origin) {
    this.#remembered = remembered;
    this.#origin = origin;
  }

  /** Was its document parsed in this run? */
  get isNew(): boolean {
    return this.#origin.declarations.has(this.#remembered);
  }

  get kind(): ObjectRef['kind'] {
    return this.#remembered.kind;
  }

  get ref(): ObjectRef {
    return { kind: this.#remembered.kind, name: this.#remembered.name };
  }

  /** Documents that name the same mostly share one list. */
  get references(): readonly Reference[] {
    return this.#remembered.references;
  }

  get mark(): string {
    return this.#remembered.mark ?? markOf(this.ref, this.digest);
  }

  get digest(): string {
    return this.#remembered.digest;
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#remembered.labels;
  }

  get sinks(): readonly SinkId[] {
    return this.#remembered.sinks;
  }

  /** The natural key it had before it was renamed. */
  get previousName(): string | undefined {
    return this.#remembered.previousName;
  }

  get position(): Position {
    const { line, nameLine, nameColumn } = this.#remembered.place();
    return { file: this.#origin.file.file, line: line + nameLine + 1, column: nameColumn };
  }

  load(): Declaration {
    const parsed = this.#origin.declarations.get(this.#remembered);
    if (parsed) return parsed;
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
    const { file } = this.#origin;
    const { offset, length, variant } = this.#remembered.place();
    const text = file.source.text.slice(offset, offset + length);
    const checked = checkDocument(file.source, { offset, text }, variant);
    if (!checked.ok || checked.value === undefined)
      throw new Error(`a document that was right is wrong: ${this.ref.kind}/${this.ref.name}`);
    return checked.value;
  }
}

/** Where the entries of one file come from. */
export interface Origin {
  readonly file: SpecFile;
  readonly context: Context;
  readonly declarations: Declarations;
}

/** Of the documents of one file that were parsed in this run. */
export type Declarations = Pick<ReadonlyMap<RememberedDocument, Declaration>, 'has' | 'get'>;

/** Where a chunk stands and what it digests to. */
export interface PositionedChunk extends Chunk {
  /** Line of its first character, from 0. */
  readonly line: number;
  readonly hash: string;
}

/** What is worth remembering of a declaration that is right. */
export function remember(
  chunk: PositionedChunk,
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
    variant: document.variant,
  };
  return {
    kind,
    name: refOf(declaration).name,
    digest: declarationDigest(declaration),
    labels: metadata.labels ?? {},
    // Of the document as it is written: in normal form sets are sorted, and errors point into the document.
    references: kindOf(kind).references(document.spec),
    sinks: sinkIdsOf(declaration),
    previousName,
    place: () => place,
  };
}

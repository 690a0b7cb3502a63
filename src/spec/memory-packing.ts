/**
 * The memory as one text, made to be read: an index, then for each file what documents share (labels and
 * lists of references, each once), a line for each document with what every plan needs, and one with what
 * few need. Lines are taken apart when somebody asks.
 *
 *     index as JSON ⏎ | labels ⇥ references | kind, name, digest, … ⏎ … | text, offset, … ⏎ … |  next file …
 */
import type { KeptText } from '../domain/kept-text.js';
import type { ObjectKind, Reference } from '../domain/kinds/index.js';
import { cellOf, cellsUpTo, LINE, linesOf, TAB } from '../domain/lines.js';
import type {
  DocumentMemory,
  DocumentPlace,
  Recollection,
  RememberedDocument,
  RememberedFile,
} from './memory.js';

interface Index {
  readonly key: string;
  readonly isSound: boolean;
  /** Name, hash, and the lengths of the three parts. */
  readonly files: readonly (readonly [string, string, number, number, number])[];
}

interface Parts {
  readonly shared: string;
  /** Kind, name, digest, sinks, references, previous name, labels. */
  readonly documents: string;
  /** Text, offset, length, line, nameLine, nameColumn. */
  readonly places: string;
}

/** Between sinks. Their ids hold no control characters. */
const BETWEEN_SINKS = '\r';

/** Files that were recalled keep their text, so that what is unchanged is not packed again. */
const packedFiles = new WeakMap<RememberedFile, Parts>();

/** Of what is kept under this mark. Changes with the shape of the text. */
export const DOCUMENTS_MARK = 'keywright-documents-3';

export const documentMemory = (kept: KeptText): DocumentMemory => ({
  recall: async () => {
    const text = await kept.recall();
    return text === undefined ? undefined : unpacked(text);
  },
  keep: (recollection) => kept.keep(packed(recollection)),
});

function packed({ key, isSound, files }: Recollection): string {
  const parts = files.map((file) => packedFiles.get(file) ?? packedFile(file));
  const index: Index = {
    key,
    isSound,
    files: files.map(({ file, hash }, at) => {
      const { shared = '', documents = '', places = '' } = parts[at] ?? {};
      return [file, hash, shared.length, documents.length, places.length];
    }),
  };
  const texts = parts.map(({ shared, documents, places }) => shared + documents + places);
  return [JSON.stringify(index), LINE, ...texts].join('');
}

function packedFile({ documents }: RememberedFile): Parts {
  const labels = new Table();
  const references = new Table();
  const lines = documents.map((document) => [
    document.kind,
    document.name,
    document.digest,
    document.sinks.join(BETWEEN_SINKS),
    references.indexOf(document.references),
    document.previousName === undefined ? '' : JSON.stringify(document.previousName),
    labels.indexOf(document.labels),
  ]);
  const places = documents.map((document) => {
    const { text, offset, length, line, nameLine, nameColumn } = document.place();
    return [text, offset, length, line, nameLine, nameColumn];
  });
  const shared = labels.texts.join(LINE) + TAB + references.texts.join(LINE);
  return { shared, documents: textOf(lines), places: textOf(places) };
}

const textOf = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((cells) => cells.join(TAB)).join(LINE);

/** The text must be one that `packed` made. */
function unpacked(text: string): Recollection {
  const start = text.indexOf(LINE) + 1;
  const { key, isSound, files } = JSON.parse(text.slice(0, start)) as Index;
  const values = new Values();
  let at = start;
  const next = (length: number): string => {
    at += length;
    return text.slice(at - length, at);
  };
  return {
    key,
    isSound,
    files: files.map(([file, hash, shared, documents, places]) => {
      const parts = { shared: next(shared), documents: next(documents), places: next(places) };
      const remembered = { file, hash, documents: unpackedDocuments(parts, values) };
      packedFiles.set(remembered, parts);
      return remembered;
    }),
  };
}

function unpackedDocuments(parts: Parts, values: Values): readonly RememberedDocument[] {
  const [labels = '', references = ''] = parts.shared.split(TAB);
  const shared: Shared = {
    labels: onceAsked(() => labels.split(LINE).map((text) => values.labels(text))),
    references: references.split(LINE).map((text) => values.references(text)),
    places: onceAsked(() => linesOf(parts.places)),
  };
  return linesOf(parts.documents).map((line, nth) => new Recalled(shared, line, nth));
}

/** What the documents of a file have in common. */
interface Shared {
  /** Only a selection asks. */
  readonly labels: () => readonly RememberedDocument['labels'][];
  readonly references: readonly (readonly Reference[])[];
  readonly places: () => readonly string[];
}

class Recalled implements RememberedDocument {
  readonly #shared: Shared;
  readonly #line: string;
  readonly #nth: number;

  constructor(shared: Shared, line: string, nth: number) {
    this.#shared = shared;
    this.#line = line;
    this.#nth = nth;
  }

  /** The key under which it is remembered says which kinds there are. */
  get kind(): ObjectKind {
    return cellOf(this.#line, 0) as ObjectKind;
  }

  get name(): string {
    return cellOf(this.#line, 1);
  }

  get mark(): string {
    return cellsUpTo(this.#line, 3);
  }

  get digest(): string {
    return cellOf(this.#line, 2);
  }

  get labels(): RememberedDocument['labels'] {
    return this.#shared.labels()[Number(cellOf(this.#line, 6))] ?? {};
  }

  get references(): readonly Reference[] {
    return this.#shared.references[Number(cellOf(this.#line, 4))] ?? NO_REFERENCES;
  }

  get sinks(): RememberedDocument['sinks'] {
    const sinks = cellOf(this.#line, 3);
    if (sinks === '') return NO_SINKS;
    return sinks.includes(BETWEEN_SINKS) ? sinks.split(BETWEEN_SINKS) : [sinks];
  }

  get previousName(): string | undefined {
    const name = cellOf(this.#line, 5);
    return name === '' ? undefined : (JSON.parse(name) as string);
  }

  place(): DocumentPlace {
    const cells = (this.#shared.places()[this.#nth] ?? '').split(TAB);
    const number = (nth: number): number => Number(cells[nth]);
    return {
      text: cells[0] ?? '',
      offset: number(1),
      length: number(2),
      line: number(3),
      nameLine: number(4),
      nameColumn: number(5),
    };
  }
}

const NO_SINKS: RememberedDocument['sinks'] = [];
const NO_REFERENCES: readonly Reference[] = [];

function onceAsked<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Values by what they say, each once in a file. */
class Table {
  readonly texts: string[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(value: unknown): number {
    const text = JSON.stringify(value);
    const known = this.#indexes.get(text);
    if (known !== undefined) return known;
    this.#indexes.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Values by what they say, each once in all files. */
class Values {
  readonly #known = new Map<string, unknown>();

  labels(text: string): RememberedDocument['labels'] {
    return this.#once(text, '{}') as RememberedDocument['labels'];
  }

  references(text: string): readonly Reference[] {
    return this.#once(text, '[]') as readonly Reference[];
  }

  #once(text: string, whenEmpty: string): unknown {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value: unknown = JSON.parse(text === '' ? whenEmpty : text);
    this.#known.set(text, value);
    return value;
  }
}

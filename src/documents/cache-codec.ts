/**
 * The memory as one text, made to be read: an index, what documents share (lists of references and labels, each
 * once), then for each file a line for each document with what every plan needs, and one with what few need.
 * Lines are taken apart when they are read.
 *
 *     index ⏎ lists of references ⏎ labels ⏎ | kind, name, digest, … ⏎ … | text, offset, … ⏎ … | next file …
 */
import type { FileCache } from '../domain/file-cache.js';
import type { ObjectKind, Reference } from '../domain/kinds/index.js';
import { cellOf, cellsUpTo, LINE, linesOf, TAB } from '../domain/lines.js';
import type {
  DocumentCache,
  DocumentPlace,
  Recollection,
  RememberedDocument,
  RememberedFile,
} from './document-cache.js';

interface Index {
  readonly key: string;
  readonly isSound: boolean;
  readonly digest: string;
  readonly files: readonly IndexedFile[];
}

/** Name, hash, the lengths of both tables, and where its labels and lists of references stand among those of all files. */
type IndexedFile = readonly [string, string, number, number, readonly number[], readonly number[]];

interface Parts {
  /** Kind, name, digest, sinks, references, labels, previous name; of the sixth and seventh, where they stand in the file's. */
  readonly documents: string;
  /** Text, offset, length, line, nameLine, nameColumn, variant. */
  readonly places: string;
  readonly labels: () => readonly Labels[];
  readonly references: readonly (readonly Reference[])[];
}

type Labels = RememberedDocument['labels'];

/** One file by itself, as plain data. */
export interface PackedFile extends Omit<Parts, 'labels'> {
  readonly labels: readonly Labels[];
}

/** Between sinks. Their ids hold no control characters. */
const BETWEEN_SINKS = '\r';

/** Files that were recalled keep their text, so that what is unchanged is not packed again. */
const packedFiles = new WeakMap<RememberedFile, Parts>();

/** Of what is kept under this mark. Changes with the shape of the text. */
export const DOCUMENTS_MARK = 'keywright-documents-5';

export const documentCache = (kept: FileCache): DocumentCache => ({
  recall: async () => {
    const text = await kept.recall();
    return text === undefined ? undefined : unpacked(text);
  },
  keep: (recollection) => kept.keep(packed(recollection)),
});

function packed({ files, ...rest }: Recollection): string {
  const parts = files.map((file) => packedFiles.get(file) ?? partsOf(packedFile(file)));
  const labels = new Table();
  const references = new Table();
  const index: Index = {
    ...rest,
    files: files.map(({ file, hash }, at) => {
      const one = parts[at] ?? NOTHING;
      const shared = [labels.indexesOf(one.labels()), references.indexesOf(one.references)] as const;
      return [file, hash, one.documents.length, one.places.length, ...shared];
    }),
  };
  const head = [JSON.stringify(index), references.text, labels.text].join(LINE);
  return [head, LINE, ...parts.map(({ documents, places }) => documents + places)].join('');
}

const NOTHING: Parts = { documents: '', places: '', labels: () => [], references: [] };

export function packedFile({ documents, references: lists }: RememberedFile): PackedFile {
  const labels = new Table();
  const references = new Table();
  for (const list of lists) references.indexOf(list);
  const lines = documents.map((document) => [
    document.kind,
    document.name,
    document.digest,
    document.sinks.join(BETWEEN_SINKS),
    references.indexOf(document.references),
    labels.indexOf(document.labels),
    document.previousName === undefined ? '' : JSON.stringify(document.previousName),
  ]);
  const places = documents.map((document) => {
    const { text, offset, length, line, nameLine, nameColumn, variant } = document.place();
    return [text, offset, length, line, nameLine, nameColumn, variant];
  });
  return {
    documents: textOf(lines),
    places: textOf(places),
    labels: labels.values as readonly Labels[],
    references: references.values as readonly (readonly Reference[])[],
  };
}

const partsOf = ({ labels, ...tables }: PackedFile): Parts => ({ ...tables, labels: () => labels });

const textOf = (lines: readonly (readonly (string | number)[])[]): string =>
  lines.map((cells) => cells.join(TAB)).join(LINE);

/** The text must be one that `packed` made. */
function unpacked(text: string): Recollection {
  let at = 0;
  const next = (length: number): string => {
    at += length;
    return text.slice(at - length, at);
  };
  const nextLine = (): string => next(text.indexOf(LINE, at) + 1 - at);
  const { files, ...rest } = JSON.parse(nextLine()) as Index;
  const references = JSON.parse(nextLine()) as readonly (readonly Reference[])[];
  const labelsText = nextLine();
  // Only a selection asks for them.
  const labels = onceAsked(() => JSON.parse(labelsText) as readonly Labels[]);
  return {
    ...rest,
    files: files.map(([file, hash, documents, places, labelsAt, referencesAt]) => {
      const parts: Parts = {
        documents: next(documents),
        places: next(places),
        labels: onceAsked(() => labelsAt.map((nth) => labels()[nth] ?? {})),
        references: referencesAt.map((nth) => references[nth] ?? []),
      };
      return rememberedAs({ file, hash }, parts);
    }),
  };
}

/** What `packedFile` made, as if it were recalled. */
export const unpackedFile = (
  file: Pick<RememberedFile, 'file' | 'hash'>,
  packed: PackedFile,
): RememberedFile => rememberedAs(file, partsOf(packed));

function rememberedAs({ file, hash }: Pick<RememberedFile, 'file' | 'hash'>, parts: Parts): RememberedFile {
  const { documents: text, references } = parts;
  const remembered = { file, hash, documents: unpackedDocuments(parts), text, references };
  packedFiles.set(remembered, parts);
  return remembered;
}

function unpackedDocuments(parts: Parts): readonly RememberedDocument[] {
  const shared: Shared = { ...parts, places: onceAsked(() => linesOf(parts.places)) };
  return linesOf(parts.documents).map((line, nth) => new Recalled(shared, line, nth));
}

/** What the documents of a file have in common. */
interface Shared extends Pick<Parts, 'labels' | 'references'> {
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
    return this.#shared.labels()[Number(cellOf(this.#line, 5))] ?? {};
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
    // Hardly any has one, and each is asked.
    if (this.#line.at(-1) === TAB) return undefined;
    return JSON.parse(cellOf(this.#line, 6)) as string;
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
      variant: number(6),
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

/** Values, each once, in the order in which they were asked for first. */
class Table {
  readonly values: unknown[] = [];
  readonly #indexes = new Map<unknown, number>();
  readonly #texts: string[] = [];

  get text(): string {
    return `[${this.#texts.join()}]`;
  }

  indexesOf(values: readonly unknown[]): readonly number[] {
    return values.map((value) => this.indexOf(value));
  }

  /** Objects that say the same are the same value. */
  indexOf(value: unknown): number {
    const met = this.#indexes.get(value);
    if (met !== undefined) return met;
    const text = JSON.stringify(value);
    const known = this.#indexes.get(text) ?? this.values.length;
    if (known === this.values.length) {
      this.values.push(value);
      this.#texts.push(text);
    }
    this.#indexes.set(text, known).set(value, known);
    return known;
  }
}

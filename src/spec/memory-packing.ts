/**
 * The memory as one text, made to be read: an index, then for each file what documents share (labels and
 * lists of references, each once), the cells that every plan needs, and those that few need, which stay
 * packed until somebody asks. Cells are separated by tabs, which occur in none of them.
 *
 *     index as JSON ⏎ | labels · references | kind, name, digest, … | text, offset, … |  next file …
 */
import type { KeptText } from '../domain/kept-text.js';
import { isObjectKind, type Reference } from '../domain/kinds/index.js';
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
  readonly cells: string;
  readonly places: string;
}

/** Kind, name, digest, labels, references, sinks, previous name. */
const CELLS = 7;
/** Text, offset, length, line, nameLine, nameColumn. */
const PLACE_CELLS = 6;
const TAB = '\t';
/** Sink ids hold no control characters, and JSON escapes them. */
const LINE = '\n';

/** Files that were recalled keep their text, so that what is unchanged is not packed again. */
const packedFiles = new WeakMap<RememberedFile, Parts>();

/** Of what is kept under this mark. Changes with the shape of the text. */
export const DOCUMENTS_MARK = 'keywright-documents-2';

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
      const { shared = '', cells = '', places = '' } = parts[at] ?? {};
      return [file, hash, shared.length, cells.length, places.length];
    }),
  };
  const texts = parts.map(({ shared, cells, places }) => shared + cells + places);
  return [JSON.stringify(index), LINE, ...texts].join('');
}

function packedFile({ documents }: RememberedFile): Parts {
  const labels = new Table();
  const references = new Table();
  const cells = documents.flatMap((document) => [
    document.kind,
    document.name,
    document.digest,
    labels.indexOf(document.labels),
    references.indexOf(document.references),
    document.sinks.join(LINE),
    document.previousName ?? '',
  ]);
  const places = documents.flatMap((document) => {
    const { text, offset, length, line, nameLine, nameColumn } = document.place();
    return [text, offset, length, line, nameLine, nameColumn];
  });
  const shared = labels.texts.join(LINE) + TAB + references.texts.join(LINE);
  return { shared, cells: cells.join(TAB), places: places.join(TAB) };
}

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
    files: files.map(([file, hash, shared, cells, places]) => {
      const parts = { shared: next(shared), cells: next(cells), places: next(places) };
      const remembered = { file, hash, documents: unpackedDocuments(parts, values) };
      packedFiles.set(remembered, parts);
      return remembered;
    }),
  };
}

function unpackedDocuments(parts: Parts, values: Values): readonly RememberedDocument[] {
  const [labelTexts = '', referenceTexts = ''] = parts.shared.split(TAB);
  const labels = labelTexts.split(LINE).map((text) => values.labels(text));
  const references = referenceTexts.split(LINE).map((text) => values.references(text));
  const places = placesIn(parts.places);
  const cells = parts.cells === '' ? [] : parts.cells.split(TAB);
  const documents: RememberedDocument[] = [];
  for (let at = 0; at < cells.length; at += CELLS) {
    const kind = cells[at] ?? '';
    const nth = at / CELLS;
    const sinks = cells[at + 5] ?? '';
    if (!isObjectKind(kind)) continue;
    documents.push({
      kind,
      name: cells[at + 1] ?? '',
      digest: cells[at + 2] ?? '',
      labels: labels[Number(cells[at + 3])] ?? {},
      references: references[Number(cells[at + 4])] ?? [],
      sinks: sinks === '' ? NO_SINKS : sinks.split(LINE),
      previousName: cells[at + 6] || undefined,
      place: () => places(nth),
    });
  }
  return documents;
}

const NO_SINKS: RememberedDocument['sinks'] = [];

/** Taken apart when the first place of the file is asked for. */
function placesIn(text: string): (nth: number) => DocumentPlace {
  let cells: readonly string[] | undefined;
  return (nth) => {
    cells ??= text.split(TAB);
    const at = nth * PLACE_CELLS;
    const number = (column: number): number => Number(cells?.[at + column]);
    return {
      text: cells[at] ?? '',
      offset: number(1),
      length: number(2),
      line: number(3),
      nameLine: number(4),
      nameColumn: number(5),
    };
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

/**
 * Many new files at once: parsing is most of what a cold start takes, so they are read by several threads, and come
 * back as the memory would have them. A file in which something is wrong is left to the caller, who reports what.
 */
import type { Declaration } from '../domain/objects.js';
import { type PackedFile, packedFile, unpackedFile } from './cache-codec.js';
import type { Context } from './declare.js';
import type { RememberedDocument } from './document-cache.js';
import type { Declarations } from './entry.js';
import { type ReadDocuments, readDocuments } from './read.js';
import { SpecFile } from './spec-file.js';

/** Fewer bytes than these are parsed sooner than a thread has started. */
const BYTES_MIN = 512 * 1024;

/** A file by its path for people, and what is in it. */
export interface FileToRead {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** What crosses from a thread: texts, plain values and bytes. */
export interface FileRead {
  readonly packed: PackedFile;
  /** JSON of every document's declaration, in their order. As bytes it is moved instead of copied, and kept outside of the heap. */
  readonly declarations: Uint8Array<ArrayBuffer>;
}

/** Reads files at the same time. In the order of the files; undefined for one in which something is wrong. */
export interface FileReaders {
  read(context: Context, files: readonly FileToRead[]): Promise<readonly (FileRead | undefined)[]>;
}

/** In a thread: all that one file declares. */
export function parseFiles(context: Context, { file, bytes }: FileToRead): FileRead | undefined {
  const read = new SpecFile({
    file,
    path: file,
    bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
  });
  const { remembered, declarations, wrong } = readDocuments(
    { file: read, context, isProjectFile: false },
    undefined,
  );
  if (wrong.length > 0) return undefined;
  const all = remembered.documents.map((document) => declarations.get(document));
  return { packed: packedFile(remembered), declarations: new TextEncoder().encode(JSON.stringify(all)) };
}

/** Has `files` read, where that is worth it. */
export async function parseInParallel(
  readers: FileReaders | undefined,
  context: Context,
  files: readonly SpecFile[],
): Promise<ReadonlyMap<SpecFile, ReadDocuments>> {
  const ahead = new Map<SpecFile, ReadDocuments>();
  const bytes = files.reduce((sum, file) => sum + file.bytes.length, 0);
  if (readers === undefined || bytes < BYTES_MIN) return ahead;
  const read = await readers.read(context, files);
  for (const [nth, file] of files.entries()) {
    const one = read[nth];
    if (one === undefined) continue;
    const remembered = unpackedFile(file, one.packed);
    const declarations = declarationsFrom(remembered.documents, one.declarations);
    ahead.set(file, { remembered, declarations, wrong: [], broken: [], isUnchanged: false });
  }
  return ahead;
}

/** Taken apart when the first is asked for: a plan of what has not changed asks for none. */
function declarationsFrom(documents: readonly RememberedDocument[], json: Uint8Array): Declarations {
  let declarations: ReadonlyMap<RememberedDocument, Declaration> | undefined;
  return {
    // Nothing of the file is from an earlier run.
    has: () => true,
    get: (document) => {
      if (declarations === undefined) {
        const parsed = JSON.parse(new TextDecoder().decode(json)) as readonly Declaration[];
        declarations = new Map(documents.map((one, nth) => [one, parsed[nth] as Declaration]));
      }
      return declarations.get(document);
    },
  };
}

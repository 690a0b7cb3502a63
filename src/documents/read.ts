/** One file to its entries: from memory as far as the text is the same, parsed as far as it is not. */
import { sha256 } from '../domain/canonical.js';
import type { DesiredProject } from '../domain/desired.js';
import type { Declaration } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type BrokenDocument, brokenDocument } from './broken.js';
import { type Context, declare } from './declare.js';
import type { Diagnostic } from './diagnostics.js';
import { type CheckedDocument, openDocument } from './document.js';
import type { RememberedDocument, RememberedFile } from './document-cache.js';
import { type Declarations, type PositionedChunk, remember } from './entry.js';
import { isRecognized, unquoted } from './quotation.js';
import { type Source, split } from './source.js';
import type { SpecFile } from './spec-file.js';

/** What a file came to. `wrong` is never remembered, so errors are found again each time. */
export interface ReadDocuments {
  readonly remembered: RememberedFile;
  /** So that nothing is parsed twice in one run. */
  readonly declarations: Declarations;
  readonly wrong: readonly Diagnostic[];
  /** The documents that are wrong. */
  readonly broken: readonly BrokenDocument[];
  readonly isUnchanged: boolean;
}

interface Reading {
  readonly file: SpecFile;
  readonly context: Context;
  /** Is this keywright.yaml, where the project itself is declared? */
  readonly isProjectFile: boolean;
}

export function readDocuments(reading: Reading, remembered: RememberedFile | undefined): ReadDocuments {
  const { file } = reading;
  if (remembered?.hash === file.hash)
    return { remembered, declarations: new Map(), wrong: [], broken: [], isUnchanged: true };
  const declarations = new Map<RememberedDocument, Declaration>();
  const broken: BrokenDocument[] = [];
  const readAs = (documents: readonly RememberedDocument[], found: readonly Diagnostic[]): ReadDocuments => {
    const wrong = found.length === 0 || reading.isProjectFile || isRecognized(file) ? found : unquoted(found);
    const hash = wrong.length === 0 ? file.hash : '';
    const references = [...new Set(documents.map((document) => document.references))];
    return {
      remembered: { file: file.file, hash, documents, references },
      declarations,
      wrong,
      broken,
      isUnchanged: false,
    };
  };
  const encoding = file.encodingErrors();
  if (encoding.length > 0) {
    broken.push(...split(file.source.text).map(({ text }) => brokenDocument(text)));
    return readAs([], encoding);
  }

  const known = byText(remembered?.documents ?? []);
  const documents: RememberedDocument[] = [];
  const wrong: Diagnostic[] = [];
  for (const chunk of placed(file.source)) {
    const same = known.get(chunk.hash);
    if (same) {
      for (const one of same.values()) documents.push(movedTo(one, chunk));
      continue;
    }
    const read = readChunk(reading, chunk);
    if (!read.ok) {
      wrong.push(...read.error);
      broken.push(brokenDocument(chunk.text));
    }
    for (const one of read.ok ? read.value : []) {
      documents.push(one.remembered);
      declarations.set(one.remembered, one.declaration);
    }
  }
  return readAs(documents, wrong);
}

/** The documents that a text stands for, each once: the same text may have been there twice. */
function byText(
  documents: readonly RememberedDocument[],
): ReadonlyMap<string, ReadonlyMap<number, RememberedDocument>> {
  const known = new Map<string, Map<number, RememberedDocument>>();
  for (const document of documents) {
    const { text, variant } = document.place();
    const same = known.get(text);
    if (same) same.set(variant, document);
    else known.set(text, new Map([[variant, document]]));
  }
  return known;
}

/** The same document where its text stands now. */
function movedTo(document: RememberedDocument, { offset, line }: PositionedChunk): RememberedDocument {
  const { kind, name, digest, labels, references, sinks, previousName } = document;
  const place = { ...document.place(), offset, line };
  return { kind, name, digest, labels, references, sinks, previousName, place: () => place };
}

interface ReadDocument {
  readonly remembered: RememberedDocument;
  readonly declaration: Declaration;
}

function* placed(source: Source): Generator<PositionedChunk> {
  let line = 0;
  for (const chunk of split(source.text)) {
    yield { ...chunk, line, hash: sha256(chunk.text).slice(0, 32) };
    for (let at = chunk.text.indexOf('\n'); at !== -1; at = chunk.text.indexOf('\n', at + 1)) line += 1;
  }
}

function readChunk(
  reading: Reading,
  chunk: PositionedChunk,
): Result<readonly ReadDocument[], readonly Diagnostic[]> {
  const opened = openDocument(reading.file.source, chunk);
  if (!opened.ok) return opened;
  const read: ReadDocument[] = [];
  const wrong: { readonly label: string; readonly errors: readonly Diagnostic[] }[] = [];
  for (const one of opened.value) {
    const document = one.check();
    const made = document.ok ? readOne(reading, chunk, document.value) : document;
    if (!made.ok) wrong.push({ label: one.label, errors: made.error });
    else if (made.value) read.push(made.value);
  }
  return wrong.length === 0 ? ok(read) : fail(toldOnce(wrong, opened.value.length));
}

/** What is wrong with all combinations of a matrix is reported once, and what with some, of which. */
function toldOnce(
  wrong: readonly { readonly label: string; readonly errors: readonly Diagnostic[] }[],
  count: number,
): readonly Diagnostic[] {
  if (count === 1) return wrong.flatMap(({ errors }) => errors);
  const alike = new Map<string, { readonly error: Diagnostic; readonly labels: string[] }>();
  for (const { label, errors } of wrong)
    for (const error of errors) {
      const key = JSON.stringify([error.position, error.message]);
      const known = alike.get(key);
      if (known) known.labels.push(label);
      else alike.set(key, { error, labels: [label] });
    }
  return [...alike.values()].map(({ error, labels }) => {
    const more = labels.length > 1 ? ` and ${labels.length - 1} more` : '';
    return labels.length === count
      ? error
      : { ...error, message: `${error.message} (matrix ${labels[0]}${more})` };
  });
}

function readOne(
  { context, isProjectFile }: Reading,
  chunk: PositionedChunk,
  document: CheckedDocument,
): Result<ReadDocument | undefined, readonly Diagnostic[]> {
  if (document.kind === 'Project') {
    // The one it stands for was read before everything else, and complained about there.
    if (isProjectFile) return ok(undefined);
    return fail([document.tree.error(['kind'], 'value', misplaced(context.project))]);
  }
  const declared = declare(document, context);
  if (!declared.ok) return declared;
  return ok({ remembered: remember(chunk, document, declared.value), declaration: declared.value });
}

const misplaced = ({ name }: DesiredProject) =>
  ({
    code: 'misplaced_project',
    message: 'a Project can be declared only in keywright.yaml',
    help: `the project of this folder is ${name}`,
  }) as const;

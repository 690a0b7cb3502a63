/**
 * Live objects as documents that would declare them: pure values, for whatever writes them down (YAML beside
 * this file). What a document cannot say is a note.
 */
import type { DesiredProject } from '../domain/desired.js';
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { kindOf, OBJECT_KINDS, type ObjectKind } from '../domain/kinds/index.js';
import { minimalForm } from '../domain/kinds/minimal-form.js';
import type { LiveObject, Ownership } from '../domain/live.js';
import { type Metadata, normalMetadata, PREVIOUS_NAME } from '../domain/metadata.js';
import {
  compareRefs,
  type Declaration,
  isId,
  isLabel,
  type ObjectRef,
  refText,
  scopedName,
} from '../domain/objects.js';
import { type NewNames, withNewReferences } from '../domain/renaming.js';

/** A document as it is written: defaults left out. */
export interface Document {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: ObjectKind;
  readonly metadata: Metadata;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface LiveDocument {
  /** The object that it was made from, by its live name. */
  readonly ref: ObjectRef;
  readonly document: Document;
  /** Sentences for readers of the document; may quote live text, so they are escaped when shown. */
  readonly notes: readonly string[];
}

/** What there has to be known of a live object. */
export type Documented = Pick<LiveObject, 'ref' | 'id' | 'declaration' | 'ownership' | 'origin'>;

export interface DocumentsContext {
  /** Whose documents these will be: others' objects get a note. Undefined: of no particular project. */
  readonly ownership: Ownership | undefined;
  /** What the project fills into documents that do not say otherwise. */
  readonly defaults: DesiredProject['spec']['defaults'];
}

/**
 * In the order in which kinds refer to one another, then by name. A name that no document may have is replaced
 * by one that may, there and wherever these objects refer to it, and the document asks for the rename.
 */
export function documentsOf(
  objects: readonly Documented[],
  context: DocumentsContext,
): readonly LiveDocument[] {
  const names = suggestedNames(objects);
  return [...objects].sort(byKind).map((live) => documentOf(live, names, context));
}

const byKind = (a: Documented, b: Documented): number =>
  OBJECT_KINDS.indexOf(a.ref.kind) - OBJECT_KINDS.indexOf(b.ref.kind) || compareRefs(a.ref, b.ref);

function documentOf(live: Documented, names: NewNames, context: DocumentsContext): LiveDocument {
  const { kind, metadata, spec } = named(live, names);
  const { kept, notes } = againstDefaults(live.declaration, context);
  return {
    ref: live.ref,
    document: {
      apiVersion: API_VERSION,
      kind,
      metadata: normalMetadata(metadata),
      spec: minimalForm(kindOf(kind).schema, spec, kept),
    },
    notes: [
      ...ownerNotes(live, context),
      ...(names.has(refText(live.ref)) ? [renameNote(live)] : []),
      ...notes,
      ...idNotes(live.declaration),
    ],
  };
}

function named({ id, ref, declaration }: Documented, names: NewNames): Declaration {
  const followed = withNewReferences(declaration, names);
  const next = names.get(refText(ref));
  if (next === undefined) return followed;
  const { metadata } = followed;
  // By its id: the name may be one that no document can even quote.
  const annotations = { ...metadata.annotations, [PREVIOUS_NAME]: id };
  return { ...followed, metadata: { ...metadata, name: ownName(next), annotations } };
}

const ownName = ({ name }: ObjectRef): string => name.slice(name.lastIndexOf('/') + 1);

/** For objects created manually, which may have any name: the nearest that is free among these. */
function suggestedNames(objects: readonly Documented[]): NewNames {
  const taken = new Set(objects.map(({ ref }) => refText(ref)));
  const names = new Map<string, ObjectRef>();
  for (const { ref, declaration } of objects) {
    if (isLabel(declaration.metadata.name)) continue;
    const label = labelOf(declaration.metadata.name, declaration.kind);
    for (let nth = 1; ; nth++) {
      const name = scopedName(declaration, nth === 1 ? label : `${label}-${nth}`);
      const next = { kind: ref.kind, name };
      if (taken.has(refText(next))) continue;
      taken.add(refText(next));
      names.set(refText(ref), next);
      break;
    }
  }
  return names;
}

/** Leaves space for a number. */
const LABEL_MAX = 55;

function labelOf(name: string, kind: ObjectKind): string {
  const label = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LABEL_MAX)
    .replace(/^-+|-+$/g, '');
  return label === '' ? `${kind.toLowerCase()}-unnamed` : label;
}

const renameNote = ({ declaration }: Documented): string =>
  `Its live name, ${JSON.stringify(declaration.metadata.name)}, is not valid in a document. Applying this renames it.`;

function ownerNotes(live: Documented, { ownership }: DocumentsContext): readonly string[] {
  const owner = live.ownership;
  if (owner === undefined)
    return live.origin === 'system'
      ? []
      : [`No project declares it. To adopt it without changes: keywright adopt ${refText(live.ref)}`];
  const isOurs = owner.project === ownership?.project && owner.manager === ownership.manager;
  return isOurs ? [] : [`Belongs to project ${owner.project} (${owner.manager}).`];
}

/** Fields for which absence would mean what the project says instead, and those that must stay absent. */
function againstDefaults(
  declaration: Declaration,
  { defaults = {} }: DocumentsContext,
): { readonly kept: ReadonlySet<string>; readonly notes: readonly string[] } {
  if (declaration.kind !== 'ApiKey' || defaults.rotation === undefined) return { kept: new Set(), notes: [] };
  const given = Object.keys(defaults.rotation);
  const own: Readonly<Record<string, unknown>> = declaration.spec.rotation ?? {};
  const filled = given.filter((field) => own[field] === undefined);
  const fields = filled.map((field) => `rotation.${field}`).join(', ');
  const note = `It has no ${fields}, which a document cannot express while spec.defaults in keywright.yaml sets it.`;
  return {
    kept: new Set(given.map((field) => `rotation.${field}`)),
    notes: filled.length === 0 ? [] : [note],
  };
}

/** Ids are the store's own. */
function idNotes(declaration: Declaration): readonly string[] {
  const ids = kindOf(declaration.kind)
    .references(declaration.spec)
    .filter(({ name }) => isId(name));
  return ids.map(
    ({ kind, name, path }) =>
      `${path} refers to a ${kind} by its id (${name}), which is valid in this store only.`,
  );
}

/** Objects by name, as declared and as digested: what documents, plans and the live store all speak of. */
import { digestOf } from './canonical.js';
import { DNS_LABEL } from './kinds/fields.js';
import { kindOf, type ObjectKind, type SpecOf } from './kinds/index.js';
import { TAB } from './lines.js';
import { type Metadata, PREVIOUS_NAME } from './metadata.js';

/**
 * Kind and natural key. Names an object in every surface: `ApiKey/billing-prod`; where names are unique
 * within an environment, that comes first: `Space/production/onboarding`.
 */
export interface ObjectRef {
  readonly kind: ObjectKind;
  readonly name: string;
}

export const refText = (ref: { readonly kind: string; readonly name: string }): string =>
  `${ref.kind}/${ref.name}`;

/** The one order in which objects are listed and joined: by kind, then name, by code unit. */
export const compareRefs = (a: ObjectRef, b: ObjectRef): number =>
  a.kind === b.kind ? (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) : a.kind < b.kind ? -1 : 1;

/** What an object is called and what is declared of it, as one text: the same exactly when both are. */
export const markOf = ({ kind, name }: ObjectRef, digest: string): string =>
  `${kind}${TAB}${name}${TAB}${digest}`;

/** In the order of `compareRefs`; each is asked for its name once. */
export const sortedByRef = <T extends { readonly ref: ObjectRef }>(named: readonly T[]): readonly T[] =>
  named
    .map((one) => ({ ref: one.ref, one }))
    .sort((a, b) => compareRefs(a.ref, b.ref))
    .map(({ one }) => one);

/** A mark and the change that touched the object last, as one text. */
export const stampOf = (mark: string, revision: number): string => `${mark}${TAB}${revision}`;

/** Is it among `named`, which are sorted by `compareRefs`? */
export const isAmong = (named: readonly { readonly ref: ObjectRef }[], ref: ObjectRef): boolean =>
  findAmong(named, ref) !== undefined;

/** The one that is called so among `named`, which are sorted by `compareRefs`. By bisection. */
export function findAmong<T extends { readonly ref: ObjectRef }>(
  named: readonly T[],
  ref: ObjectRef,
): T | undefined {
  let low = 0;
  let high = named.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const one = named[middle];
    if (one && compareRefs(one.ref, ref) < 0) low = middle + 1;
    else high = middle;
  }
  const found = named[low];
  return found !== undefined && compareRefs(found.ref, ref) === 0 ? found : undefined;
}

/** What was declared, in normal form. */
export type Declaration = {
  readonly [K in ObjectKind]: { readonly kind: K; readonly metadata: Metadata; readonly spec: SpecOf[K] };
}[ObjectKind];

export type DeclarationOf<K extends ObjectKind> = Extract<Declaration, { kind: K }>;

export const refOf = (declaration: Declaration): ObjectRef => ({
  kind: declaration.kind,
  name: scopedName(declaration, declaration.metadata.name),
});

/** The natural key that an object beside this declaration would have under that name. */
export function scopedName({ kind, spec }: Pick<Declaration, 'kind' | 'spec'>, name: string): string {
  const environment = kindOf(kind).within?.(spec);
  return environment === undefined ? name : `${environment}/${name}`;
}

/** The same declaration, called something else. */
export const withName = <D extends Declaration>(declaration: D, name: string): D => ({
  ...declaration,
  metadata: { ...declaration.metadata, name },
});

/** The natural key under which it was declared before, or its id; undefined unless the document names one. */
export function formerName(declaration: Declaration): string | undefined {
  const name = declaration.metadata.annotations?.[PREVIOUS_NAME];
  return name === undefined || isId(name) ? name : scopedName(declaration, name);
}

/** A reference for programs: the name as the document has it, and its environment where that is part of the key. */
export interface RefJson {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly environment?: string;
}

export function refJson({ kind, name }: ObjectRef): RefJson {
  const slash = name.indexOf('/');
  const isScoped = kindOf(kind).within !== undefined && slash > 0;
  return isScoped ? { kind, name: name.slice(slash + 1), environment: name.slice(0, slash) } : { kind, name };
}

/** `refJson` the other way round. */
export const refOfJson = ({ kind, name, environment }: RefJson): ObjectRef => ({
  kind,
  name: environment === undefined ? name : `${environment}/${name}`,
});

/** Does `wanted` name this object? Without its environment, an object in any is meant. */
export const isNamed = (ref: ObjectRef, wanted: ObjectRef): boolean =>
  ref.kind === wanted.kind && (ref.name === wanted.name || refJson(ref).name === wanted.name);

/** May a document have this name? Objects created manually may have any. */
export const isLabel = (name: string): boolean => LABEL.test(name);
const LABEL = new RegExp(DNS_LABEL, 'u');

/** How a reference says which object it means. Names are DNS labels, so the three cannot be mistaken. */
export const isEmail = (name: string): boolean => name.includes('@');
export const isId = (name: string): boolean => name.startsWith('us_');

/** Two declarations in normal form are the same exactly when their digests are. */
export const declarationDigest = ({ kind, metadata, spec }: Declaration): string =>
  digestOf({
    kind,
    name: metadata.name,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    spec,
  });

/**
 * Where in the documents something stands; lines and columns count from 1. For what a CDK app declares, `file` is the
 * path of the construct and `line` is 0.
 */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** `specs/keys.yaml:12`, or the construct. */
export const lineText = ({ file, line }: Position): string => (line === 0 ? file : `${file}:${line}`);

/** `specs/keys.yaml:12:3`, or the construct. */
export const positionText = (position: Position): string =>
  position.line === 0 ? position.file : `${lineText(position)}:${position.column}`;

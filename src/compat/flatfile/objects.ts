/** What every object has in Flatfile's shapes, and finding the one that an address names with what is kept beside it. */
import { type Static, type TObject, Type } from 'typebox';
import { type Fault, fault } from '../../domain/errors.js';
import { kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import type { LiveObject } from '../../domain/live.js';
import { type DeclarationOf, type ObjectRef, refText } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { formatInstant } from '../../domain/time.js';
import { maySee } from '../../http/access.js';
import type { HttpDependencies } from '../../http/dependencies.js';
import { findObject } from '../../http/live-objects.js';
import { closed, Instant, nullable } from '../../http/schemas.js';
import type { Kept } from '../../ports/admin.js';

/** Beside the fields of a client's own vocabulary. */
export const objectFields = {
  id: Type.String(),
  ref: Type.String({ description: 'Its name in documents and commands: `Space/production/onboarding`.' }),
  project: nullable(Type.String({ description: 'The project that declares it.' })),
  createdAt: Instant,
  updatedAt: Instant,
};

export const DeclaredLabels = Type.Record(Type.String(), Type.String(), { description: 'Of its document.' });

const ObjectFields = Type.Object(objectFields);

export const shownObject = ({ object, kept }: Entry): Static<typeof ObjectFields> => ({
  id: object.id,
  ref: refText(object.ref),
  project: object.ownership?.project ?? null,
  createdAt: formatInstant(object.createdAt),
  updatedAt: formatInstant(kept.updatedAt),
});

export const declaredLabels = ({ declaration }: LiveObject): Readonly<Record<string, string>> => ({
  ...declaration.metadata.labels,
});

/** The fields of a kind's documents. */
export function specOf(kind: ObjectRef['kind']) {
  const { properties = {} } = kindOf(kind).schema as Partial<TObject>;
  return Type.Object(properties, closed);
}

/** An object, and what is kept beside it. */
export interface Entry {
  readonly object: LiveObject;
  readonly kept: Kept;
}

export type ObjectOf<K extends ObjectKind> = LiveObject & { readonly declaration: DeclarationOf<K> };

export interface EntryOf<K extends ObjectKind> extends Entry {
  readonly object: ObjectOf<K>;
}

export const isOf =
  <K extends ObjectKind>(kind: K) =>
  (object: LiveObject): object is ObjectOf<K> =>
    object.declaration.kind === kind;

export const isEntryOf =
  <K extends ObjectKind>(kind: K) =>
  (entry: Entry): entry is EntryOf<K> =>
    entry.object.declaration.kind === kind;

export interface Lookup<K extends ObjectKind> {
  readonly principal: Principal;
  readonly kind: K;
  readonly idOrName: string;
  /** A caller with any of them may see it. */
  readonly permissions: readonly string[];
}

/** `not_found` also for one that the caller may not see: it does not exist for them. */
export async function findEntry<K extends ObjectKind>(
  deps: Pick<HttpDependencies, 'store' | 'admin'>,
  { principal, kind, idOrName, permissions }: Lookup<K>,
): Promise<Result<EntryOf<K>>> {
  const object = await findObject(deps.store, { kind, name: idOrName });
  if (!object.ok) return object;
  const absent = fault('not_found', `no such ${kind.toLowerCase()}`);
  const found = object.value;
  if (found === undefined || !permissions.some((one) => maySee(principal, one, found))) return fail(absent);
  const entries = await withKept(deps, [found]);
  return only(entries.ok ? ok(entries.value.filter(isEntryOf(kind))) : entries, absent);
}

/** The first of them; the fault `absent` if the list is empty. */
export function only<T>(found: Result<readonly T[]>, absent: Fault): Result<T> {
  if (!found.ok) return found;
  const [one] = found.value;
  return one === undefined ? fail(absent) : ok(one);
}

export async function withKept(
  { admin }: Pick<HttpDependencies, 'admin'>,
  objects: readonly LiveObject[],
): Promise<Result<readonly Entry[]>> {
  const kept = await admin.about(objects);
  if (!kept.ok) return kept;
  return ok(
    objects.map((object) => {
      const { id, createdAt } = object;
      const nothing = { attributes: {}, createdAt, updatedAt: createdAt };
      return { object, kept: kept.value.get(id) ?? nothing };
    }),
  );
}

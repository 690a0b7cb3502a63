/** A space on the wire: what Flatfile's client knows of one, and what documents declare. */
import { type Static, Type } from 'typebox';
import { ok, type Result } from '../../../domain/result.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { closed, Instant } from '../../../http/schemas.js';
import { AnyJson, displayName, GuestAuthentication, Opaque } from '../environments/item.js';
import {
  DeclaredLabels,
  declaredLabels,
  type Entry,
  type EntryOf,
  isEntryOf,
  isOf,
  type ObjectOf,
  objectFields,
  shownObject,
  specOf,
} from '../objects.js';

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

/** Kept as they are given; nothing here goes by them, but lists by some. */
export const attributeFields = {
  displayOrder: Type.Optional(Type.Number()),
  spaceConfigId: text(100),
  primaryWorkbookId: text(100),
  metadata: Type.Optional(AnyJson),
  settings: Type.Optional(Opaque),
  actions: Type.Optional(Type.Array(Opaque, { maxItems: 200 })),
  access: Type.Optional(Type.Array(Type.Enum(['*', 'upload']), { maxItems: 2 })),
  autoConfigure: Type.Optional(Type.Boolean()),
  namespace: text(200),
  labels: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })),
  translationsPath: text(2_000),
  languageOverride: text(100),
  archivedAt: Type.Optional(Instant),
  appId: text(100),
  isAppTemplate: Type.Optional(Type.Boolean()),
};

export const SpaceItem = Type.Object(
  {
    ...objectFields,
    ...attributeFields,
    name: Type.String({ description: 'A display name; `ref` has the name in documents.' }),
    environmentId: Type.String(),
    environment: Type.String({ description: 'Its name.' }),
    guestAuthentication: GuestAuthentication,
    workbooksCount: Type.Integer(),
    createdByUserId: Type.Optional(Type.String()),
    createdByUserName: Type.Optional(Type.String()),
    accessToken: Type.Optional(
      Type.String({ description: 'In the response to a publishable key: the access token of the session.' }),
    ),
    declaredLabels: DeclaredLabels,
    spec: specOf('Space'),
  },
  closed,
);

export type SpaceObject = ObjectOf<'Space'>;
export const isSpace = isOf('Space');
export const isSpaceEntry = isEntryOf('Space');

/** What a space takes from the environment that it is in. */
export interface Surroundings {
  readonly id: string;
  readonly guestAuthentication: readonly ('magic_link' | 'shared_link')[];
}

export type Environments = ReadonlyMap<string, Surroundings>;

/** Of each of these spaces, by name. */
export async function environmentsOf(
  { store }: Pick<HttpDependencies, 'store'>,
  names: readonly string[],
): Promise<Result<Environments>> {
  const wanted = [...new Set(names)].map((name) => ({ kind: 'Environment', name }) as const);
  const found = await store.fetch(wanted);
  if (!found.ok) return found;
  return ok(
    new Map(
      found.value.flatMap(({ id, declaration }) =>
        declaration.kind === 'Environment'
          ? [
              [
                declaration.metadata.name,
                { id, guestAuthentication: declaration.spec.guestAuthentication ?? [] },
              ],
            ]
          : [],
      ),
    ),
  );
}

export function spaceItem(entry: EntryOf<'Space'>, environments: Environments): Static<typeof SpaceItem> {
  const { object, kept } = entry;
  const { environment, workbooks = [] } = object.declaration.spec;
  const surroundings = environments.get(environment);
  return {
    // They are as the routes took them in.
    ...(kept.attributes as object),
    ...shownObject(entry),
    name: displayName(entry),
    environmentId: surroundings?.id ?? '',
    environment,
    guestAuthentication: [...(surroundings?.guestAuthentication ?? [])],
    workbooksCount: workbooks.length,
    declaredLabels: declaredLabels(object),
    spec: object.declaration.spec,
  };
}

export async function spaceItems(
  deps: Pick<HttpDependencies, 'store'>,
  entries: readonly Entry[],
): Promise<Result<readonly Static<typeof SpaceItem>[]>> {
  const spaces = entries.filter(isSpaceEntry);
  const environments = await environmentsOf(
    deps,
    spaces.map(({ object }) => object.declaration.spec.environment),
  );
  return environments.ok ? ok(spaces.map((entry) => spaceItem(entry, environments.value))) : environments;
}

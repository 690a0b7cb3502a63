/** A guest on the wire: what is open to them by ids, as Flatfile's client has it, and what documents declare. */
import { type Static, Type } from 'typebox';
import { workbookId } from '../../../domain/derived-ids.js';
import { isId } from '../../../domain/objects.js';
import { ok, type Result } from '../../../domain/result.js';
import { closed } from '../../../http/schemas.js';
import type { LiveStore } from '../../../ports/live-store.js';
import {
  DeclaredLabels,
  declaredLabels,
  type Entry,
  type EntryOf,
  isEntryOf,
  objectFields,
  shownObject,
  specOf,
} from '../objects.js';
import { environmentsOf } from '../spaces/item.js';

const Id = Type.Object({ id: Type.String({ maxLength: 100 }) }, closed);

const space = {
  ...Id.properties,
  workbooks: Type.Optional(
    Type.Array(Id, {
      maxItems: 500,
      description: 'Only these; an empty list grants nothing. Absent: the whole space.',
    }),
  ),
};

const GuestSpace = Type.Object(space, closed);

/** As Flatfile's client sends it. */
export const GuestSpaceConfig = Type.Object(
  {
    ...space,
    sheets: Type.Optional(
      Type.Array(Id, {
        maxItems: 0,
        description: 'Must be empty: sheets are granted with their workbook.',
        'x-expects': 'empty or absent: guests are granted spaces and workbooks, and sheets with them',
      }),
    ),
    lastAccessed: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description: 'Ignored; the audit log has it.',
      }),
    ),
  },
  closed,
);

export const GuestItem = Type.Object(
  {
    ...objectFields,
    environmentId: Type.String(),
    environment: Type.String({ description: 'Its name.' }),
    email: Type.String(),
    name: Type.String(),
    spaces: Type.Array(GuestSpace),
    labels: DeclaredLabels,
    spec: specOf('Guest'),
  },
  closed,
);

export const isGuestEntry = isEntryOf('Guest');

/** In the order of the entries. A grant of a space that is gone opens nothing, and is left out. */
export async function guestItems(
  deps: { readonly store: LiveStore },
  entries: readonly Entry[],
): Promise<Result<readonly Static<typeof GuestItem>[]>> {
  const guests = entries.filter(isGuestEntry);
  const environments = await environmentsOf(
    deps,
    guests.map(({ object }) => object.declaration.spec.environment),
  );
  if (!environments.ok) return environments;
  const spaces = await spaceIds(deps, guests);
  if (!spaces.ok) return spaces;
  return ok(
    guests.map((entry) => {
      const { spec, metadata } = entry.object.declaration;
      const { environment, email, name = metadata.name, grants = [] } = spec;
      return {
        ...shownObject(entry),
        environmentId: environments.value.get(environment)?.id ?? '',
        ...{ environment, email, name },
        spaces: grants.flatMap((grant) => {
          const id = spaces.value.get(referenceOf(environment, grant.space));
          if (id === undefined) return [];
          const workbooks = grant.workbooks?.map((workbook) => ({ id: workbookId(id, workbook) }));
          return [{ id, ...(workbooks && { workbooks }) }];
        }),
        labels: declaredLabels(entry.object),
        spec,
      };
    }),
  );
}

/** The ids of the spaces that these guests are granted, by how their grants name them. */
async function spaceIds(
  { store }: { readonly store: LiveStore },
  guests: readonly EntryOf<'Guest'>[],
): Promise<Result<ReadonlyMap<string, string>>> {
  const names = new Set(
    guests.flatMap(({ object: { declaration } }) =>
      (declaration.spec.grants ?? []).map(({ space }) => referenceOf(declaration.spec.environment, space)),
    ),
  );
  const byId = [...names].filter(isId);
  const byName = [...names].filter((name) => !isId(name)).map((name) => ({ kind: 'Space', name }) as const);
  const found = await store.fetch(byName);
  if (!found.ok) return found;
  const live = await store.resolve(byId.map((name) => ({ kind: 'Space', name })));
  if (!live.ok) return live;
  return ok(
    new Map([
      ...found.value.map(({ ref, id }) => [ref.name, id] as const),
      ...byId.filter((_, index) => live.value[index] !== undefined).map((id) => [id, id] as const),
    ]),
  );
}

const referenceOf = (environment: string, space: string): string =>
  isId(space) ? space : `${environment}/${space}`;

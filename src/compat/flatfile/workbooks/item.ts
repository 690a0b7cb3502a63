/** A workbook on the wire. Its space declares it by name; what else is said of it is kept beside the space. */
import { type Static, Type } from 'typebox';
import { sheetId, workbookId } from '../../../domain/derived-ids.js';
import { refText } from '../../../domain/objects.js';
import { formatInstant } from '../../../domain/time.js';
import { closed, Instant } from '../../../http/schemas.js';
import type { Kept } from '../../../ports/admin.js';
import { AnyJson, Opaque } from '../environments/item.js';
import type { Environments, SpaceObject } from '../spaces/item.js';

const text = (maxLength: number) => Type.Optional(Type.String({ maxLength }));

const SheetConfig = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    slug: text(200),
    fields: Type.Array(
      Type.Object(
        { key: Type.String({ maxLength: 500 }), type: Type.String({ maxLength: 100 }) },
        { maxProperties: 100 },
      ),
      { maxItems: 1_000 },
    ),
  },
  { 'x-max-bytes': 256 * 1_024 },
);

/** Kept as they are given; lists go by some. */
export const attributeFields = {
  labels: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })),
  namespace: text(200),
  actions: Type.Optional(Type.Array(Opaque, { maxItems: 200 })),
  settings: Type.Optional(Opaque),
  metadata: Type.Optional(AnyJson),
  treatments: Type.Optional(Type.Array(Type.Enum(['EXTRACTED_FROM_SOURCE', 'SMALL_DATA']), { maxItems: 2 })),
  storageStrategy: Type.Optional(
    Type.Enum(['RAINBOW_TABLES', 'CELL_HISTORY', 'HYPERCUBE', 'QUICKSTORE', 'DUCKDB', 'FOREIGNDB', 'MEMCSV']),
  ),
  folder: text(500),
  sheets: Type.Optional(
    Type.Array(SheetConfig, { maxItems: 200, description: 'As configured; records are not stored.' }),
  ),
};

const { sheets: _, ...shownFields } = attributeFields;

const Sheet = Type.Object(
  {
    id: Type.String(),
    workbookId: Type.String(),
    name: Type.String(),
    slug: Type.String(),
    config: SheetConfig,
    createdAt: Instant,
    updatedAt: Instant,
  },
  closed,
);

export const WorkbookItem = Type.Object(
  {
    id: Type.String(),
    name: Type.String({ description: 'A display name.' }),
    declaredName: Type.String({ description: 'In the document of its space.' }),
    spaceId: Type.String(),
    space: Type.String({ description: 'The same as documents name it: `Space/production/onboarding`.' }),
    environmentId: Type.String(),
    ...shownFields,
    sheets: Type.Optional(Type.Array(Sheet)),
    createdAt: Instant,
    updatedAt: Instant,
  },
  closed,
);

export interface WorkbookEntry {
  readonly id: string;
  readonly space: SpaceObject;
  readonly declaredName: string;
  readonly kept: Kept | undefined;
}

export const workbooksIn = (space: SpaceObject, kept: ReadonlyMap<string, Kept>): readonly WorkbookEntry[] =>
  (space.declaration.spec.workbooks ?? []).map((declaredName) => {
    const id = workbookId(space.id, declaredName);
    return { id, space, declaredName, kept: kept.get(id) };
  });

/** Of one that only documents speak of, all that is known is what its space says. */
export function workbookItem(
  { id, space, declaredName, kept }: WorkbookEntry,
  { environments, withSheets }: { readonly environments: Environments; readonly withSheets: WithSheets },
): Static<typeof WorkbookItem> {
  const { name, sheets, ...attributes } = kept?.attributes ?? {};
  const createdAt = formatInstant(kept?.createdAt ?? space.createdAt);
  const updatedAt = formatInstant(kept?.updatedAt ?? space.createdAt);
  const configs =
    withSheets === 'shown' ? (sheets as readonly Static<typeof SheetConfig>[] | undefined) : undefined;
  return {
    // They are as the routes took them in.
    ...(attributes as object),
    id,
    name: typeof name === 'string' ? name : declaredName,
    declaredName,
    spaceId: space.id,
    space: refText(space.ref),
    environmentId: environments.get(space.declaration.spec.environment)?.id ?? '',
    ...(configs && {
      sheets: configs.map((config, index) => ({
        ...{
          id: sheetId(id, index),
          workbookId: id,
          name: config.name,
          slug: config.slug ?? slugOf(config.name),
        },
        ...{ config, createdAt, updatedAt },
      })),
    }),
    createdAt,
    updatedAt,
  };
}

export type WithSheets = 'shown' | 'left out';

const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

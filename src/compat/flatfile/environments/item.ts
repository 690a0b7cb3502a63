/** An environment on the wire: what Flatfile's client knows of one, and what documents declare. */
import { type Static, Type } from 'typebox';
import { closed } from '../../../http/schemas.js';
import type { Attributes } from '../../../ports/admin.js';
import {
  DeclaredLabels,
  declaredLabels,
  type Entry,
  isOf,
  objectFields,
  shownObject,
  specOf,
} from '../objects.js';

export const GuestAuthentication = Type.Array(Type.Enum(['magic_link', 'shared_link']), {
  maxItems: 2,
  uniqueItems: true,
  description: 'How guests sign in.',
});

/** As JSON: of what is kept as it is given, however it is made up. */
const OPAQUE_MAX_BYTES = 64 * 1_024;

export const Opaque = Type.Record(Type.String(), Type.Unknown(), { 'x-max-bytes': OPAQUE_MAX_BYTES });
export const AnyJson = Type.Unknown({ 'x-max-bytes': OPAQUE_MAX_BYTES });

/** Kept as they are given; nothing here goes by them. */
export const attributeFields = {
  metadata: Type.Optional(Opaque),
  translationsPath: Type.Optional(Type.String({ maxLength: 2_000 })),
  namespaces: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 200 })),
  languageOverride: Type.Optional(Type.String({ maxLength: 100 })),
};

const fields = {
  ...objectFields,
  accountId: Type.String(),
  name: Type.String({ description: 'A display name; `ref` has the name in documents.' }),
  isProd: Type.Boolean(),
  guestAuthentication: GuestAuthentication,
  guestInvites: Type.Boolean(),
  features: Opaque,
  ...attributeFields,
  metadata: Opaque,
  labels: DeclaredLabels,
  spec: specOf('Environment'),
};

export const EnvironmentItem = Type.Object(fields, closed);

/** The same twice, for clients that look into `data` and those that do not. */
export const EnvironmentTwice = Type.Object({ ...fields, data: EnvironmentItem }, closed);

const isEnvironment = isOf('Environment');

export function environmentItem(entry: Entry, accountId: string): Static<typeof EnvironmentItem> {
  const { object, kept } = entry;
  const spec = isEnvironment(object) ? object.declaration.spec : {};
  return {
    ...shownObject(entry),
    ...shownAttributes(kept.attributes),
    accountId,
    name: displayName(entry),
    isProd: spec.isProd ?? false,
    guestAuthentication: [...(spec.guestAuthentication ?? [])],
    guestInvites: spec.guestInvites ?? false,
    features: {},
    labels: declaredLabels(object),
    spec,
  };
}

type ShownAttributes = Pick<
  Static<typeof EnvironmentItem>,
  'metadata' | 'translationsPath' | 'namespaces' | 'languageOverride'
>;

/** They are as the routes took them in. */
const shownAttributes = ({ metadata = {}, translationsPath, namespaces, languageOverride }: Attributes) =>
  ({
    metadata,
    ...(translationsPath !== undefined && { translationsPath }),
    ...(namespaces !== undefined && { namespaces }),
    ...(languageOverride !== undefined && { languageOverride }),
  }) as ShownAttributes;

/** What people call it, where that is not what documents do. */
export const displayName = ({ object, kept }: Entry): string =>
  typeof kept.attributes['name'] === 'string' ? kept.attributes['name'] : object.declaration.metadata.name;

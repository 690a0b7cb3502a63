/** A person on the wire: what Flatfile's client knows of one, and what documents declare. */
import { type Static, Type } from 'typebox';
import { closed } from '../../../http/schemas.js';
import { Opaque } from '../environments/item.js';
import {
  DeclaredLabels,
  declaredLabels,
  type EntryOf,
  isEntryOf,
  objectFields,
  shownObject,
  specOf,
} from '../objects.js';

/** Who says who they are: this store itself. */
const IDENTITY_PROVIDER = 'keywright';

export const userFields = {
  ...objectFields,
  email: Type.String(),
  name: Type.String(),
  accountId: Type.String(),
  idp: Type.String(),
  metadata: Opaque,
  dashboard: Type.Optional(Type.Number()),
  status: Type.Enum(['active', 'deactivated'], {
    description: 'deactivated: not yet or no longer active. The user and their personal keys are refused.',
  }),
  roles: Type.Array(Type.String(), { description: 'In the account, by name.' }),
  labels: DeclaredLabels,
  spec: specOf('User'),
};

export const UserItem = Type.Object(userFields, closed);

export type UserEntry = EntryOf<'User'>;
export const isUserEntry = isEntryOf('User');

export const nameOf = ({ object }: UserEntry): string =>
  object.declaration.spec.name ?? object.declaration.metadata.name;

export function userItem(entry: UserEntry, accountId: string): Static<typeof UserItem> {
  const { object, kept } = entry;
  const { spec } = object.declaration;
  const { dashboard } = kept.attributes;
  return {
    ...shownObject(entry),
    email: spec.email,
    name: nameOf(entry),
    accountId,
    idp: IDENTITY_PROVIDER,
    metadata: {},
    ...(typeof dashboard === 'number' && { dashboard }),
    status: spec.status ?? 'active',
    roles: [...(spec.roles ?? [])],
    labels: declaredLabels(object),
    spec,
  };
}

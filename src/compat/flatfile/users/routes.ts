/** People: listed, shown, invited, changed and removed. */
import { type Static, Type } from 'typebox';
import type { Principal } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, refById } from '../../../http/live-objects.js';
import { resource } from '../../../http/resource.js';
import { type Route, route, shownOnce } from '../../../http/route.js';
import { closed, dataOf, Instant } from '../../../http/schemas.js';
import type { Invitation, Shown } from '../../../ports/identity.js';
import { findEntry } from '../objects.js';
import { bothPages, type Listing, listAnswer, listPage } from '../page-pagination.js';
import { ActorRole, Assignment } from '../role-assignments.js';
import { orderOf } from '../sort-order.js';
import { roleName, rolesOf } from './assigned-roles.js';
import { isUserEntry, type UserEntry, UserItem, userFields, userItem } from './item.js';
import { SORT_FIELDS, sortValue } from './order.js';

const ID = '^(?:us_usr_[0-9A-Za-z]{1,32}|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$';
export const byUserId = Type.Object(
  {
    id: Type.String({
      pattern: ID,
      maxLength: 64,
      description: 'The id of a user, or their name in documents.',
    }),
  },
  closed,
);

const users = resource<UserEntry, typeof byUserId, typeof UserItem>({
  ...{ path: '/users', tag: 'users', read: 'users:read', write: 'users:write' },
  ...{ scope: 'objects', writeScope: 'account', decidesAccess: true, params: byUserId, item: UserItem },
  find: ({ principal, params }, deps) => entryOf(deps, principal, params.id),
  show: (entry, { accountId }) => ok(userItem(entry, accountId)),
});
const about = { tag: 'users', permission: 'users:write' } as const;

const Query = Type.Object(
  {
    ...bothPages(20),
    email: Type.Optional(Type.String({ maxLength: 254, description: 'Their email address.' })),
    search: Type.Optional(
      Type.String({ maxLength: 200, description: 'Part of their name or email address.' }),
    ),
    sortField: Type.Optional(Type.Enum(SORT_FIELDS, { description: 'Only with numbered pages.' })),
    sortDirection: Type.Optional(Type.Enum(['asc', 'desc'], { default: 'asc' })),
  },
  closed,
);

const list = users.list({
  id: 'listUsers',
  summary: 'Users, by name.',
  query: Query,
  answer: listAnswer(UserItem),
  page: async ({ principal, query }, deps) => {
    const order = orderOf(query, sortValue);
    if (!order.ok) return order;
    const listing: Listing = {
      ...{ kind: 'User', pages: query, order: order.value },
      matches: (object) => maySee(principal, 'users:read', object),
      isWanted: (entry) => isUserEntry(entry) && isMeant(entry, query),
    };
    return listPage(deps, listing, (entries) =>
      ok(entries.filter(isUserEntry).map((entry) => userItem(entry, deps.accountId))),
    );
  },
});

function isMeant({ object }: UserEntry, { email, search = '' }: Static<typeof Query>): boolean {
  const { spec, metadata } = object.declaration;
  const texts = [spec.email, spec.name ?? '', metadata.name].map((text) => text.toLowerCase());
  return (
    [undefined, spec.email].includes(email?.toLowerCase()) &&
    texts.some((text) => text.includes(search.toLowerCase()))
  );
}

const get = users.get({ id: 'getUser', summary: 'One user.' });

const Invited = Type.Object(
  {
    id: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(
      Type.String({ description: 'Shown once; pass it to the user. POST /invitations/accept accepts it.' }),
    ),
  },
  { ...closed, description: 'The invitation that they sign in with.' },
);

const invite = route({
  method: 'POST',
  path: '/users/invite',
  id: 'createAndInviteUser',
  ...about,
  summary: 'Create and invite a user.',
  description: 'The user is deactivated until they accept.',
  body: Type.Object(
    {
      email: Type.String({ maxLength: 254 }),
      name: Type.String({ maxLength: 200 }),
      actorRoles: Type.Array(Assignment, { maxItems: 20, description: 'None: member.' }),
    },
    closed,
  ),
  creates: true,
  answer: dataOf(
    Type.Object({ ...userFields, actorRoles: Type.Array(ActorRole), invitation: Invited }, closed),
  ),
  faults: ['exists', 'unknown_reference'],
  handle: async (call, deps) => {
    const roles = new Set<string>();
    for (const assignment of call.body.actorRoles) {
      const role = await roleName(deps, assignment);
      if (!role.ok) return role;
      roles.add(role.value);
    }
    const { email, name } = call.body;
    const added = await deps.admin.create(
      { kind: 'User', spec: { email, name, roles: [...roles] } },
      byOf(call),
    );
    if (!added.ok) return added;
    const entry = await entryOf(deps, call.principal, added.value.object.name);
    if (!entry.ok) return entry;
    const actorRoles = await rolesOf(deps, entry.value);
    if (!actorRoles.ok) return actorRoles;
    const data = { ...userItem(entry.value, deps.accountId), actorRoles: actorRoles.value };
    const { invitation } = added.value;
    return shownOnce(
      { data: { ...data, invitation: { ...invited(invitation), token: invitation.token.reveal() } } },
      { data: { ...data, invitation: invited(invitation) } },
    );
  },
});

const invited = ({ shown: { id, expiresAt } }: Shown<Invitation>) => ({
  id,
  expiresAt: formatInstant(expiresAt),
});

const resend = route({
  method: 'POST',
  path: '/users/{id}/resend-invite',
  id: 'resendUserInvite',
  ...about,
  summary: 'Invite a user again; earlier invitations end.',
  params: byUserId,
  idempotent: true,
  answer: dataOf(Type.Object({ success: Type.Boolean(), invitation: Invited }, closed)),
  faults: ['not_found'],
  handle: async (call, deps) => {
    const invitation = await deps.authority.invite(call.params.id, byOf(call));
    if (!invitation.ok) return invitation;
    const token = invitation.value.token.reveal();
    const known = invited(invitation.value);
    return shownOnce(
      { data: { success: true, invitation: { ...known, token } } },
      { data: { success: true, invitation: known } },
    );
  },
});

const update = users.update({
  id: 'updateUser',
  summary: 'Change, deactivate or activate a user.',
  description: 'For a user that a project declares it is drift.',
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      dashboard: Type.Optional(Type.Number()),
      status: Type.Optional(Type.Enum(['active', 'deactivated'])),
    },
    closed,
  ),
  faults: ['not_found', 'conflict'],
  update: (call, { object }, deps) => {
    const { dashboard, ...spec } = call.body;
    return deps.admin.change({ object: refById(object), spec, attributes: { dashboard } }, byOf(call));
  },
});

const remove = users.remove({
  id: 'deleteUser',
  summary: 'Delete a user, from every team and with their personal keys.',
  faults: ['not_found', 'conflict'],
  run: (call, { object }, deps) => deps.admin.remove([refById(object)], byOf(call)),
});

export const entryOf = (
  deps: HttpDependencies,
  principal: Principal,
  id: string,
): Promise<Result<UserEntry>> =>
  findEntry(deps, { principal, kind: 'User', idOrName: id, permissions: ['users:read', 'users:write'] });

export const personRoutes: readonly Route[] = [list, get, invite, resend, update, remove];

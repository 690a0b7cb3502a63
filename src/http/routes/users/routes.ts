/** People: listed, shown, invited, changed and removed. */
import { type Static, Type } from 'typebox';
import type { Principal } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { Invitation, Shown } from '../../../ports/identity.js';
import { maySee } from '../../access.js';
import { accountId, byOf, findEntry, SUCCESS, Success } from '../../live-objects.js';
import { bothPages, list as listEntries, NextCursor, Pagination } from '../../numbered.js';
import { type Answered, json, type Route, route, shownOnce } from '../../route.js';
import { closed, dataOf, Instant } from '../../schemas.js';
import { orderOf } from '../../sorting.js';
import { inForce } from '../../verifying.js';
import type { HttpWorld } from '../../world.js';
import { ActorRole, Assignment, roleName, rolesOf } from './having.js';
import { isUserEntry, type UserEntry, UserItem, userFields, userItem } from './item.js';
import { SORT_FIELDS, sortValue } from './order.js';

const ID = '^(?:us_usr_[0-9A-Za-z]{1,32}|[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$';
export const byUserId = Type.Object(
  {
    id: Type.String({
      pattern: ID,
      maxLength: 64,
      description: 'The id of a person, or their name in documents.',
    }),
  },
  closed,
);

const about = { tag: 'users' } as const;

const Query = Type.Object(
  {
    ...bothPages(20),
    email: Type.Optional(Type.String({ maxLength: 254, description: 'Their address.' })),
    search: Type.Optional(Type.String({ maxLength: 200, description: 'Part of their name or address.' })),
    sortField: Type.Optional(Type.Enum(SORT_FIELDS, { description: 'By number only.' })),
    sortDirection: Type.Optional(Type.Enum(['asc', 'desc'], { default: 'asc' })),
  },
  closed,
);

const list = route({
  method: 'GET',
  path: '/users',
  id: 'listUsers',
  ...about,
  summary: 'People, by name.',
  permission: 'users:read',
  scope: 'objects',
  query: Query,
  answer: Type.Object(
    { data: Type.Array(UserItem), pagination: Type.Optional(Pagination), nextCursor: NextCursor },
    closed,
  ),
  handle: async ({ principal, query }, world) => {
    const account = await accountId(world);
    if (!account.ok) return account;
    const order = orderOf(query, sortValue);
    if (!order.ok) return order;
    const page = await listEntries(world, {
      ...{ kind: 'User', pages: query, order: order.value },
      matches: (object) => maySee(principal, 'users:read', object),
      isWanted: (entry) => isUserEntry(entry) && isMeant(entry, query),
    });
    if (!page.ok) return page;
    const { entries, ...rest } = page.value;
    const data = entries.filter(isUserEntry).map((entry) => userItem(entry, account.value));
    return json({ data, ...rest });
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

const get = route({
  method: 'GET',
  path: '/users/{id}',
  id: 'getUser',
  ...about,
  summary: 'One person.',
  permission: 'users:read',
  scope: 'objects',
  params: byUserId,
  answer: dataOf(UserItem),
  faults: ['not_found'],
  handle: ({ principal, params }, world) => shown(world, principal, params.id),
});

const Invited = Type.Object(
  {
    id: Type.String(),
    expiresAt: Instant,
    token: Type.Optional(
      Type.String({ description: 'Shown once; pass it on: POST /invitations/accept takes it.' }),
    ),
  },
  { ...closed, description: 'What they come in by.' },
);

const invite = route({
  method: 'POST',
  path: '/users/invite',
  id: 'createAndInviteUser',
  ...about,
  summary: 'Let somebody in who is not there yet.',
  description: 'They are deactivated until they accept.',
  permission: 'users:write',
  body: Type.Object(
    {
      email: Type.String({ maxLength: 254 }),
      name: Type.String({ maxLength: 200 }),
      actorRoles: Type.Array(Assignment, { maxItems: 20, description: 'None: member.' }),
    },
    closed,
  ),
  makes: true,
  answer: dataOf(
    Type.Object({ ...userFields, actorRoles: Type.Array(ActorRole), invitation: Invited }, closed),
  ),
  faults: ['exists', 'unknown_reference'],
  handle: async (call, world) => {
    const account = await accountId(world);
    if (!account.ok) return account;
    const roles = new Set<string>();
    for (const assignment of call.body.actorRoles) {
      const role = await roleName(world, assignment, account.value);
      if (!role.ok) return role;
      roles.add(role.value);
    }
    const { email, name } = call.body;
    const added = await world.people.add({ email, name, roles: [...roles] }, byOf(call));
    if (!added.ok) return added;
    const entry = await entryOf(world, call.principal, added.value.person.name);
    if (!entry.ok) return entry;
    const actorRoles = await rolesOf(world, entry.value, account.value);
    if (!actorRoles.ok) return actorRoles;
    const data = { ...userItem(entry.value, account.value), actorRoles: actorRoles.value };
    const { invitation } = added.value;
    return shownOnce(
      { data: { ...data, invitation: { ...told(invitation), token: invitation.token.reveal() } } },
      { data: { ...data, invitation: told(invitation) } },
    );
  },
});

const told = ({ shown: { id, expiresAt } }: Shown<Invitation>) => ({
  id,
  expiresAt: formatInstant(expiresAt),
});

const resend = route({
  method: 'POST',
  path: '/users/{id}/resend-invite',
  id: 'resendUserInvite',
  ...about,
  summary: 'Invite somebody again; earlier invitations end.',
  permission: 'users:write',
  params: byUserId,
  once: true,
  answer: dataOf(Type.Object({ success: Type.Boolean(), invitation: Invited }, closed)),
  faults: ['not_found'],
  handle: async (call, world) => {
    const invitation = await world.authority.invite(call.params.id, byOf(call));
    if (!invitation.ok) return invitation;
    const token = invitation.value.token.reveal();
    const known = told(invitation.value);
    return shownOnce(
      { data: { success: true, invitation: { ...known, token } } },
      { data: { success: true, invitation: known } },
    );
  },
});

const update = route({
  method: 'PATCH',
  path: '/users/{id}',
  id: 'updateUser',
  ...about,
  summary: 'Change somebody, let them go, or let them in again.',
  description: 'Of somebody whom a project declares, what documents say is drift then.',
  permission: 'users:write',
  params: byUserId,
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      dashboard: Type.Optional(Type.Number()),
      status: Type.Optional(Type.Enum(['active', 'deactivated'])),
    },
    closed,
  ),
  nulls: 'absent',
  answer: dataOf(UserItem),
  faults: ['not_found', 'conflict'],
  handle: async (call, world) => {
    const { name, status, dashboard } = call.body;
    const change = { name, status, attributes: { dashboard } };
    const changed = await world.people.change(call.params.id, change, byOf(call));
    if (!changed.ok) return changed;
    const known = await inForce(world);
    return known.ok ? shown(world, call.principal, call.params.id) : known;
  },
});

const remove = route({
  method: 'DELETE',
  path: '/users/{id}',
  id: 'deleteUser',
  ...about,
  summary: 'Remove somebody: out of every team, at once. Their personal keys die with it.',
  permission: 'users:write',
  params: byUserId,
  answer: Success,
  faults: ['not_found', 'conflict'],
  handle: async (call, world) => {
    const removed = await world.people.remove(call.params.id, byOf(call));
    if (!removed.ok) return removed;
    const gone = await inForce(world);
    return gone.ok ? json(SUCCESS) : gone;
  },
});

export async function entryOf(
  world: HttpWorld,
  principal: Principal,
  id: string,
): Promise<Result<UserEntry>> {
  const entry = await findEntry(world, { principal, kind: 'User', idOrName: id, permission: 'users:read' });
  return entry.ok ? ok(entry.value as UserEntry) : entry;
}

async function shown(world: HttpWorld, principal: Principal, id: string): Promise<Answered> {
  const entry = await entryOf(world, principal, id);
  if (!entry.ok) return entry;
  const account = await accountId(world);
  return account.ok ? json({ data: userItem(entry.value, account.value) }) : account;
}

export const personRoutes: readonly Route[] = [list, get, invite, resend, update, remove];

/** Roles: those that every store has, which stay as they are, and the store's own. */
import { Type } from 'typebox';
import { builtInRoleId } from '../../../domain/derived-ids.js';
import type { LiveObject } from '../../../domain/live.js';
import { ok, type Result } from '../../../domain/result.js';
import { BUILT_IN_ROLES, GUEST_ROLE, ROLE_SCOPES } from '../../../domain/roles.js';
import { formatInstant } from '../../../domain/time.js';
import type { LiveStore } from '../../../ports/live-store.js';
import { maySee } from '../../access.js';
import { accountId } from '../../live-objects.js';
import { pageAmong } from '../../paging.js';
import { json, type Route, route } from '../../route.js';
import { closed, Instant, nullable, pageOf, shortPageQuery } from '../../schemas.js';
import type { HttpWorld } from '../../world.js';
import { managedRoutes } from '../managed.js';

const Permissions = Type.Array(Type.String(), { description: '`*`: everything.' });

const Item = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    accountId: Type.String(),
    scope: Type.Enum([...ROLE_SCOPES, 'guest'], {
      description: 'tenant: for people; team: for members of a team; guest: in what is open to a guest.',
    }),
    permissions: Permissions,
    isBuiltIn: Type.Boolean(),
    labels: Type.Record(Type.String(), Type.String()),
    project: nullable(Type.String({ description: 'That declares it.' })),
    createdAt: Instant,
    updatedAt: Instant,
  },
  closed,
);

const list = route({
  method: 'GET',
  path: '/roles',
  id: 'listRoles',
  tag: 'roles',
  summary: 'All roles: built-in ones first, then the own ones by name.',
  permission: 'roles:read',
  scope: 'objects',
  query: Type.Object(shortPageQuery, closed),
  answer: pageOf(Item),
  handle: async ({ principal, query }, world) => {
    const account = await accountId(world);
    if (!account.ok) return account;
    const own = await allRoles(world.store);
    if (!own.ok) return own;
    const seen = own.value.filter((object) => maySee(principal, 'roles:read', object));
    const kept = await world.rooms.about(seen);
    if (!kept.ok) return kept;
    const builtIn = await builtInRoles(world);
    if (!builtIn.ok) return builtIn;
    const roles = seen.map((object) => shown(object, kept.value.get(object.id)?.updatedAt));
    const items = [
      ...builtIn.value.map((role, at) => ({ key: `0${at}`, role })),
      ...roles.map((role) => ({ key: `1${role.name}`, role })),
    ];
    const page = pageAmong({ items, keyOf: ({ key }) => key }, query);
    if (!page.ok) return page;
    const { data, nextCursor } = page.value;
    return json({ data: data.map(({ role }) => ({ ...role, accountId: account.value })), nextCursor });
  },
});

const PAGE = 1_000;

async function allRoles(store: LiveStore): Promise<Result<readonly LiveObject[]>> {
  const roles: LiveObject[] = [];
  for (;;) {
    const page = await store.list({ kind: 'Role', after: roles.at(-1)?.ref.name, limit: PAGE });
    if (!page.ok) return page;
    roles.push(...page.value);
    if (page.value.length < PAGE) return ok(roles);
  }
}

/** There from the beginning, and as they were then. */
async function builtInRoles({ store }: HttpWorld) {
  const facts = await store.facts();
  if (!facts.ok) return facts;
  const at = formatInstant(facts.value.usage.from);
  const roles = ROLE_SCOPES.flatMap((scope) =>
    Object.entries(BUILT_IN_ROLES[scope]).map(([name, { permissions }]) => ({ name, scope, permissions })),
  );
  return ok(
    [...roles, { ...GUEST_ROLE, scope: 'guest' as const }].map((role) => ({
      ...{ id: builtInRoleId(role.name), ...role, isBuiltIn: true },
      ...{ labels: {}, project: null, createdAt: at, updatedAt: at },
    })),
  );
}

/** Those that documents name too, in the shape of a store's own. */
async function builtInRole(idOrName: string, world: HttpWorld) {
  const roles = await builtInRoles(world);
  if (!roles.ok) return roles;
  const found = roles.value.find(({ id, name }) => [id, name].includes(idOrName));
  if (found === undefined || found.scope === 'guest') return ok(undefined);
  const { isBuiltIn: _, updatedAt: __, ...role } = found;
  return ok(role);
}

function shown({ id, declaration, ownership, createdAt }: LiveObject, updatedAt = createdAt) {
  return {
    ...{ id, name: declaration.metadata.name, isBuiltIn: false },
    ...(declaration.spec as object),
    labels: { ...declaration.metadata.labels },
    project: ownership?.project ?? null,
    ...{ createdAt: formatInstant(createdAt), updatedAt: formatInstant(updatedAt) },
  };
}

export const roleRoutes: readonly Route[] = [
  list,
  ...managedRoutes({
    ...{ kind: 'Role', noun: 'roles', changeable: ['permissions'] },
    ...{ shown: { permissions: Permissions }, builtIn: builtInRole },
  }),
];

/** GET /roles in the shape of Flatfile's client: built-in roles too, each with the account that it is given in. */
import { Type } from 'typebox';
import type { LiveObject } from '../../../domain/live.js';
import { ROLE_SCOPES } from '../../../domain/roles.js';
import { formatInstant } from '../../../domain/time.js';
import { maySee } from '../../../http/access.js';
import { pageAmong } from '../../../http/cursor-pagination.js';
import { json, type Route, route } from '../../../http/route.js';
import { builtInRoles, Permissions } from '../../../http/routes/roles/built-in.js';
import { closed, Instant, nullable, pageOf, shortPageQuery } from '../../../http/schemas.js';
import { readAll } from '../page-pagination.js';

const Item = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    accountId: Type.String(),
    scope: Type.Enum([...ROLE_SCOPES, 'guest'], {
      description: 'tenant: for users; team: for members of a team; guest: for what is granted to a guest.',
    }),
    permissions: Permissions,
    isBuiltIn: Type.Boolean(),
    labels: Type.Record(Type.String(), Type.String()),
    project: nullable(Type.String({ description: 'The project that declares it.' })),
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
  summary: 'All roles: built-in ones first, then custom ones by name.',
  permission: 'roles:read',
  scope: 'objects',
  query: Type.Object(shortPageQuery, closed),
  answer: pageOf(Item),
  handle: async ({ principal, query }, deps) => {
    const seen = await readAll(deps.store, {
      kind: 'Role',
      matches: (object) => maySee(principal, 'roles:read', object),
    });
    if (!seen.ok) return seen;
    const kept = await deps.admin.about(seen.value);
    if (!kept.ok) return kept;
    const builtIn = await builtInRoles(deps);
    if (!builtIn.ok) return builtIn;
    const roles = seen.value.map((object) => shown(object, kept.value.get(object.id)?.updatedAt));
    const items = [
      ...builtIn.value.map((role, at) => ({ key: `0${at}`, role })),
      ...roles.map((role) => ({ key: `1${role.name}`, role })),
    ];
    const page = pageAmong({ items, keyOf: ({ key }) => key }, query);
    if (!page.ok) return page;
    const { data, nextCursor } = page.value;
    return json({ data: data.map(({ role }) => ({ ...role, accountId: deps.accountId })), nextCursor });
  },
});

function shown({ id, declaration, ownership, createdAt }: LiveObject, updatedAt = createdAt) {
  return {
    ...{ id, name: declaration.metadata.name, isBuiltIn: false },
    ...(declaration.spec as object),
    labels: { ...declaration.metadata.labels },
    project: ownership?.project ?? null,
    ...{ createdAt: formatInstant(createdAt), updatedAt: formatInstant(updatedAt) },
  };
}

export const roleListRoutes: readonly Route[] = [list];

/**
 * Secrets that customers' code reads when it runs, in the shapes of Flatfile's client. They leave here in the clear by
 * design, to callers with `secrets:read` there; no response of this server may be stored by proxies.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { maySee } from '../../../http/access.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { byOf, findObject } from '../../../http/live-objects.js';
import { type Answered, type Route, respond, route } from '../../../http/route.js';
import { closed, dataOf, idField, oneById } from '../../../http/schemas.js';
import type { By } from '../../../ports/identity.js';
import type { KeptSecret, SecretPlace } from '../../../ports/secrets.js';

const placeFields = {
  environmentId: Type.Optional(
    Type.String({
      maxLength: 100,
      description: "An id, or a name. Absent: the space's, or the caller's own.",
    }),
  ),
  spaceId: Type.Optional(Type.String({ maxLength: 150, description: 'An id, or ENVIRONMENT/NAME.' })),
  actorId: Type.Optional(
    idField('us_(?:usr|ag|g|key)', 'For this actor alone. Absent: for every actor.', 40),
  ),
};

const SecretItem = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    value: Type.String(),
    environmentId: Type.String(),
    spaceId: Type.Optional(Type.String()),
    actorId: Type.Optional(Type.String()),
  },
  closed,
);

const common = { tag: 'secrets', scope: 'objects', answer: dataOf(Type.Array(SecretItem)) } as const;

const list = route({
  ...common,
  method: 'GET',
  path: '/secrets',
  id: 'listSecrets',
  summary: 'Secrets of an environment, with their values.',
  description:
    'As code that runs there reads them: a secret of the space overrides one of its environment, a secret of the actor one for every actor.',
  permission: 'secrets:read',
  query: Type.Object(placeFields, closed),
  faults: ['usage', 'not_found'],
  handle: async (call, deps) => {
    const place = await placeFor(deps, call.query, { ...call, permission: 'secrets:read' });
    return place.ok ? shown(deps, place.value, byOf(call)) : place;
  },
});

const put = route({
  ...common,
  method: 'POST',
  path: '/secrets',
  id: 'upsertSecret',
  summary: 'Create a secret, or change its value.',
  description:
    'It is identified by name, environment, space and actor. Answers with the secrets there that the caller may read.',
  permission: 'secrets:write',
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 1_024 }),
      value: Type.String({ minLength: 1, maxLength: 1_024 }),
      ...placeFields,
    },
    closed,
  ),
  nulls: 'absent',
  faults: ['usage', 'not_found', 'conflict'],
  handle: async (call, deps) => {
    const { name, value, ...where } = call.body;
    const place = await placeFor(deps, where, { ...call, permission: 'secrets:write' });
    if (!place.ok) return place;
    const kept = await deps.secrets.put({ place: place.value, name, value: new Secret(value) }, byOf(call));
    return kept.ok ? shown(deps, place.value, byOf(call)) : kept;
  },
});

const remove = route({
  ...common,
  method: 'DELETE',
  path: '/secrets/{id}',
  id: 'deleteSecret',
  summary: 'Delete a secret permanently.',
  description: 'Answers with the remaining secrets there that the caller may read.',
  permission: 'secrets:write',
  params: oneById('us_sec'),
  faults: ['not_found'],
  handle: async (call, deps) => {
    const place = await deps.secrets.remove(call.params.id, byOf(call));
    return place.ok ? shown(deps, place.value, byOf(call)) : place;
  },
});

interface Where {
  readonly environmentId?: string;
  readonly spaceId?: string;
  readonly actorId?: string;
}

interface Asking {
  readonly principal: Principal;
  readonly permission: string;
}

/** `not_found` also for what the caller may not see; `usage` where nothing says which environment it is. */
async function placeFor(
  { store }: HttpDependencies,
  { environmentId, spaceId, actorId }: Where,
  { principal, permission }: Asking,
): Promise<Result<SecretPlace>> {
  const sought = async (kind: 'Environment' | 'Space', name: string) => {
    const found = await findObject(store, { kind, name });
    if (!found.ok) return found;
    return found.value !== undefined && maySee(principal, permission, found.value)
      ? ok(found.value)
      : fail(fault('not_found', `no such ${kind.toLowerCase()}`));
  };
  const space = spaceId === undefined ? undefined : await sought('Space', spaceId);
  if (space !== undefined && !space.ok) return space;
  const around = space?.value.ref.name.split('/')[0];
  const named = environmentId ?? around ?? principal.environment;
  if (named === undefined)
    return fail(fault('usage', 'environmentId or spaceId is missing; a secret belongs to an environment'));
  const environment = around === named ? ok({ ref: { name: named } }) : await sought('Environment', named);
  if (!environment.ok) return environment;
  return ok({ environment: environment.value.ref.name, space: space?.value.ref, actorId });
}

async function shown({ secrets }: HttpDependencies, place: SecretPlace, by: By): Promise<Answered> {
  return respond(await secrets.list(place, by), (all) => ({ data: all.map(secretItem) }));
}

const secretItem = ({ id, name, value, environmentId, spaceId, actorId }: KeptSecret) => ({
  ...{ id, name, value: value.reveal(), environmentId },
  ...(spaceId !== undefined && { spaceId }),
  ...(actorId !== undefined && { actorId }),
});

export const secretRoutes: readonly Route[] = [list, put, remove];

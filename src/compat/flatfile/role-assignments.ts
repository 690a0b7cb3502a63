/** The roles of an actor, each an object of its own, as Flatfile's client has them: listed, given and taken. */
import { type Static, type TObject, Type } from 'typebox';
import { type FaultCode, fault } from '../../domain/errors.js';
import { fail, type Result } from '../../domain/result.js';
import type { Scope } from '../../http/access.js';
import type { HttpDependencies } from '../../http/dependencies.js';
import { done, Success } from '../../http/live-objects.js';
import { type Call, json, type Route, respond, route } from '../../http/route.js';
import { closed, dataOf, Instant, idField } from '../../http/schemas.js';

export const ActorRole = Type.Object(
  {
    id: Type.String(),
    roleId: Type.String(),
    actorId: Type.String(),
    resourceId: Type.String({
      description: 'What it is held in: the account; for a guest, a space or a workbook.',
    }),
    createdAt: Instant,
    updatedAt: Instant,
  },
  closed,
);

export const Assignment = Type.Object(
  {
    roleId: Type.String({ maxLength: 100, description: 'An id, or a name.' }),
    resourceId: Type.String({ maxLength: 100 }),
  },
  closed,
);

type Role = Static<typeof ActorRole>;
type ById<P extends TObject> = Call<Static<P>>;

interface Held<T> {
  readonly found: T;
  readonly role: Role;
  /** Its position among the actor's roles. */
  readonly at: number;
}

interface Actors<T, P extends TObject> {
  /** `/users`; the operation ids end with `name`. */
  readonly path: string;
  readonly name: string;
  readonly tag: string;
  readonly params: P;
  readonly read?: string;
  readonly write: string;
  readonly scope?: { readonly read: Scope; readonly write: Scope };
  readonly summaries: { readonly list: string; readonly give: string; readonly take: string };
  readonly description: string;
  readonly faults: readonly FaultCode[];
  find(call: ById<P>, deps: HttpDependencies): Promise<Result<T>>;
  /** In the order in which they are held. */
  roles(found: T, deps: HttpDependencies): Promise<Result<readonly Role[]>>;
  /** Gives which of the roles it is among those that are held then. */
  give(
    call: Call<Static<P>, unknown, Static<typeof Assignment>>,
    found: T,
    deps: HttpDependencies,
  ): Promise<Result<(roles: readonly Role[], now: T) => Role | undefined>>;
  take(call: ById<P>, held: Held<T>, deps: HttpDependencies): Promise<Result<void>>;
}

export function roleRoutes<T, P extends TObject>(actors: Actors<T, P>): readonly Route[] {
  const { name, tag, faults, params, summaries, description, find, roles, give, take } = actors;
  const path = `${actors.path}/{id}/roles`;
  const scoped = (scope: Scope | undefined) => (scope === undefined ? {} : { scope });
  const reading = {
    ...{ tag, faults, ...scoped(actors.scope?.read) },
    ...(actors.read !== undefined && { permission: actors.read }),
  };
  const writing = { tag, faults, permission: actors.write, ...scoped(actors.scope?.write) };
  const list = route<P>({
    ...{ method: 'GET', path, id: `list${name}Roles`, summary: summaries.list, ...reading },
    ...{ params, answer: dataOf(Type.Array(ActorRole)) },
    handle: async (call, deps) => {
      const found = await find(call, deps);
      return respond(found.ok ? await roles(found.value, deps) : found, (data) => ({ data }));
    },
  });
  const assign = route<P, TObject<Record<never, never>>, typeof Assignment>({
    ...{ method: 'POST', path, id: `assign${name}Role`, summary: summaries.give, description, ...writing },
    ...{ params, body: Assignment, answer: dataOf(ActorRole) },
    handle: async (call, deps) => {
      const found = await find(call, deps);
      const given = found.ok ? await give(call, found.value, deps) : found;
      if (!given.ok) return given;
      const now = await find(call, deps);
      if (!now.ok) return now;
      const held = await roles(now.value, deps);
      if (!held.ok) return held;
      const role = given.value(held.value, now.value);
      return role === undefined ? fail(removedMeanwhile(actors.path)) : json({ data: role });
    },
  });
  const remove = route({
    ...{ method: 'DELETE', path: `${path}/{actorRoleId}`, id: `delete${name}Role`, summary: summaries.take },
    ...{ ...writing, params: withRole(params), answer: Success },
    handle: async (call, deps) => {
      const one = call as unknown as ById<P>;
      const found = await find(one, deps);
      const held = found.ok ? await roles(found.value, deps) : found;
      if (!found.ok) return found;
      if (!held.ok) return held;
      const at = held.value.findIndex(({ id }) => id === call.params.actorRoleId);
      const role = held.value[at];
      if (role === undefined)
        return fail(fault('not_found', `no such role; GET ${path} lists the actor’s roles`));
      return done(await take(one, { found: found.value, role, at }, deps));
    },
  });
  return [list, assign, remove];
}

export const removedMeanwhile = (path: string) =>
  fault('not_found', `the role was removed meanwhile; GET ${path}/{id}/roles lists the others`);

const withRole = (params: TObject) =>
  Type.Object(
    {
      ...params.properties,
      actorRoleId: idField('us_acr'),
    },
    closed,
  );

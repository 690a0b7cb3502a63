/**
 * The five routes of a kind that callers manage: listed, made, shown, changed, removed. Flat: the fields of its
 * documents beside what every object has.
 */
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { fault } from '../../domain/errors.js';
import { LABELS } from '../../domain/kinds/document-schema.js';
import { nameField } from '../../domain/kinds/fields.js';
import { kindOf } from '../../domain/kinds/index.js';
import type { LiveObject } from '../../domain/live.js';
import type { ObjectRef } from '../../domain/objects.js';
import type { Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { formatInstant } from '../../domain/time.js';
import type { AdminDeclaration, AdminKind } from '../../ports/admin.js';
import { maySee } from '../access.js';
import { byIdOf, byOf, findObject, SUCCESS, Success } from '../live-objects.js';
import { pageThrough } from '../paging.js';
import { type Answered, type Definition, json, type Route, route } from '../route.js';
import { closed, dataOf, Instant, nullable, pageOf, pageQuery, requiredOf } from '../schemas.js';
import { inForce } from '../verifying.js';
import type { HttpWorld } from '../world.js';

export interface Managed {
  readonly kind: AdminKind;
  /** `services`: the path, and its permissions. */
  readonly noun: string;
  /** What it is to be of, when it is changed. */
  readonly changeable: readonly string[];
  /** Fields that are shown in another shape than documents have them. */
  readonly shown?: TProperties;
  /** What every store has under that id or name, and nobody changes. */
  builtIn?(idOrName: string, world: HttpWorld): Promise<Result<object | undefined>>;
}

const Labels = Type.Unsafe<Readonly<Record<string, string>>>({ ...LABELS });

const objectFields = {
  id: Type.String(),
  name: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  project: nullable(Type.String({ description: 'That declares it.' })),
  createdAt: Instant,
};

export const fieldsOf = (kind: AdminKind): TProperties =>
  (kindOf(kind).schema as Partial<TObject>).properties ?? {};

export const itemOf = (kind: AdminKind, shown: TProperties = {}): TObject =>
  Type.Object({ ...objectFields, ...fieldsOf(kind), ...shown }, closed);

export const shownManaged = ({ id, declaration, ownership, createdAt }: LiveObject): object => ({
  id,
  name: declaration.metadata.name,
  labels: { ...declaration.metadata.labels },
  project: ownership?.project ?? null,
  createdAt: formatInstant(createdAt),
  ...(declaration.spec as object),
});

/** Everything but the list of roles, which has those that are built in too. */
export function managedRoutes(managed: Managed): readonly Route[] {
  const { kind, noun } = managed;
  const [Item, title] = [itemOf(kind, managed.shown), kind.toLowerCase()];
  const common = { tag: noun, scope: 'objects' as const };
  const one = {
    ...common,
    path: `/${noun}/{id}`,
    params: byIdOf(kindOf(kind).idPrefix, `The id of a ${title}, or its name.`),
  };
  const write = `${noun}:write`;
  const create = route({
    ...common,
    method: 'POST',
    path: `/${noun}`,
    id: `create${kind}`,
    summary: `Make a ${title}.`,
    description: 'Nobody gives a permission that they do not have.',
    permission: write,
    body: newOf(kind),
    nulls: 'absent',
    makes: true,
    answer: dataOf(Item),
    faults: ['exists', 'unknown_reference', 'conflict'],
    handle: async (call, world) => {
      const { name, labels, ...spec } = call.body as Static<typeof Named>;
      const metadata = { name, ...(labels !== undefined && { labels }) };
      const made = await world.manual.create({ kind, metadata, spec } as AdminDeclaration, byOf(call));
      return made.ok ? now(world, made.value) : made;
    },
  });
  const get = route({
    ...one,
    method: 'GET',
    id: `get${kind}`,
    summary: `One ${title}.`,
    permission: `${noun}:read`,
    answer: dataOf(Item),
    faults: ['not_found'],
    handle: async ({ principal, params }, world) => {
      const builtIn = await builtInOf(managed, params.id, world);
      if (!builtIn.ok) return builtIn;
      if (builtIn.value !== undefined) return json({ data: builtIn.value });
      const found = await find(world.store, {
        kind,
        idOrName: params.id,
        principal,
        permissions: [`${noun}:read`],
      });
      return found.ok ? json({ data: shownManaged(found.value) }) : found;
    },
  });
  return [create, get, changeOf(managed, one, Item), removeOf(managed, one)];
}

type One = Pick<Definition<ReturnType<typeof byIdOf>, TObject, TObject>, 'path' | 'params' | 'tag' | 'scope'>;

function changeOf(managed: Managed, one: One, Item: TObject): Route {
  const { kind, noun, changeable } = managed;
  const body = changeOfKind(kind, changeable);
  return route<ReturnType<typeof byIdOf>, TObject, typeof body>({
    ...one,
    method: 'PATCH',
    id: `change${kind}`,
    summary: `Change a ${kind.toLowerCase()}.`,
    description:
      'What is left out stays as it is; null takes it away. Of one that a project declares it is drift, which the next apply undoes.',
    permission: `${noun}:write`,
    body,
    answer: dataOf(Item),
    faults: ['not_found', 'exists', 'unknown_reference', 'conflict', 'in_use'],
    handle: async (call, world) => {
      const found = await findToChange(world, managed, call);
      if (!found.ok) return found;
      const { name, labels, ...spec } = call.body as Changed;
      const change = { object: found.value.ref, name, labels: labels === null ? {} : labels, spec };
      const changed = await world.manual.change(change, byOf(call));
      return changed.ok ? now(world, changed.value) : changed;
    },
  });
}

function removeOf(managed: Managed, one: One): Route {
  const { kind, noun } = managed;
  return route<ReturnType<typeof byIdOf>, TObject, TObject>({
    ...one,
    method: 'DELETE',
    id: `delete${kind}`,
    summary: `Remove a ${kind.toLowerCase()} that nothing needs.`,
    permission: `${noun}:write`,
    answer: Success,
    faults: ['not_found', 'conflict', 'in_use'],
    handle: async (call, world) => {
      const found = await findToChange(world, managed, call);
      if (!found.ok) return found;
      const removed = await world.manual.remove(found.value.ref, byOf(call));
      return removed.ok ? json(SUCCESS) : removed;
    },
  });
}

export const listManaged = (kind: AdminKind, noun: string): Route =>
  route({
    method: 'GET',
    path: `/${noun}`,
    id: `list${kind}s`,
    tag: noun,
    summary: `${kind}s, by name.`,
    permission: `${noun}:read`,
    scope: 'objects',
    query: Type.Object(pageQuery, closed),
    answer: pageOf(itemOf(kind)),
    handle: async ({ principal, query }, { store }) => {
      const { limit, cursor } = query;
      const page = await pageThrough(store, {
        ...{ kind, limit, cursor },
        matches: (object) => maySee(principal, `${noun}:read`, object),
      });
      if (!page.ok) return page;
      const { data, nextCursor } = page.value;
      return json({ data: data.map(shownManaged), nextCursor });
    },
  });

const Named = Type.Object({ name: nameField('Names it within its kind.'), labels: Type.Optional(Labels) });

type Changed = Partial<Pick<Static<typeof Named>, 'name'>> & {
  readonly labels?: Static<typeof Labels> | null;
};

const newOf = (kind: AdminKind) =>
  Type.Object({ name: Named.properties.name, labels: Type.Optional(Labels), ...fieldsOf(kind) }, closed);

const changeOfKind = (kind: AdminKind, changeable: readonly string[]) => {
  const fields = fieldsOf(kind);
  const needed = requiredOf(kindOf(kind).schema);
  const nullables = changeable.flatMap((name) => {
    const field = fields[name];
    if (field === undefined) return [];
    // What every document of the kind has to say cannot be taken away.
    return [[name, Type.Optional(needed.includes(name) ? field : nullable(field))]];
  });
  return Type.Object(
    {
      name: Type.Optional(Named.properties.name),
      labels: Type.Optional(nullable(Labels)),
      ...Object.fromEntries(nullables),
    },
    { ...closed, minProperties: 1 },
  );
};

interface Sought {
  readonly kind: AdminKind;
  readonly idOrName: string;
  readonly principal: Principal;
  /** Whoever has any of them in its place may know of it. */
  readonly permissions: readonly string[];
}

async function find(
  store: HttpWorld['store'],
  { kind, idOrName, principal, permissions }: Sought,
): Promise<Result<LiveObject>> {
  const found = await findObject(store, { kind, name: idOrName });
  if (!found.ok) return found;
  const object = found.value;
  const isSeen = object !== undefined && permissions.some((one) => maySee(principal, one, object));
  return isSeen ? ok(object) : fail(fault('not_found', `there is no such ${kind.toLowerCase()}`));
}

async function findToChange(
  world: HttpWorld,
  managed: Managed,
  { params, principal }: { readonly params: { readonly id: string }; readonly principal: Principal },
): Promise<Result<LiveObject>> {
  const { kind, noun } = managed;
  const builtIn = await builtInOf(managed, params.id, world);
  if (!builtIn.ok) return builtIn;
  if (builtIn.value !== undefined)
    return fail(
      fault('conflict', `this ${kind.toLowerCase()} is built in and stays as it is; make one of your own`),
    );
  const permissions = [`${noun}:read`, `${noun}:write`];
  return find(world.store, { kind, idOrName: params.id, principal, permissions });
}

const builtInOf = (
  { builtIn }: Managed,
  idOrName: string,
  world: HttpWorld,
): Promise<Result<object | undefined>> => builtIn?.(idOrName, world) ?? Promise.resolve(ok(undefined));

/** What keys may do can follow from it, so it is in force here before it is answered. */
async function now(world: HttpWorld, ref: ObjectRef): Promise<Answered> {
  const inMemory = await inForce(world);
  if (!inMemory.ok) return inMemory;
  const found = await world.store.fetch([ref]);
  if (!found.ok) return found;
  const [object] = found.value;
  return object === undefined
    ? fail(fault('not_found', 'it was removed meanwhile'))
    : json({ data: shownManaged(object) });
}

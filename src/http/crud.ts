/**
 * The routes of every kind whose objects are created, changed and removed like any other's, as its `routes` say. Flat:
 * the fields of its documents beside what every object has.
 */
import { type Static, type TObject, type TProperties, Type } from 'typebox';
import { fault } from '../domain/errors.js';
import { LABELS } from '../domain/kinds/document-schema.js';
import { nameField } from '../domain/kinds/fields.js';
import { kindOf, type ObjectKind, type Routes, type Verb } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import type { ObjectRef } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { formatInstant } from '../domain/time.js';
import type { NewObject } from '../ports/admin.js';
import { maySee } from './access.js';
import { pageThrough } from './cursor-pagination.js';
import type { HttpDependencies } from './dependencies.js';
import { byIdOf, byOf, findObject, refById } from './live-objects.js';
import { resource } from './resource.js';
import type { Route } from './route.js';
import { closed, Instant, nullable, pageOf, pageQuery, requiredOf } from './schemas.js';

type Shown = Readonly<Record<string, unknown>>;

/** What every store has under an id or a name, and what never changes. */
export interface BuiltIn {
  /** Fields that are shown in another shape than documents have them. */
  readonly shown: TProperties;
  find(idOrName: string, deps: HttpDependencies): Promise<Result<Shown | undefined>>;
}

/** An object of the store's own, or what a built-in one is shown as. */
type Found = { readonly object: LiveObject } | { readonly builtIn: Shown };

export function crudRoutes(kind: ObjectKind, builtIn?: BuiltIn): readonly Route[] {
  const { routes } = kindOf(kind);
  if (routes === undefined || routes.verbs.length === 0) return [];
  const crud = crudOf(kind, routes, builtIn);
  return routes.verbs.map((verb) => VERB_ROUTES[verb](crud));
}

type Crud = ReturnType<typeof crudOf>;

function crudOf(kind: ObjectKind, routes: Routes, builtIn: BuiltIn | undefined) {
  const { collection: path, item } = routes;
  const { idPrefix, access } = kindOf(kind);
  const [read, write] = [`${access.noun}:read`, `${access.noun}:write`];
  const Item: TObject = Type.Object({ ...objectFields, ...fieldsOf(kind), ...builtIn?.shown }, closed);
  const one = resource<Found, ReturnType<typeof byIdOf>, TObject>({
    ...{ path, tag: access.noun, read, write, scope: 'objects', item: Item, decidesAccess: true },
    params: byIdOf(idPrefix, `The id of a ${item}, or its name.`),
    find: async ({ params: { id }, principal }, deps) => {
      const known = await builtIn?.find(id, deps);
      if (known?.ok === false) return known;
      if (known?.value !== undefined) return ok({ builtIn: known.value });
      const found = await findObject(deps.store, { kind, name: id });
      if (!found.ok) return found;
      const object = found.value;
      const isSeen = object !== undefined && [read, write].some((may) => maySee(principal, may, object));
      return isSeen ? ok({ object }) : absent(item);
    },
    show: (found) => ok('object' in found ? shown(found.object) : found.builtIn),
  });
  return {
    ...{ kind, routes, read, Item, one },
    /** `conflict` for one that never changes. */
    own: (found: Found): Result<ObjectRef> =>
      'object' in found
        ? ok(refById(found.object))
        : fail(fault('conflict', `this ${item} is built in and cannot be changed; create another one`)),
    after: async (ref: ObjectRef, { store }: HttpDependencies): Promise<Result<Found>> => {
      const object = await findObject(store, ref);
      if (!object.ok) return object;
      return object.value === undefined ? absent(item) : ok({ object: object.value });
    },
  };
}

const absent = (item: string): Result<never> => fail(fault('not_found', `no such ${item}`));

const VERB_ROUTES: Readonly<Record<Verb, (crud: Crud) => Route>> = {
  list: ({ kind, one, read, Item }) =>
    one.list({
      id: `list${kind}s`,
      summary: `${kind}s, by name.`,
      query: Type.Object(pageQuery, closed),
      answer: pageOf(Item),
      page: async ({ principal, query: { limit, cursor } }, { store }) => {
        const matches = (object: LiveObject) => maySee(principal, read, object);
        const page = await pageThrough(store, { kind, limit, cursor, matches });
        return page.ok ? ok({ ...page.value, data: page.value.data.map(shown) }) : page;
      },
    }),
  create: ({ kind, routes, one, after }) =>
    one.create({
      id: `create${kind}`,
      summary: `Create a ${routes.item}.`,
      description: 'A caller gives no permission that they do not have.',
      body: newOf(kind),
      faults: ['exists', 'unknown_reference', 'conflict'],
      create: async (call, deps) => {
        const { name, labels, ...spec } = call.body as Static<typeof Named>;
        const created = await deps.admin.create({ kind, name, labels, spec } as NewObject, byOf(call));
        return created.ok ? after(created.value.object, deps) : created;
      },
    }),
  get: ({ kind, routes, one }) => one.get({ id: `get${kind}`, summary: `One ${routes.item}.` }),
  update: ({ kind, routes, one, own, after }) =>
    one.update({
      id: `change${kind}`,
      summary: `Change a ${routes.item}.`,
      description:
        'What is left out stays as it is; null removes it. Of one that a project declares it is drift, which the next apply undoes.',
      body: changeOf(kind, routes.changeable),
      nulls: 'removed',
      faults: ['not_found', 'exists', 'unknown_reference', 'conflict', 'in_use'],
      after,
      update: async (call, found, deps) => {
        const object = own(found);
        if (!object.ok) return object;
        const { name, labels, ...spec } = call.body as Changed;
        const change = { object: object.value, name, labels: labels === null ? {} : labels, spec };
        return deps.admin.change(change, byOf(call));
      },
    }),
  delete: ({ kind, routes, one, own }) =>
    one.remove({
      id: `delete${kind}`,
      summary: `Delete a ${routes.item} that is not in use.`,
      faults: ['not_found', 'conflict', 'in_use'],
      run: async (call, found, deps) => {
        const object = own(found);
        return object.ok ? deps.admin.remove([object.value], byOf(call)) : object;
      },
    }),
};

const Labels = Type.Unsafe<Readonly<Record<string, string>>>({ ...LABELS });

const objectFields = {
  id: Type.String(),
  name: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  project: nullable(Type.String({ description: 'The project that declares it.' })),
  createdAt: Instant,
};

const fieldsOf = (kind: ObjectKind): TProperties =>
  (kindOf(kind).schema as Partial<TObject>).properties ?? {};

const shown = ({ id, declaration, ownership, createdAt }: LiveObject): Shown => ({
  id,
  name: declaration.metadata.name,
  labels: { ...declaration.metadata.labels },
  project: ownership?.project ?? null,
  createdAt: formatInstant(createdAt),
  ...declaration.spec,
});

const Named = Type.Object({ name: nameField('Names it within its kind.'), labels: Type.Optional(Labels) });

type Changed = Partial<Pick<Static<typeof Named>, 'name'>> & {
  readonly labels?: Static<typeof Labels> | null;
};

const newOf = (kind: ObjectKind): TObject => Type.Object({ ...Named.properties, ...fieldsOf(kind) }, closed);

function changeOf(kind: ObjectKind, changeable: readonly string[]): TObject {
  const fields = fieldsOf(kind);
  const needed = requiredOf(kindOf(kind).schema);
  const nullables = changeable.flatMap((name) => {
    const field = fields[name];
    if (field === undefined) return [];
    // What every document of the kind has to say cannot be removed.
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
}

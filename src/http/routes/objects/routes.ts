/** Lists of everything else that documents declare: a route a kind, with the fields of its documents. */
import { type TObject, type TSchema, Type } from 'typebox';
import { kindOf } from '../../../domain/kinds/index.js';
import type { LiveObject } from '../../../domain/live.js';
import type { ObjectRef } from '../../../domain/objects.js';
import { formatInstant } from '../../../domain/time.js';
import { maySee } from '../../access.js';
import { pageThrough } from '../../paging.js';
import { json, type Route, route } from '../../route.js';
import { closed, Instant, nullable, pageOf, pageQuery } from '../../schemas.js';

interface Listed {
  readonly kind: ObjectRef['kind'];
  readonly path: string;
  readonly noun: string;
}

const LISTED: readonly Listed[] = [
  { kind: 'Guest', path: '/guests', noun: 'guests' },
];

const filters = Type.Object(
  { ...pageQuery, environment: Type.Optional(Type.String({ maxLength: 63 })) },
  closed,
);
const plain = Type.Object(pageQuery, closed);

function listOf({ kind, path, noun }: Listed): Route {
  const isBound = kindOf(kind).within !== undefined;
  return route({
    method: 'GET',
    path,
    id: `list${noun[0]?.toUpperCase()}${noun.slice(1)}`,
    tag: noun,
    summary: `${kind} objects, by name.`,
    permission: `${noun}:read`,
    scope: 'objects',
    query: isBound ? filters : plain,
    answer: pageOf(itemOf(kind)),
    handle: async ({ principal, query }, { store }) => {
      const { limit, cursor } = query;
      const environment = 'environment' in query ? String(query.environment) : undefined;
      const page = await pageThrough(store, {
        ...{ kind, limit, cursor },
        matches: (object) =>
          maySee(principal, `${noun}:read`, object) &&
          [undefined, environmentOf(object)].includes(environment),
      });
      if (!page.ok) return page;
      const { data, nextCursor } = page.value;
      return json({ data: data.map(shown), nextCursor });
    },
  });
}

const environmentOf = ({ declaration }: LiveObject): string | undefined =>
  kindOf(declaration.kind).within?.(declaration.spec);

/** The fields of the kind's documents, as they are declared, with what every object has. */
const itemOf = (kind: ObjectRef['kind']): TSchema => {
  const { properties = {} } = kindOf(kind).schema as Partial<TObject>;
  return Type.Object(
    {
      id: Type.String(),
      name: Type.String(),
      labels: Type.Record(Type.String(), Type.String()),
      project: nullable(Type.String({ description: 'That declares it.' })),
      createdAt: Instant,
      spec: Type.Object(properties, closed),
    },
    closed,
  );
};

const shown = ({ id, declaration, ownership, createdAt }: LiveObject): object => ({
  id,
  name: declaration.metadata.name,
  labels: declaration.metadata.labels ?? {},
  project: ownership?.project ?? null,
  createdAt: formatInstant(createdAt),
  spec: declaration.spec,
});

export const objectRoutes: readonly Route[] = LISTED.map(listOf);

/** Objects of every kind, and which of them name which. */
import type { ObjectQueries, ObjectRow, ReferenceRow } from '../../credential-store/storage-port.js';
import { chunks } from '../chunks.js';
import { remembered, type Session, statement, wholeRow } from '../statement.js';
import { survey } from './object-summaries.js';

/** What an update may change: a row keeps its id, kind, origin, owner and creation. */
const DECLARED = [
  'name',
  'declaration',
  'digest',
  'project',
  'manager',
  'key_type',
  'is_prod',
  'alias',
  'granted_at',
  'removed_at',
  'applied',
] as const satisfies readonly (keyof ObjectRow)[];

/** What happens to an object that stays as it is declared: no index has any of it. */
const ONGOING = [
  'revision',
  'quiet_until',
  'deactivated_at',
  'rotation_requested_at',
  'acknowledged_generation',
  'row_mac',
  'deliveries',
] as const satisfies readonly (keyof ObjectRow)[];

const CHANGING = [...DECLARED, ...ONGOING] as const;

const COLUMNS = ['id', 'kind', 'origin', 'owner_id', 'created_at', ...CHANGING] as const;

const byId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('objects').selectAll().where('id', '=', p('id')),
);
const find = statement<{ kind: string; name: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', p('kind'))
    .where('name', '=', p('name'))
    .where('removed_at', 'is', null),
);
const findAlias = statement<{ kind: string; alias: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', p('kind'))
    .where('alias', '=', p('alias'))
    .where('removed_at', 'is', null),
);
const ownedBy = statement<{ id: string }>()((db, p) =>
  db.selectFrom('objects').selectAll().where('owner_id', '=', p('id')),
);
const countOwned = statement<{ project: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .select((row) => row.fn.countAll().as('count'))
    .where('project', '=', p('project'))
    .where('removed_at', 'is', null),
);
const ofKind = statement<{ kind: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', p('kind'))
    .where('removed_at', 'is', null)
    .orderBy('name'),
);
const page = statement<{ kind: string; after: string; limit: number }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', p('kind'))
    .where('name', '>', p('after'))
    .where('removed_at', 'is', null)
    .orderBy('name')
    .limit(p('limit')),
);
const tombstones = statement<{ kind: string; name: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', p('kind'))
    .where('name', '=', p('name'))
    .where('removed_at', 'is not', null)
    .orderBy('revision', 'desc'),
);
const owners = statement<object>()((db) =>
  db
    .selectFrom('objects')
    .select(['project', 'manager'])
    .distinct()
    .where('project', 'is not', null)
    .where((row) => row.or([row('removed_at', 'is', null), row('applied', 'is not', null)]))
    .orderBy('project')
    .orderBy('manager'),
);
const declaredBy = statement<{ project: string; manager: string }>()((db, p) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('project', '=', p('project'))
    .where('manager', '=', p('manager'))
    .where((row) => row.or([row('removed_at', 'is', null), row('applied', 'is not', null)])),
);
const referring = statement<{ kind: string; name: string }>()((db, p) =>
  db
    .selectFrom('object_references as reference')
    .innerJoin('objects', 'objects.id', 'reference.object_id')
    .selectAll('objects')
    .where('reference.kind', '=', p('kind'))
    .where('reference.name', '=', p('name')),
);
const insert = statement<ObjectRow>()((db, p) => db.insertInto('objects').values(wholeRow(COLUMNS, p)));
const update = statement<ObjectRow>()((db, p) =>
  db.updateTable('objects').set(wholeRow(CHANGING, p)).where('id', '=', p('id')),
);
const resume = statement<ObjectRow>()((db, p) =>
  db.updateTable('objects').set(wholeRow(ONGOING, p)).where('id', '=', p('id')),
);
const insertReference = statement<ReferenceRow>()((db, p) =>
  db
    .insertInto('object_references')
    .values(wholeRow(['object_id', 'kind', 'name'], p))
    .onConflict((conflict) => conflict.doNothing()),
);
const deleteReferences = statement<{ id: string }>()((db, p) =>
  db.deleteFrom('object_references').where('object_id', '=', p('id')),
);

/** What the memo calls the live object of a name, and by which of those names it knows an object. */
const nameOf = ({ kind, name }: Pick<ObjectRow, 'kind' | 'name'>): string => `object ${kind}/${name}`;
const knownAs = (id: string): string => `name of ${id}`;

/** What the memo knows of an object is the row as it is now. */
function know({ memo }: Session, row: ObjectRow): void {
  const name = nameOf(row);
  const former = memo.get(knownAs(row.id));
  if (typeof former === 'string' && former !== name) memo.delete(former);
  // A tombstone says nothing about who has its name now.
  if (row.removed_at !== null) {
    memo.delete(name);
    memo.delete(knownAs(row.id));
    return;
  }
  memo.set(name, row);
  memo.set(knownAs(row.id), name);
}

/** Is everything still so that its declaration says, by what the memo knows? */
function isOngoing({ memo }: Session, row: ObjectRow): boolean {
  const known = memo.get(nameOf(row)) as ObjectRow | undefined;
  return known?.id === row.id && DECLARED.every((column) => known[column] === row[column]);
}

export function objectQueries(session: Session): ObjectQueries {
  const refer = async (references: readonly ReferenceRow[]): Promise<void> => {
    for (const reference of references) await insertReference(session, reference);
  };
  return {
    byId: async (id) => (await byId(session, { id }))[0],
    // An environment and a service are looked up for each of their keys.
    find: (kind, name) =>
      remembered(session, nameOf({ kind, name }), async () => {
        const row = (await find(session, { kind, name }))[0];
        if (row) session.memo.set(knownAs(row.id), nameOf(row));
        return row;
      }),
    findAlias: async (kind, alias) => (await findAlias(session, { kind, alias }))[0],
    countOwned: async (project) => Number((await countOwned(session, { project }))[0]?.count ?? 0),
    ownedBy: (id) => ownedBy(session, { id }),
    ofKind: (kind) => ofKind(session, { kind }),
    page: (kind, after, limit) => page(session, { kind, after, limit }),
    byIds: (ids) =>
      chunks(ids, (chunk) => session.compiler.selectFrom('objects').selectAll().where('id', 'in', chunk))(
        session,
      ),
    findMany: (kind, names) =>
      chunks(names, (chunk) =>
        session.compiler
          .selectFrom('objects')
          .selectAll()
          .where('kind', '=', kind)
          .where('name', 'in', chunk)
          .where('removed_at', 'is', null),
      )(session),
    tombstones: (kind, name) => tombstones(session, { kind, name }),
    survey: () => survey(session),
    owners: () => owners(session, {}),
    declaredBy: ({ project, manager }) => declaredBy(session, { project, manager }),
    referring: (kind, name) => referring(session, { kind, name }),
    insert: async (row, references) => {
      know(session, row);
      await insert(session, row);
      await refer(references);
    },
    update: async (row) => {
      const change = isOngoing(session, row) ? resume : update;
      know(session, row);
      await change(session, row);
    },
    replaceReferences: async (id, references) => {
      await deleteReferences(session, { id });
      await refer(references);
    },
  };
}

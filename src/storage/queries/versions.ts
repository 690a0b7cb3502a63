/** Versions of keys and their use. */
import type { ConsumerRow, VersionQueries, VersionRow } from '../../credential-store/storage-port.js';
import { chunks } from '../chunks.js';
import { remembered, type Session, statement, wholeRow } from '../statement.js';

/** What an update may change: identity and secret are for ever, and use has its own statement. */
const CHANGING = [
  'promoted_at',
  'retiring_at',
  'suspended_until',
  'revoked_at',
  'is_revoked',
  'expires_at',
  'sealed',
  'recipient',
  'row_mac',
] as const satisfies readonly (keyof VersionRow)[];

const COLUMNS = [
  'token_id',
  'object_id',
  'generation',
  'token_mac',
  'fingerprint',
  'issued_at',
  'clear',
  'last_used_at',
  'use_count',
  ...CHANGING,
] as const;

const byTokenId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('versions').selectAll().where('token_id', '=', p('id')),
);
const page = statement<{ after: string; limit: number }>()((db, p) =>
  db
    .selectFrom('versions')
    .selectAll()
    .where('token_id', '>', p('after'))
    .orderBy('token_id')
    .limit(p('limit')),
);
const ofObject = statement<{ id: string }>()((db, p) =>
  db.selectFrom('versions').selectAll().where('object_id', '=', p('id')).orderBy('generation'),
);
const insert = statement<VersionRow>()((db, p) => db.insertInto('versions').values(wholeRow(COLUMNS, p)));
const update = statement<VersionRow>()((db, p) =>
  db.updateTable('versions').set(wholeRow(CHANGING, p)).where('token_id', '=', p('token_id')),
);
const used = statement<{ id: string; at: number }>()((db, p) =>
  db
    .updateTable('versions')
    .set({ last_used_at: p('at') })
    .where('token_id', '=', p('id'))
    .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<', p('at'))])),
);
const seen = statement<ConsumerRow>()((db, p) =>
  db
    .insertInto('consumers_seen')
    .values(wholeRow(['token_id', 'consumer', 'last_seen_at'], p))
    .onConflict((conflict) =>
      conflict.columns(['token_id', 'consumer']).doUpdateSet({ last_seen_at: p('last_seen_at') }),
    ),
);

/** What the memo calls the versions of an object, and by which token it knows whose they are. */
const versionsOf = (objectId: string): string => `versions of ${objectId}`;
const ownerOf = (tokenId: string): string => `owner of ${tokenId}`;

async function readVersions(session: Session, id: string): Promise<readonly VersionRow[]> {
  const rows = await ofObject(session, { id });
  for (const row of rows) session.memo.set(ownerOf(row.token_id), id);
  return rows;
}

/** One more version, the newest or one that replaces the same as it was before. */
function know({ memo }: Session, row: VersionRow): void {
  const name = versionsOf(row.object_id);
  const known = memo.get(name) as readonly VersionRow[] | undefined;
  if (known === undefined) return;
  memo.set(name, [...known.filter(({ token_id }) => token_id !== row.token_id), row].sort(byGeneration));
  memo.set(ownerOf(row.token_id), row.object_id);
}

const byGeneration = (a: VersionRow, b: VersionRow): number => a.generation - b.generation;

/** Use is written without reading, so what was known of that object's versions is old. */
export function forgetVersion({ memo }: Session, tokenId: string): void {
  const objectId = memo.get(ownerOf(tokenId));
  if (typeof objectId === 'string') memo.delete(versionsOf(objectId));
}

export function versionQueries(session: Session): VersionQueries {
  return {
    byTokenId: async (id) => (await byTokenId(session, { id }))[0],
    page: (after, limit) => page(session, { after, limit }),
    of: (id) => remembered(session, versionsOf(id), () => readVersions(session, id)),
    ofMany: (ids) =>
      chunks(ids, (chunk) =>
        session.compiler
          .selectFrom('versions')
          .selectAll()
          .where('object_id', 'in', chunk)
          .orderBy('object_id')
          .orderBy('generation'),
      )(session),
    owners: (ids) =>
      chunks(ids, (chunk) =>
        session.compiler
          .selectFrom('versions')
          .innerJoin('objects', 'objects.id', 'versions.object_id')
          .select(['versions.token_id', 'objects.kind', 'objects.name', 'objects.removed_at'])
          .where('versions.token_id', 'in', chunk),
      )(session),
    insert: async (row) => {
      know(session, row);
      await insert(session, row);
    },
    update: async (row) => {
      know(session, row);
      await update(session, row);
    },
    used: async (id, at) => {
      forgetVersion(session, id);
      await used(session, { id, at });
    },
    seen: async (row) => {
      await seen(session, row);
    },
    consumers: (ids) =>
      chunks(ids, (chunk) =>
        session.compiler
          .selectFrom('consumers_seen')
          .selectAll()
          .where('token_id', 'in', chunk)
          .orderBy('token_id')
          .orderBy('consumer'),
      )(session),
  };
}

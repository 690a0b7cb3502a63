/** Credentials of people and guests, sessions, and the keys that access tokens are signed with. */
import type {
  CredentialQueries,
  CredentialRow,
  SigningKeyQueries,
  SigningKeyRow,
} from '../../credential-store/storage-port.js';
import { type Session, statement, wholeRow } from '../statement.js';

/** What an update may change: whose it is and what proves it are for ever, and use has its own statement. */
const CHANGING = [
  'expires_at',
  'spent_at',
  'ended_at',
  'space_id',
  'row_mac',
] as const satisfies readonly (keyof CredentialRow)[];

const COLUMNS = [
  'id',
  'kind',
  'holder_id',
  'parent_id',
  'name',
  'proof',
  'created_at',
  'last_used_at',
  ...CHANGING,
] as const;

const byId = statement<{ id: string }>()((db, p) =>
  db.selectFrom('credentials').selectAll().where('id', '=', p('id')),
);
const ofHolder = statement<{ holder: string; kind: string }>()((db, p) =>
  db
    .selectFrom('credentials')
    .selectAll()
    .where('holder_id', '=', p('holder'))
    .where('kind', '=', p('kind'))
    .orderBy('created_at')
    .orderBy('id'),
);
const ofKind = statement<{ kind: string }>()((db, p) =>
  db.selectFrom('credentials').selectAll().where('kind', '=', p('kind')).orderBy('created_at').orderBy('id'),
);
const insert = statement<CredentialRow>()((db, p) =>
  db.insertInto('credentials').values(wholeRow(COLUMNS, p)),
);
const update = statement<CredentialRow>()((db, p) =>
  db.updateTable('credentials').set(wholeRow(CHANGING, p)).where('id', '=', p('id')),
);
const used = statement<{ id: string; at: number }>()((db, p) =>
  db
    .updateTable('credentials')
    .set({ last_used_at: p('at') })
    .where('id', '=', p('id'))
    .where((row) => row.or([row('last_used_at', 'is', null), row('last_used_at', '<', p('at'))])),
);

const purge = statement<{ before: number; limit: number }>()((db, p) =>
  db
    .deleteFrom('credentials')
    .where(
      'id',
      'in',
      db
        .selectFrom('credentials')
        .select('id')
        .where('expires_at', '<', p('before'))
        .where('kind', '!=', 'root')
        .where('id', 'not in', db.selectFrom('outbox').select('credential_id'))
        .orderBy('expires_at')
        .limit(p('limit')),
    ),
);

export function credentialQueries(session: Session): CredentialQueries {
  return {
    byId: async (id) => (await byId(session, { id }))[0],
    of: (holder, kind) => ofHolder(session, { holder, kind }),
    ofKind: (kind) => ofKind(session, { kind }),
    insert: async (row) => {
      await insert(session, row);
    },
    update: async (row) => {
      await update(session, row);
    },
    purge: async (before, limit) => {
      await purge(session, { before, limit });
    },
    used: async (id, at) => {
      await used(session, { id, at });
    },
  };
}

const allKeys = statement<object>()((db) =>
  db.selectFrom('signing_keys').selectAll().orderBy('created_at').orderBy('id'),
);
const putKey = statement<SigningKeyRow>()((db, p) =>
  db
    .insertInto('signing_keys')
    .values(wholeRow(['id', 'public_key', 'sealed', 'created_at', 'retired_at', 'row_mac'], p))
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ sealed: p('sealed'), retired_at: p('retired_at'), row_mac: p('row_mac') }),
    ),
);

export function signingKeyQueries(session: Session): SigningKeyQueries {
  return {
    all: () => allKeys(session, {}),
    put: async (row) => {
      await putKey(session, row);
    },
  };
}

/** What a look over all live keys asks of the database, each in one statement: the answers are few, the keys are not. */
import type { ReviewQueries } from '../../credential-store/storage-port.js';
import { type Session, statement } from '../statement.js';

type Window = { now: number; before: number };

const personal = statement<object>()((db) =>
  db
    .selectFrom('objects')
    .selectAll()
    .where('kind', '=', 'ApiKey')
    .where('owner_id', 'is not', null)
    .where('removed_at', 'is', null)
    .orderBy('name'),
);

/** Of versions that have not ended and whose secret was handed out: what waits to be claimed cannot be used. */
const idle = statement<Window>()((db, p) =>
  db
    .selectFrom('versions')
    .innerJoin('objects', 'objects.id', 'versions.object_id')
    .select(({ fn }) => [
      'objects.kind',
      'objects.name',
      fn.min('versions.issued_at').as('issued_at'),
      fn.max('versions.last_used_at').as('last_used_at'),
    ])
    .where('objects.removed_at', 'is', null)
    // The automatic keys come with their environment and cannot be taken away.
    .where('objects.origin', '<>', 'system')
    .where('versions.recipient', 'is', null)
    .where('versions.is_revoked', 'is', null)
    .where((row) => row.or([row('revoked_at', 'is', null), row('revoked_at', '>', p('now'))]))
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', p('now'))]))
    .groupBy(['objects.kind', 'objects.name'])
    .having(({ fn }) => fn.min('versions.issued_at'), '<', p('before'))
    .having((group) =>
      group.or([
        group(group.fn.max('versions.last_used_at'), 'is', null),
        group(group.fn.max('versions.last_used_at'), '<', p('before')),
      ]),
    )
    .orderBy('objects.name'),
);

const old = statement<Window>()((db, p) =>
  db
    .selectFrom('versions')
    .innerJoin('objects', 'objects.id', 'versions.object_id')
    .select(['objects.kind', 'objects.name', 'versions.generation', 'versions.issued_at'])
    .where('objects.removed_at', 'is', null)
    .where('versions.recipient', 'is', null)
    .where('versions.issued_at', '<', p('before'))
    .where('versions.is_revoked', 'is', null)
    .where((row) => row.or([row('revoked_at', 'is', null), row('revoked_at', '>', p('now'))]))
    .where((row) => row.or([row('expires_at', 'is', null), row('expires_at', '>', p('now'))]))
    .orderBy('objects.name')
    .orderBy('versions.generation'),
);

const expiring = statement<Window>()((db, p) =>
  db
    .selectFrom('versions')
    .innerJoin('objects', 'objects.id', 'versions.object_id')
    .selectAll('objects')
    .select(['versions.issued_at', 'versions.expires_at'])
    .$narrowType<{ expires_at: number }>()
    .where('objects.removed_at', 'is', null)
    .where('versions.expires_at', '>', p('now'))
    .where('versions.expires_at', '<=', p('before'))
    .where('versions.is_revoked', 'is', null)
    .where((row) => row.or([row('revoked_at', 'is', null), row('revoked_at', '>', p('now'))]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('versions as later')
            .select('later.token_id')
            .whereRef('later.object_id', '=', 'versions.object_id')
            .whereRef('later.generation', '>', 'versions.generation'),
        ),
      ),
    )
    .orderBy('objects.name'),
);

export const reviewQueries = (session: Session): ReviewQueries => ({
  personal: () => personal(session, {}),
  idle: (window) => idle(session, window),
  old: (window) => old(session, window),
  expiring: (window) => expiring(session, window),
});

/**
 * Events beside the log that reports them, found by scope and instant. What the log of an older store reports is stored
 * once more here; what its entries about guests do not say stays unreported. What clients said moves here.
 */
import { type Kysely, type Migration, sql } from 'kysely';
import { workbookId } from '../../domain/derived-ids.js';

interface Event {
  readonly id: string;
  readonly seq: number | null;
  readonly at: number;
  readonly environment_id: string;
  readonly space_id: string | null;
  readonly workbook_id: string | null;
  readonly topic: string;
  readonly domain: string;
  readonly payload: string;
  readonly members: string;
  readonly actor_id: string | null;
  readonly acknowledged_at: number | null;
  readonly acknowledged_by: string | null;
}

interface Entry {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly object_kind: string;
  readonly object_name: string;
  readonly detail: string;
}

interface Belonging {
  readonly id: string;
  readonly kind: string;
  readonly object_id: string;
  readonly name: string;
  readonly value: string;
  readonly created_at: number;
}

interface Tables {
  readonly events: Event;
  readonly audit: Entry;
  readonly belongings: Belonging;
}

export const events: Migration = {
  async up(db: Kysely<Tables>): Promise<void> {
    await createTable(db);
    await emitAgain(db);
    await moveSaid(db);
  },
};

async function createTable(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('events')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('seq', 'bigint')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('environment_id', 'text', (column) => column.notNull())
    .addColumn('space_id', 'text')
    .addColumn('workbook_id', 'text')
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('domain', 'text', (column) => column.notNull())
    .addColumn('payload', 'text', (column) => column.notNull())
    .addColumn('members', 'text', (column) => column.notNull())
    .addColumn('actor_id', 'text')
    .addColumn('acknowledged_at', 'bigint')
    .addColumn('acknowledged_by', 'text')
    .execute();
  // Clients mostly ask for what was not dealt with yet, of which there is little.
  for (const [name, ...columns] of INDEXES) {
    await db.schema.createIndex(`events_${name}`).on('events').columns(columns).execute();
    await db.schema
      .createIndex(`events_${name}_open`)
      .on('events')
      .columns(columns)
      .where(sql.ref('acknowledged_at'), 'is', null)
      .execute();
  }
  await db.schema
    .createIndex('events_said')
    .on('events')
    .columns(['environment_id', 'at', 'id'])
    .where(sql.ref('seq'), 'is', null)
    .execute();
}

const INDEXES: readonly (readonly [string, ...string[]])[] = [
  ['at', 'at', 'id'],
  ['environment', 'environment_id', 'at', 'id'],
  ['space', 'space_id', 'at', 'id'],
];

const PAGE = 1_000;

/** Entries name objects as they were called; ids are followed from the first entry on. */
async function emitAgain(db: Kysely<Tables>): Promise<void> {
  const ids = new Map<string, string>();
  for (let since = 0; ; ) {
    const page = await db
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', since)
      .orderBy('seq')
      .limit(PAGE)
      .execute();
    for (const entry of page) {
      const detail = JSON.parse(entry.detail) as Detail;
      learn(ids, entry, detail);
      const event = eventOf(ids, entry, detail);
      if (event !== undefined) await db.insertInto('events').values(event).execute();
    }
    const last = page.at(-1);
    if (last === undefined) return;
    since = last.seq;
  }
}

type Detail = Readonly<Record<string, unknown>>;

function learn(ids: Map<string, string>, { object_kind, object_name, action }: Entry, detail: Detail): void {
  const { id, from } = detail;
  const former = action === 'object.renamed' ? ids.get(`${object_kind}/${String(from)}`) : undefined;
  const known = action === 'object.created' && typeof id === 'string' ? id : former;
  if (known !== undefined) ids.set(`${object_kind}/${object_name}`, known);
}

const VERBS: Readonly<Record<string, string>> = {
  'object.created': 'created',
  'object.updated': 'updated',
  'object.deleted': 'deleted',
  'attributes.changed': 'updated',
};

function eventOf(ids: ReadonlyMap<string, string>, entry: Entry, detail: Detail): Event | undefined {
  const { seq, at, actor, action, object_kind: kind, object_name: name } = entry;
  if (kind !== 'Environment' && kind !== 'Space') return undefined;
  const own = ids.get(`${kind}/${name}`);
  const environment_id = ids.get(`Environment/${name.split('/')[0]}`);
  const said = saidBy(entry, detail, action === 'object.renamed' && detail['from'] !== undefined);
  if (own === undefined || environment_id === undefined || said === undefined) return undefined;
  const workbook = said.domain === 'workbook' && kind === 'Space' ? String(detail['workbook']) : undefined;
  return {
    ...{ id: `us_evt_${String(seq).padStart(16, '0')}`, seq, at, environment_id },
    space_id: kind === 'Space' ? own : null,
    workbook_id: workbook === undefined ? null : workbookId(own, workbook),
    ...{ topic: said.topic, domain: said.domain, payload: JSON.stringify(said.payload), members: '{}' },
    ...{ actor_id: ids.get(actor) ?? null, acknowledged_at: null, acknowledged_by: null },
  };
}

function saidBy({ action, object_kind, object_name }: Entry, detail: Detail, isRenamed: boolean) {
  const own = object_kind.toLowerCase();
  const what = isRenamed ? 'updated' : VERBS[action];
  if (what !== undefined) return { topic: `${own}:${what}`, domain: own, payload: { name: object_name } };
  const [noun = '', verb = ''] = action.split('.');
  const topic = `${noun}:${verb === 'changed' ? 'updated' : verb}`;
  if (noun === 'workbook') return { topic, domain: noun, payload: { name: String(detail['workbook']) } };
  if (noun === 'secret')
    return { topic, domain: noun, payload: { secretId: detail['secretId'], name: detail['secret'] } };
  return noun === 'agent'
    ? { topic, domain: 'environment', payload: { agentId: detail['agentId'] } }
    : undefined;
}

interface Said {
  readonly topic: string;
  readonly domain: string;
  readonly payload: unknown;
  readonly members: unknown;
  readonly actorId: string;
  readonly place: { readonly environmentId: string; readonly spaceId?: string; readonly workbookId?: string };
}

async function moveSaid(db: Kysely<Tables>): Promise<void> {
  const rows = await db
    .selectFrom('belongings')
    .selectAll()
    .where('kind', 'in', ['event', 'acknowledgement'])
    .execute();
  for (const { id, value, created_at: at } of rows.filter(({ kind }) => kind === 'event')) {
    const { topic, domain, payload, members, actorId, place } = JSON.parse(value) as Said;
    await db
      .insertInto('events')
      .values({
        ...{ id, seq: null, at, topic, domain, actor_id: actorId },
        ...{ environment_id: place.environmentId, space_id: place.spaceId ?? null },
        ...{ workbook_id: place.workbookId ?? null, payload: JSON.stringify(payload) },
        ...{ members: JSON.stringify(members ?? {}), acknowledged_at: null, acknowledged_by: null },
      })
      .execute();
  }
  for (const { name, value, created_at } of rows.filter(({ kind }) => kind === 'acknowledgement'))
    await db
      .updateTable('events')
      .set({ acknowledged_at: created_at, acknowledged_by: (JSON.parse(value) as { by: string }).by })
      .where('id', '=', name)
      .execute();
  await db.deleteFrom('belongings').where('kind', 'in', ['event', 'acknowledgement']).execute();
}

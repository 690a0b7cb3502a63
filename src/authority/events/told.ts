/**
 * The events that the audit log tells of. Entries name objects as they were called then; ids are followed from the
 * first entry on, through removals and renames.
 */
import { workbookId } from '../../domain/derived-ids.js';
import type { Event } from '../../ports/events.js';
import { RENAMED } from '../history.js';
import type { AuditRow, Transaction } from '../storage-port.js';

const PAGE = 1_000;

type Detail = Readonly<Record<string, unknown>>;
type Said = Pick<Event, 'topic' | 'domain' | 'payload'> & { readonly workbook?: string };

/** Oldest first. An entry of an object whose id nothing tells has no event. */
export async function toldEvents(tx: Transaction): Promise<readonly Event[]> {
  const ids = new Map<string, string>();
  const events: Event[] = [];
  for (let since = 0; ; ) {
    const page = await tx.audit.page(since, PAGE);
    for (const row of page) {
      const detail = JSON.parse(row.detail) as Detail;
      learn(ids, row, detail);
      const event = eventOf(ids, row, saidBy(row, detail));
      if (event !== undefined) events.push(event);
    }
    const last = page.at(-1);
    if (last === undefined) return events;
    since = last.seq;
  }
}

/** Of the entry of that number. */
const ID_DIGITS = 16;

function learn(
  ids: Map<string, string>,
  { object_kind, object_name, action }: AuditRow,
  detail: Detail,
): void {
  const { id, from } = detail;
  const former = action === RENAMED ? ids.get(`${object_kind}/${String(from)}`) : undefined;
  const known = action === 'object.created' && typeof id === 'string' ? id : former;
  if (known !== undefined) ids.set(`${object_kind}/${object_name}`, known);
}

function eventOf(ids: ReadonlyMap<string, string>, row: AuditRow, said: Said | undefined): Event | undefined {
  const own = ids.get(`${row.object_kind}/${row.object_name}`);
  const environmentId = ids.get(`Environment/${row.object_name.split('/')[0]}`);
  if (said === undefined || own === undefined || environmentId === undefined) return undefined;
  const { workbook, ...rest } = said;
  const spaceId = row.object_kind === 'Space' ? own : undefined;
  return {
    ...rest,
    id: `us_evt_${String(row.seq).padStart(ID_DIGITS, '0')}`,
    at: row.at,
    place: {
      ...{ environmentId, spaceId },
      ...(spaceId !== undefined && workbook !== undefined && { workbookId: workbookId(spaceId, workbook) }),
    },
    members: {},
    actorId: ids.get(row.actor),
    acknowledged: undefined,
  };
}

const OBJECT_TOPICS: Readonly<Record<string, string>> = {
  'object.created': 'created',
  'object.updated': 'updated',
  'object.deleted': 'deleted',
  'attributes.changed': 'updated',
};

/** Topics and domains are those that Flatfile's client knows: there is none of guests, people or keys. */
function saidBy({ object_kind, object_name, action }: AuditRow, detail: Detail): Said | undefined {
  if (object_kind !== 'Environment' && object_kind !== 'Space') return undefined;
  const domain = object_kind.toLowerCase();
  const isRenamed = action === RENAMED && detail['from'] !== undefined;
  const what = isRenamed ? 'updated' : OBJECT_TOPICS[action];
  if (what !== undefined) return { topic: `${domain}:${what}`, domain, payload: { name: object_name } };
  const [noun = '', verb = ''] = action.split('.');
  const topic = `${noun}:${verb === 'changed' ? 'updated' : verb}`;
  switch (noun) {
    case 'workbook': {
      const workbook = String(detail['workbook']);
      return { topic, domain: 'workbook', payload: { name: workbook }, workbook };
    }
    case 'secret':
      return { topic, domain: 'secret', payload: { secretId: detail['secretId'], name: detail['secret'] } };
    case 'agent':
      return { topic, domain: 'environment', payload: { agentId: detail['agentId'] } };
    default:
      return undefined;
  }
}

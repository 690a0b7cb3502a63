/**
 * Derives the events of an entry of the audit log, written beside it in its transaction, so that no client that asks for
 * events has to read the log.
 */

import { canonicalJson } from '../../domain/canonical.js';
import { workbookId } from '../../domain/derived-ids.js';
import { type Events, isObjectKind, kindOf } from '../../domain/kinds/index.js';
import { RENAMED } from '../history.js';
import { parsedRow } from '../storage-port/broken-row.js';
import type { AuditRow, EventRow, Transaction } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { AccessChange } from './guest-access-diff.js';
import { signEvent } from './signed.js';

type Detail = Readonly<Record<string, unknown>>;

interface Said {
  readonly topic: string;
  readonly domain: string;
  readonly payload: Detail;
  readonly workbook?: string;
  /** Where it is not the object itself. */
  readonly spaceId?: string;
}

/** An entry is about one object; its id may be known, and is in the entry where the object is new. */
export interface About {
  readonly id?: string;
}

/** None for what is of the account alone. */
export async function emitEvents(
  { tx, keyring }: Pick<UnitOfWork, 'tx' | 'keyring'>,
  about: About,
  row: AuditRow,
): Promise<void> {
  const { object_kind: kind, object_name: name } = row;
  const events = isObjectKind(kind) ? kindOf(kind).events : undefined;
  if (events === undefined) return;
  const detail = parsedRow<Detail>(row.detail, `audit entry ${row.seq}`);
  const own = about.id ?? (typeof detail['id'] === 'string' ? detail['id'] : undefined);
  const said = own === undefined ? [] : saidBy(events, { row, detail, own });
  if (own === undefined || said.length === 0) return;
  const environment =
    events.domain === 'environment' ? own : await idOf(tx, 'Environment', name.split('/')[0] ?? '');
  if (environment === undefined) return;
  const actor = await actorIdOf(tx, row.actor);
  for (const [index, { topic, domain, payload, workbook, spaceId }] of said.entries()) {
    const space = spaceId ?? (events.domain === 'space' ? own : undefined);
    const event = {
      ...{ id: idAt(row.seq, index), seq: row.seq, at: row.at, environment_id: environment },
      ...{ space_id: space ?? null, topic, domain, payload: canonicalJson(payload), members: '{}' },
      workbook_id: space !== undefined && workbook !== undefined ? workbookId(space, workbook) : null,
      ...{ actor_id: actor ?? null, acknowledged_at: null, acknowledged_by: null },
    } satisfies Omit<EventRow, 'row_mac'>;
    await tx.events.insert(signEvent(event, keyring));
  }
}

const ID_DIGITS = 16;

/** An entry's first event has its number; an entry that opens several spaces to a guest has more. */
const idAt = (seq: number, index: number): string =>
  `us_evt_${String(seq).padStart(ID_DIGITS, '0')}${index === 0 ? '' : `n${index}`}`;

const idOf = async (tx: Transaction, kind: string, name: string): Promise<string | undefined> =>
  (await tx.objects.find(kind, name))?.id;

/** `User/ada`; undefined for what no person did: a controller, say. */
async function actorIdOf(tx: Transaction, actor: string): Promise<string | undefined> {
  const [kind = '', ...name] = actor.split('/');
  return ACTING.has(kind) ? idOf(tx, kind, name.join('/')) : undefined;
}

const ACTING: ReadonlySet<string> = new Set(['User', 'ApiKey', 'Guest']);

const OBJECT_VERBS: Readonly<Record<string, string>> = {
  'object.created': 'created',
  'object.updated': 'updated',
  'object.deleted': 'deleted',
  'attributes.changed': 'updated',
};

interface Entry {
  readonly row: AuditRow;
  readonly detail: Detail;
  /** The id of the object that it is about. */
  readonly own: string;
}

/** Topics and domains are those that Flatfile's client knows: none concerns people or keys. */
function saidBy({ domain, topics }: Events, { row, detail, own }: Entry): readonly Said[] {
  if (topics === 'grants') return guestSaid(detail, own);
  const isRenamed = row.action === RENAMED && detail['from'] !== undefined;
  const what = isRenamed ? 'updated' : OBJECT_VERBS[row.action];
  if (what !== undefined) return [{ topic: `${domain}:${what}`, domain, payload: { name: row.object_name } }];
  const [noun = '', verb = ''] = row.action.split('.');
  const topic = `${noun}:${verb === 'changed' ? 'updated' : verb}`;
  switch (noun) {
    case 'workbook': {
      const workbook = String(detail['workbook']);
      return [{ topic, domain: 'workbook', payload: { name: workbook }, workbook }];
    }
    case 'secret':
      return [{ topic, domain: 'secret', payload: { secretId: detail['secretId'], name: detail['secret'] } }];
    case 'agent':
      return [{ topic, domain: 'environment', payload: { agentId: detail['agentId'] } }];
    default:
      return [];
  }
}

/** One for each space that is open to them now and was not, or the other way round; not for more or less of it. */
function guestSaid(detail: Detail, guestId: string): readonly Said[] {
  const { opened = [], closed = [] } = detail as {
    readonly opened?: readonly AccessChange[];
    readonly closed?: readonly AccessChange[];
  };
  const without = (these: readonly AccessChange[], those: readonly AccessChange[]) =>
    these.filter(({ spaceId }) => !those.some((other) => other.spaceId === spaceId));
  const payload = { guestId };
  const domain = 'space';
  return [
    ...without(opened, closed).map(({ spaceId }) => ({
      topic: 'space:guestAdded',
      domain,
      payload,
      spaceId,
    })),
    ...without(closed, opened).map(({ spaceId }) => ({
      ...{ topic: 'space:guestRemoved', domain, payload, spaceId },
    })),
  ];
}

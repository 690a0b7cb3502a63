/**
 * GET /changes: what changes in the store, as it does, by server-sent events. An event's id is the number of its
 * audit entry, so a client that comes back with `Last-Event-ID` misses nothing. Comments keep the line open.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { isObjectKind } from '../../../domain/kinds/index.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { AuditEntry } from '../../../ports/live-store.js';
import type { HttpDependencies } from '../../dependencies.js';
import { type Call, route } from '../../route.js';
import { closed } from '../../schemas.js';
import { changeSignal } from './signal.js';

const query = Type.Object(
  {
    since: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        description: 'Changes after this revision; absent: from the first. `Last-Event-ID` takes precedence.',
      }),
    ),
    only: Type.Optional(
      Type.Enum(['new'], { description: '`new`: only those from now on; `since` is ignored.' }),
    ),
  },
  closed,
);

export const changesRoute = route({
  method: 'GET',
  path: '/changes',
  id: 'followChanges',
  tag: 'audit',
  summary: 'Changes as they happen.',
  description:
    'Events named `change` with `{seq, at, object, action}`; `id` is `seq`. Ends when the caller loses the permission or the server stops; reconnect with `Last-Event-ID`.',
  permission: 'audit:read',
  query,
  answer: 'events',
  faults: ['conflict'],
  handle: async (call, deps) => {
    const { lastEventId } = call.credential;
    const resumed = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : undefined;
    const since = resumed ?? (call.query.only === 'new' ? undefined : (call.query.since ?? 0));
    const from = await startingAt(deps, since);
    if (!from.ok) return from;
    const events = (signal: AbortSignal) => follow({ ...call, since: from.value }, deps, signal);
    return ok({ kind: 'events', events });
  },
});

/** Undefined: from the newest. `conflict` for a change that is still to come: who waits for it misses those before. */
async function startingAt(deps: HttpDependencies, since: number | undefined): Promise<Result<number>> {
  if (since !== undefined && since <= deps.verifier.revision()) return ok(since);
  const last = await newest(deps);
  if (!last.ok || since === undefined) return last;
  if (since <= last.value) return ok(since);
  return fail(
    fault(
      'conflict',
      `query.since ${since} is after the last change, ${last.value}: it belongs to another store or to a state before a restore. Start again from since=0`,
    ),
  );
}

async function newest({ verifier }: HttpDependencies): Promise<Result<number>> {
  const read = await verifier.refresh();
  return read.ok ? ok(verifier.revision()) : read;
}

const HEARTBEAT_MS = 15_000;
const PAGE = 500;

type Following = Pick<Call, 'credential'> & { readonly since: number };

async function* follow(
  { credential, since }: Following,
  deps: HttpDependencies,
  signal: AbortSignal,
): AsyncIterable<string> {
  const { store, clock, authority } = deps;
  const changed = changeSignal(store, clock, signal);
  try {
    let seen = since;
    yield `: following from ${seen}\n\n`;
    while (!signal.aborted) {
      const read = await store.audit({ since: seen, limit: PAGE });
      if (!read.ok) return;
      // A caller whose access ended meanwhile sees nothing of what came after.
      const caller = await authority.authenticate(credential.token, credential.context);
      if (!caller.ok) return;
      // Who hears of a change and asks at once is answered by a memory that has it.
      if (read.value.length > 0) await deps.verifier.refresh();
      for (const entry of read.value) {
        seen = entry.seq;
        if (isChange(entry)) yield eventOf(entry);
      }
      if (read.value.length === PAGE) continue;
      if (!(await changed.within(HEARTBEAT_MS))) yield ': keep-alive\n\n';
    }
  } finally {
    changed.stop();
  }
}

const isChange = ({ object }: AuditEntry): boolean => isObjectKind(object.slice(0, object.indexOf('/')));

const eventOf = ({ seq, at, object, action }: AuditEntry): string =>
  `id: ${seq}\nevent: change\ndata: ${JSON.stringify({ seq, at: formatInstant(at), object, action })}\n\n`;

/**
 * Takes messages out of the outbox, one server at a time, without holding a transaction while they are sent. Taking
 * postpones when a message is due and counts; only the server that counted last may forget it or put it off again:
 *
 *     due ──take──▶ reserved for a while ──sent, or refused for good──▶ forgotten
 *      ▲                     │
 *      └──── not sent, or its server is gone ────┘
 *
 * A server that dies between sending and forgetting has it sent again, under the same id.
 */
import { ok, type Result } from '../../domain/result.js';
import { type Dropped, type Outbox, type OutboxQueue, type Taken, takenForMs } from '../../ports/outbox.js';
import { findCredential, liveHolder } from '../identity/credentials.js';
import type { Identity } from '../identity/identity.js';
import type { MessageRow, Storage } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { openMessage } from './messages.js';

const SERVER = { actor: 'keywright', path: 'serve' } as const;

export const outboxOver = (
  { read, write }: Pick<Identity, 'read' | 'write'>,
  storage: Pick<Storage, 'watch'>,
): Outbox => ({
  take: async (max) => {
    const waiting = await read(async ({ tx, now }) => ok({ nextAt: await tx.outbox.nextDueAt(), now }));
    if (!waiting.ok) return waiting;
    const { nextAt, now } = waiting.value;
    return nextAt === undefined || nextAt > now
      ? ok({ taken: [], dropped: [], nextAt })
      : write(SERVER, (work) => takeDue(work, max));
  },
  forget: ({ message, attempts }) =>
    write(SERVER, async ({ tx }) => ok(await tx.outbox.remove({ id: message.id, attempts }))),
  notSent: ({ message, attempts }, dueAt) =>
    write(SERVER, async ({ tx }) =>
      ok(await tx.outbox.postpone({ id: message.id, attempts, due_at: dueAt }, attempts)),
    ),
  pending: () => read(async ({ tx }) => ok(await tx.outbox.count())),
  watch: (listener) => storage.watch(listener),
});

async function takeDue(work: UnitOfWork, max: number): Promise<Result<OutboxQueue>> {
  const taken: Taken[] = [];
  const dropped: Dropped[] = [];
  for (const row of await work.tx.outbox.due(work.now, max)) {
    const why = await whyNot(work, row);
    const message = why === undefined ? await openMessage(work, row) : undefined;
    if (message === undefined) {
      await work.tx.outbox.remove(row);
      dropped.push({ id: row.id, because: why ?? 'tampered' });
    } else {
      const attempts = row.attempts + 1;
      const until = { id: row.id, attempts, due_at: work.now + takenForMs(attempts) };
      await work.tx.outbox.postpone(until, row.attempts);
      taken.push({ message, attempts });
    }
  }
  return ok({ taken, dropped, nextAt: await work.tx.outbox.nextDueAt() });
}

/** What it is about may have ended since, and its recipient may have been removed. */
async function whyNot(work: UnitOfWork, row: MessageRow): Promise<Dropped['because'] | undefined> {
  const found = await findCredential(work, row.credential_id);
  if (!found.ok) return 'tampered';
  const credential = found.value;
  if (credential === undefined || credential.spent_at !== null || credential.ended_at !== null)
    return 'ended';
  if (row.expires_at <= work.now) return 'expired';
  const kind = credential.kind === 'invitation' ? 'User' : 'Guest';
  const holder = await liveHolder(work, credential, kind);
  if (!holder.ok) return 'tampered';
  return holder.value === undefined ? 'ended' : undefined;
}

/** The audit log for other tools: exported line by line, checked, and vouched for by a signed checkpoint. */
import { Type } from 'typebox';
import { ok } from '../../../domain/result.js';
import { formatInstant } from '../../../domain/time.js';
import type { LiveStore } from '../../../ports/live-store.js';
import { EXPORT_FORMATS, exportLines } from '../../../render/audit.js';
import { type AnyRoute, json, route } from '../../route.js';
import { closed, dataOf, Instant, nullable } from '../../schemas.js';

const PAGE = 1_000;

const exported = route({
  method: 'GET',
  path: '/audit/export',
  id: 'exportAuditLog',
  tag: 'audit',
  summary: 'The audit log as it is now, one JSON text per line.',
  description:
    'To continue later, ask for entries after the last `seq`. If the last lines are missing, the store could not be read further.',
  permission: 'audit:read',
  query: Type.Object(
    {
      format: Type.Optional(Type.Enum([...EXPORT_FORMATS], { default: 'ndjson' })),
      since: Type.Optional(
        Type.Integer({
          minimum: 0,
          maximum: Number.MAX_SAFE_INTEGER,
          description: 'Entries after this number.',
        }),
      ),
    },
    closed,
  ),
  answer: 'ndjson',
  handle: async ({ query }, { store }) => {
    const facts = await store.facts();
    if (!facts.ok) return facts;
    const line = exportLines(query.format ?? 'ndjson', facts.value.storeId);
    return ok({
      kind: 'ndjson',
      events: (signal) => lines(store, { since: query.since ?? 0, line, signal }),
    });
  },
});

interface Wanted {
  readonly since: number;
  readonly line: ReturnType<typeof exportLines>;
  readonly signal: AbortSignal;
}

/** A page at a time, as fast as it is taken away. */
async function* lines(store: LiveStore, { since, line, signal }: Wanted): AsyncIterable<string> {
  for (let at = since; !signal.aborted; ) {
    const page = await store.audit({ since: at, limit: PAGE });
    if (!page.ok || page.value.length === 0) return;
    yield page.value.map(line).join('');
    at = page.value.at(-1)?.seq ?? at;
    if (page.value.length < PAGE) return;
  }
}

const checked = route({
  method: 'GET',
  path: '/audit/verify',
  id: 'verifyAuditLog',
  tag: 'audit',
  summary: 'Is the hash chain intact, and does the store match it?',
  description:
    'Reads the whole log and every row. An older copy of the whole store passes; only a checkpoint that is stored elsewhere detects it.',
  permission: 'audit:read',
  answer: dataOf(
    Type.Object(
      {
        valid: Type.Boolean(),
        entries: nullable(Type.Integer()),
        head: nullable(Type.String({ description: 'The hash of the last entry.' })),
        problem: nullable(Type.String({ description: 'The first mismatch.' })),
      },
      closed,
    ),
  ),
  handle: async (_, { store }) => {
    const found = await store.verifyAudit();
    if (found.ok) return json({ data: { valid: true, ...found.value, problem: null } });
    const { code, message } = found.error;
    if (code !== 'audit_broken' && code !== 'store_tampered') return found;
    return json({ data: { valid: false, entries: null, head: null, problem: message } });
  },
});

const checkpoint = route({
  method: 'GET',
  path: '/audit/checkpoint',
  id: 'getCheckpoint',
  tag: 'audit',
  summary: 'A signed checkpoint of the log.',
  description:
    'Store it where writers of the database cannot: keywright audit verify --checkpoint FILE compares the log with it.',
  permission: 'audit:read',
  answer: dataOf(
    Type.Object(
      {
        seq: Type.Integer({ description: 'The last entry.' }),
        at: Instant,
        checkpoint: Type.String({
          description: 'A JWS (EdDSA, compact), with its public key in its header.',
        }),
      },
      closed,
    ),
  ),
  handle: async (_, { store }) => {
    const made = await store.checkpoint();
    if (!made.ok) return made;
    const { seq, at, line } = made.value;
    return json({ data: { seq, at: formatInstant(at), checkpoint: line } });
  },
});

export const proofRoutes: readonly AnyRoute[] = [exported, checked, checkpoint];

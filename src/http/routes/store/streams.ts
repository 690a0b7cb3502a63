/**
 * The two streams of the live store: the survey, a few hundred lines of it at a time, so that a big fleet is never one
 * text; and a signal whenever something changed, for clients that read it themselves.
 */

import type { LiveSummary } from '../../../domain/live.js';
import { ok } from '../../../domain/result.js';
import { READS } from '../../../protocol/queries.js';
import { SUMMARIES_PATH, type SummaryText, WATCH_PATH } from '../../../protocol/store-protocol.js';
import type { HttpDependencies } from '../../dependencies.js';
import { type RequestCredential, type Route, route } from '../../route.js';
import { changeSignal } from '../changes/signal.js';

const AT_ONCE = 500;

const survey = route({
  method: 'GET',
  path: SUMMARIES_PATH,
  id: 'storeSurvey',
  tag: 'store',
  summary: 'One line per live object, by kind and name.',
  description:
    'Each line is a list of `{ref, digest, ownership?, origin, revision, quietUntil, deliveries}`; the last is `{count}`, without which the list is incomplete.',
  permission: READS,
  answer: 'ndjson',
  handle: async (_, { store }) => {
    const read = await store.survey();
    return read.ok ? ok({ kind: 'ndjson', events: () => linesOf(read.value) }) : read;
  },
});

async function* linesOf(objects: readonly LiveSummary[]): AsyncIterable<string> {
  for (let at = 0; at < objects.length; at += AT_ONCE) yield lineOf(objects.slice(at, at + AT_ONCE));
  yield lineOf({ count: objects.length });
}

const lineOf = (line: SummaryText): string => `${JSON.stringify(line)}\n`;

const watch = route({
  method: 'GET',
  path: WATCH_PATH,
  id: 'storeWatch',
  tag: 'store',
  summary: 'An event whenever something changed.',
  description:
    'Server-sent events without content; comments keep the line open. Read what changed from /changes or /store/changes.',
  permission: READS,
  answer: 'events',
  handle: async ({ credential }, deps) =>
    ok({ kind: 'events', events: (signal) => ringing(deps, credential, signal) }),
});

/** A client takes a line that was silent for three times as long for dead. */
const HEARTBEAT_MS = 5_000;

async function* ringing(
  { store, clock, authority }: HttpDependencies,
  { token, context }: RequestCredential,
  signal: AbortSignal,
): AsyncIterable<string> {
  const changed = changeSignal(store, clock, signal);
  try {
    yield ': here\n\n';
    while (!signal.aborted) {
      const hasChanged = await changed.within(HEARTBEAT_MS);
      // A caller whose access ended meanwhile gets nothing more.
      if (!(await authority.authenticate(token, context)).ok) return;
      yield hasChanged ? 'event: changed\ndata: {}\n\n' : ': keep-alive\n\n';
    }
  } finally {
    changed.stop();
  }
}

export const storeStreams: readonly Route[] = [survey, watch];

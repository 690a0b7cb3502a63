/** Answers on their way out: JSON, a problem, or a stream of events; each with the headers that every answer has. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { withoutTokens } from '../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { type ProblemBody, problemOf, type Refusal } from './problem.js';
import type { StreamFormat } from './route.js';

/** Nothing that we answer belongs in a cache: it is about who asks, and about now. */
const NEVER_STORED = { 'cache-control': 'no-store' } as const;

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  send(response, { status, type: 'application/json; charset=utf-8', text: JSON.stringify(body) });
}

export function sendProblem(response: ServerResponse, refusal: Refusal, path: string): ProblemBody {
  const { status, headers, body } = problemOf(refusal, path);
  if (response.headersSent) {
    response.destroy();
    return body;
  }
  send(response, {
    status,
    type: 'application/problem+json; charset=utf-8',
    text: JSON.stringify(body),
    headers,
  });
  return body;
}

interface Text {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function send(response: ServerResponse, { status, type, text, headers }: Text): void {
  response.writeHead(status, {
    ...NEVER_STORED,
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

export const STREAM_TYPES: Readonly<Record<StreamFormat, string>> = {
  events: 'text/event-stream',
  ndjson: 'application/x-ndjson',
};

interface Streamed {
  readonly format: StreamFormat;
  readonly events: AsyncIterable<string>;
  readonly clock: Pick<Clock, 'sleep'>;
}

/** Waits for a slow reader rather than keep events for it. Ends the response when the events end. */
export async function sendEvents(
  response: ServerResponse,
  { format, events, clock }: Streamed,
): Promise<void> {
  response.writeHead(200, {
    ...NEVER_STORED,
    'content-type': `${STREAM_TYPES[format]}; charset=utf-8`,
    'x-accel-buffering': 'no',
  });
  response.flushHeaders();
  for await (const event of events) {
    if (response.destroyed) return;
    if (!response.write(event)) await drained(response, clock);
  }
  response.end();
}

/** A reader that takes nothing for as long is cut off: others wait for the stream. */
const STALLED_MS: DurationMs = 30 * SECOND_MS;

async function drained(response: ServerResponse, clock: Pick<Clock, 'sleep'>): Promise<void> {
  const enough = new AbortController();
  const stalled = clock.sleep(STALLED_MS, enough.signal).then(
    () => response.destroy(),
    () => undefined,
  );
  await Promise.race([once(response, 'drain'), once(response, 'close'), stalled]);
  enough.abort();
}

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A caller's text for a log or an answer: no more than this much, nothing invisible, and no token. */
export const shownText = (text: string, length = 200): string =>
  withoutTokens(text)
    .slice(0, length)
    .replace(INVISIBLE, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);

/** No id or name of Keywright's is as long; a root token, which may be any text, is at least. */
const SECRET_LIKE = /[^/;,()\s]{32,}/g;

/** A caller's text for a log: as `shownText`, and without anything that could be a root token. */
export const loggedText = (text: string): string => shownText(text.replace(SECRET_LIKE, '…'));

/** Returns the path of a request without its query, which may hold secrets. */
export const pathOf = (url = ''): string => shownText(url.split('?', 1)[0] ?? '');

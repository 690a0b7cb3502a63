/**
 * Hears of changes by server-sent events, while there are listeners. A notification is a hint; whatever may have gone
 * unheard while there was no connection notifies too, as soon as it is back.
 */
import { pause } from '../async/pause.js';
import type { DurationMs } from '../domain/time.js';
import { SECOND_MS } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { WATCH_PATH } from '../protocol/store-protocol.js';
import { linesOf, type Transport } from './transport.js';

/** A server says every five seconds that it is there. */
const SILENCE_MS: DurationMs = 15 * SECOND_MS;
const FIRST_PAUSE_MS: DurationMs = 250;
const PAUSE_MAX_MS: DurationMs = 10 * SECOND_MS;

export interface Watching {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly listener: () => void;
}

/** Gives what ends it. */
export function watch(watching: Watching): () => void {
  const over = new AbortController();
  void follow(watching, over.signal);
  return () => over.abort();
}

async function follow({ transport, clock, listener }: Watching, over: AbortSignal): Promise<void> {
  const ring = (): void => {
    if (!over.aborted) listener();
  };
  let pauseMs = FIRST_PAUSE_MS;
  while (!over.aborted) {
    if (await listen(transport, ring, over)) pauseMs = FIRST_PAUSE_MS;
    await pause(clock, pauseMs, over);
    pauseMs = Math.min(2 * pauseMs, PAUSE_MAX_MS);
  }
}

/** Until the line is cut; false when there was none. */
async function listen(transport: Transport, ring: () => void, over: AbortSignal): Promise<boolean> {
  const asked = { method: 'GET', path: WATCH_PATH, silenceMs: SILENCE_MS } as const;
  const opened = await transport.ask({ ...asked, connection: 'fresh', signal: over });
  if (!opened.ok) return false;
  const response = opened.value;
  if (response.statusCode !== 200) {
    response.resume();
    return false;
  }
  for await (const line of linesOf(response, transport.shown)) {
    if (!line.ok) break;
    // The first comment comes when the server listens: what happened before it may have gone unheard.
    if (line.value.startsWith('data:') || line.value === ': here') ring();
  }
  return true;
}

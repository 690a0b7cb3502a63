/**
 * Waits for documents at rest. An editor may be saving them: a file may be half written, or gone between two steps of an
 * editor. So what differs from what was read before counts only when it reads the same again a moment later.
 * That also holds for errors, which then are no passing ones.
 */
import { pause } from '../async/pause.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import { type Documents, type PassFailure, passFailure, type ReadDocuments } from './documents.js';

/** Long enough for an editor to replace a file, and short enough not to be noticed. */
const REST_MS: DurationMs = 300;
/** Documents that are written all the time are looked at again in the next pass. */
const READINGS_MAX = 20;

type Reading = Result<Documents, PassFailure>;

/** Reads until two readings, a rest apart, are the same; at once if nothing has changed since the last time. */
export function settled(
  read: ReadDocuments,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): ReadDocuments {
  let known: string | undefined;
  let since = clock.monotonicMs();
  return async () => {
    let reading = await read();
    for (let readings = 1; markOf(reading) !== known; readings++) {
      if (readings > READINGS_MAX) return fail(RESTLESS);
      known = markOf(reading);
      since = clock.monotonicMs();
      await pause(clock, REST_MS, signal);
      if (signal.aborted) return fail(INTERRUPTED);
      reading = await read();
    }
    return reading.ok ? ok({ ...reading.value, restingMs: clock.monotonicMs() - since }) : reading;
  };
}

const markOf = (reading: Reading): string =>
  reading.ok
    ? reading.value.desired.digest
    : JSON.stringify([reading.error.fault.code, reading.error.fault.message, reading.error.problems]);

const RESTLESS = passFailure(
  fault(
    'invalid_documents',
    'the documents keep changing; nothing is applied until they have not changed for two seconds',
  ),
);

const INTERRUPTED = passFailure(
  fault('interrupted', 'the controller was stopped while reading the documents'),
);

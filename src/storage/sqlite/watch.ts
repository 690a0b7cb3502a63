/**
 * Hears what other processes write to an SQLite file. The file has no way to call; its counter of changes
 * is looked at instead, which costs microseconds, and the log only when that has moved.
 */
import type { Subscription } from '../change-signal.js';
import type { SqliteConnection } from './driver.js';

const LOOK_EVERY_MS = 50;

export interface Looking {
  /** One that writes nothing: the counter moves for the changes of other connections. */
  readonly reader: SqliteConnection;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

export const lookingAt =
  ({ reader, sleep }: Looking): Subscription =>
  (ring) => {
    const stopping = new AbortController();
    void look();
    return () => stopping.abort();

    async function look(): Promise<void> {
      let seen = stateOf(reader);
      while (!stopping.signal.aborted) {
        await sleep(LOOK_EVERY_MS, stopping.signal).catch(() => undefined);
        if (stopping.signal.aborted) return;
        const found = stateOf(reader, seen);
        if (found.newest !== seen.newest) ring();
        seen = found;
      }
    }
  };

interface State {
  readonly version: number;
  readonly newest: number;
}

/** What was seen, if it cannot be read now: a busy moment passes, and a damaged file says so elsewhere. */
function stateOf(reader: SqliteConnection, seen: State = { version: -1, newest: -1 }): State {
  try {
    const [{ data_version: version } = { data_version: -1 }] = reader.all('pragma data_version') as Version[];
    if (version === seen.version) return seen;
    const [{ newest } = { newest: -1 }] = reader.all(NEWEST) as Newest[];
    return { version, newest };
  } catch {
    return seen;
  }
}

const NEWEST = 'select coalesce(max(seq), 0) as newest from audit';

interface Version {
  readonly data_version: number;
}

interface Newest {
  readonly newest: number;
}

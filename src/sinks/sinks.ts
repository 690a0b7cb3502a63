/** All sinks: those that are files of this machine, and those that are fields of objects elsewhere. */
import { parseSinkId, type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import type { Receipt } from '../domain/live.js';
import { type Connections, NO_CONNECTIONS } from '../ports/connections.js';
import type { Sinks } from '../ports/sink.js';
import { openConnections } from './connected.js';
import type { DriverWorld, OpenDriver } from './driver.js';
import { type FileWorld, openFileSinks } from './files/file-sinks.js';
import { objectSinks } from './object-sinks.js';
import { type OpenRefresher, openRefreshes, type RefreshLog } from './refreshes.js';
import type { SinksOfTypes } from './types.js';

/** Which sinks were delivered to, remembered from one process to the next. */
export interface DeliveredSinks {
  all(): readonly SinkId[];
  add(id: SinkId): void;
  remove(id: SinkId): void;
}

export interface SinkWorld {
  readonly files: FileWorld;
  readonly drivers: DriverWorld;
  readonly connections?: Connections;
  readonly delivered?: DeliveredSinks;
  /** Which refreshes are due here; absent: nothing is started again. */
  readonly refreshLog?: RefreshLog;
  /** By type of connection; absent: those of this version (refreshes.ts). */
  readonly refreshers?: Readonly<Record<string, OpenRefresher>>;
  /** By type; absent: those of this version (drivers.ts). */
  readonly openers?: Readonly<Record<string, OpenDriver>>;
}

export function openSinks(world: SinkWorld): Sinks {
  const { files, drivers, connections = NO_CONNECTIONS, delivered, openers, refreshers } = world;
  const { refreshLog: log } = world;
  const inFiles = openFileSinks(files);
  const elsewhere = objectSinks(openConnections(connections, drivers, inFiles, openers), drivers.clock);
  const of = (id: SinkId): SinksOfTypes => (isFile(id) ? inFiles : elsewhere);
  return {
    locate: (id) => of(id).locate(id),
    isHere: (id, recorded) => of(id).isHere(id, recorded),
    read: (ids) => readBoth(ids, { inFiles, elsewhere }),
    ...(log && {
      refreshes: openRefreshes(connections, drivers, { log, ...(refreshers && { refreshers }) }),
    }),
    limiting: () => elsewhere.limiting?.() ?? [],
    take: (id) => of(id).take(id),
    confirm: (id, confirmed) => of(id).confirm(id, confirmed),
    deliver: async (sink, delivery) => {
      const id = sinkIdOf(sink);
      const done = await of(id).deliver(sink, delivery);
      if (done.ok) delivered?.add(id);
      return done;
    },
    withdraw: async (id, fingerprint, limit) => {
      const done = await of(id).withdraw(id, fingerprint, limit);
      if (done.ok) delivered?.remove(id);
      return done;
    },
    delivered: async () => delivered?.all() ?? [],
  };
}

/** What no type of this version knows is no file's either; it says so itself. */
const isFile = (id: SinkId): boolean => {
  const type = parseSinkId(id)?.type;
  return type === 'dotenv' || type === 'file' || type === undefined;
};

async function readBoth(
  ids: readonly SinkId[],
  { inFiles, elsewhere }: { readonly inFiles: SinksOfTypes; readonly elsewhere: SinksOfTypes },
): Promise<readonly Receipt[]> {
  // A fleet is mostly in files: no second list for it.
  if (ids.every(isFile)) return inFiles.read(ids);
  const files = ids.filter(isFile);
  const others = ids.filter((id) => !isFile(id));
  const [read, readElsewhere] = await Promise.all([inFiles.read(files), elsewhere.read(others)]);
  let [file, other] = [0, 0];
  return ids.map((id) => (isFile(id) ? read[file++] : readElsewhere[other++]) ?? { kind: 'missing' });
}

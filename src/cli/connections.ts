/** The Connections that the sinks of a command are reached through: as declared here, else as live. */
import type { ConnectionSpec } from '../domain/connections/index.js';
import type { DesiredState } from '../domain/desired.js';
import { ok, type Result } from '../domain/result.js';
import type { Connections } from '../ports/connections.js';
import type { LiveStore } from '../ports/live-store.js';

type Desired = Pick<DesiredState, 'entries'>;

export interface KnownConnections extends Connections {
  /** As they are declared from now on: a controller reads its documents again. */
  declare(desired: Desired): void;
  /** Where those are that no document declares, once the store is open. */
  alsoLive(store: Pick<LiveStore, 'fetch'>): void;
}

export function knownConnections(first?: Desired): KnownConnections {
  let desired = first;
  let live: Pick<LiveStore, 'fetch'> | undefined;
  return {
    declare: (next) => {
      desired = next;
    },
    alsoLive: (store) => {
      live = store;
    },
    find: async (name): Promise<Result<ConnectionSpec | undefined>> => {
      const entry = desired?.entries.find(({ ref }) => ref.kind === 'Connection' && ref.name === name);
      const declaration = entry?.load();
      if (declaration?.kind === 'Connection') return ok(declaration.spec);
      if (live === undefined) return ok(undefined);
      const found = await live.fetch([{ kind: 'Connection', name }]);
      if (!found.ok) return found;
      const [object] = found.value;
      return ok(object?.declaration.kind === 'Connection' ? object.declaration.spec : undefined);
    },
  };
}

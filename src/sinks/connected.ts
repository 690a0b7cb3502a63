/** From the id of a sink to the driver of its service: one driver for each connection, and a gate for each connection or program. */
import type { ConnectionSpec } from '../domain/connections/index.js';
import { whereOf } from '../domain/connections/index.js';
import { fault } from '../domain/errors.js';
import { parseSinkId, type SinkAddress, type SinkId } from '../domain/kinds/index.js';
import { fail, ok, type Result } from '../domain/result.js';
import { abilityOf, connectionName, laneName, type SinkTypeName, sinkPhrase } from '../domain/sinks/index.js';
import type { Connections } from '../ports/connections.js';
import type { Driver, DriverWorld, OpenDriver } from './driver.js';
import { DRIVERS } from './drivers.js';
import { type Gate, gateOf } from './gate.js';
import { noConnection } from './types.js';

export interface Connected {
  readonly type: SinkTypeName;
  readonly object: string;
  readonly driver: Driver;
  readonly gate: Gate;
}

export interface OpenConnections {
  /** `sink_refused` for a connection that is neither declared nor live: trying again does not help. */
  of(address: SinkAddress): Promise<Result<Connected>>;
  /** The connections and programs that requests wait for now, because of how many a second these are declared to take. */
  limiting?(): readonly string[];
  locate(id: SinkId): string;
  isHere(id: SinkId, recorded: string): boolean;
}

interface Named {
  readonly name: string;
  readonly gate: Gate;
}

interface Opened {
  readonly driver: Driver;
  readonly spec: ConnectionSpec | undefined;
}

export function openConnections(
  connections: Connections,
  world: DriverWorld,
  whereFilesAre: Pick<OpenConnections, 'locate' | 'isHere'>,
  openers: Readonly<Record<string, OpenDriver>> = DRIVERS,
): OpenConnections {
  const drivers = new Map<string, Opened>();
  const gates = new Map<string, Named>();
  const specs = new Map<string, ConnectionSpec>();

  async function specOf(name: string): Promise<Result<ConnectionSpec>> {
    const found = await connections.find(name);
    if (!found.ok) return found;
    if (found.value === undefined) return fail(noConnection(name));
    specs.set(name, found.value);
    return ok(found.value);
  }

  function gateFor(driver: string, name: string, { spec }: Opened): Named {
    const key = `${driver} ${name}`;
    const known = gates.get(key) ?? { name, gate: gateOf(spec?.requestsPerSecond, world.clock) };
    gates.set(key, known);
    return known;
  }

  return {
    of: async ({ type, object }) => {
      const open = openers[type];
      if (open === undefined)
        return fail(fault('sink_unsupported', `this version does not support sinks of type ${type}`));
      const name = connectionName({ type, object });
      const spec = name === undefined ? ok(undefined) : await specOf(name);
      if (!spec.ok) return spec;
      const key = `${type} ${name ?? ''} ${JSON.stringify(spec.value ?? null)}`;
      const opened = drivers.get(key) ?? {
        driver: open(name !== undefined && spec.value ? { name, spec: spec.value } : undefined, world),
        spec: spec.value,
      };
      drivers.set(key, opened);
      const { gate } = gateFor(key, laneName({ type, object }) ?? type, opened);
      return ok({ type, object, driver: opened.driver, gate });
    },
    limiting: () => [
      ...new Set([...gates.values()].flatMap(({ name, gate }) => (gate.isLimiting?.() ? [name] : []))),
    ],
    locate: (id) => {
      const address = parseSinkId(id);
      if (address === undefined || abilityOf(address.type).scope === 'machine')
        return whereFilesAre.locate(id);
      const name = connectionName(address);
      if (name === undefined) return sinkPhrase(id);
      const spec = specs.get(name);
      return `${spec === undefined ? address.type : whereOf(spec)} ${address.object.slice(address.object.indexOf('/') + 1)}`;
    },
    isHere: (id, recorded) => {
      const address = parseSinkId(id);
      return address !== undefined && abilityOf(address.type).scope === 'shared'
        ? true
        : whereFilesAre.isHere(id, recorded);
    },
  };
}

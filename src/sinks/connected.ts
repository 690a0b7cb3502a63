/** From the id of a sink to the driver of its service: one driver and one gate for each connection. */
import type { ConnectionSpec } from '../domain/connections/index.js';
import { whereOf } from '../domain/connections/index.js';
import { fault } from '../domain/errors.js';
import { parseSinkId, type SinkAddress, type SinkId } from '../domain/kinds/index.js';
import { fail, ok, type Result } from '../domain/result.js';
import { abilityOf, connectionName, type SinkTypeName, sinkPhrase } from '../domain/sinks/index.js';
import type { Connections } from '../ports/connections.js';
import type { Driver, DriverWorld, OpenDriver } from './driver.js';
import { DRIVERS } from './drivers.js';
import { type Gate, gateOf } from './gate.js';

export interface Connected {
  readonly type: SinkTypeName;
  readonly object: string;
  readonly driver: Driver;
  readonly gate: Gate;
}

export interface OpenConnections {
  /** `sink_unavailable` for a connection that is neither declared nor live: nothing is known of what it leads to. */
  of(address: SinkAddress): Promise<Result<Connected>>;
  /** The connections that requests wait for now, because of how many a second these are declared to take. */
  limiting?(): readonly string[];
  locate(id: SinkId): string;
  isHere(id: SinkId, recorded: string): boolean;
}

interface Opened {
  readonly name: string;
  readonly driver: Driver;
  readonly gate: Gate;
}

export function openConnections(
  connections: Connections,
  world: DriverWorld,
  whereFilesAre: Pick<OpenConnections, 'locate' | 'isHere'>,
  openers: Readonly<Record<string, OpenDriver>> = DRIVERS,
): OpenConnections {
  const drivers = new Map<string, Opened>();
  const specs = new Map<string, ConnectionSpec>();

  async function specOf(name: string): Promise<Result<ConnectionSpec>> {
    const found = await connections.find(name);
    if (!found.ok) return found;
    if (found.value === undefined)
      return fail(fault('sink_unavailable', `its Connection ${name} is neither declared nor live`));
    specs.set(name, found.value);
    return ok(found.value);
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
        name: name ?? type,
        gate: gateOf(spec.value?.requestsPerSecond, world.clock),
      };
      drivers.set(key, opened);
      return ok({ type, object, ...opened });
    },
    limiting: () => [
      ...new Set([...drivers.values()].flatMap(({ name, gate }) => (gate.isLimiting?.() ? [name] : []))),
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

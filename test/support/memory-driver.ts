/**
 * A service that keeps objects in memory, and the driver of it: for tests of what is above drivers. It does what a good
 * service does (conditions, revisions), counts requests, and can be made slow, sealed or limited.
 */
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Call, Driver, Held, NamedConnection, OpenDriver, Write } from '../../src/sinks/driver.js';

export interface MemoryRequest {
  /** Its name; of a sink without one, the program that it runs. */
  readonly connection: string;
  readonly verb: 'read' | 'write' | 'touch';
  readonly object: string;
  readonly atMs: number;
}

export interface MemoryService {
  readonly open: OpenDriver;
  readonly requests: MemoryRequest[];
  /** By object, as the driver is told of it: `v/secret:shop/billing`. */
  readonly objects: Map<string, Map<string, string>>;
  /** Most requests of one connection at one moment. */
  readonly mostAtOnce: ReadonlyMap<string, number>;
  /** Answers before the object is looked at; undefined: as usual. */
  answer: (request: MemoryRequest, call: Call) => Promise<Result<never> | undefined>;
}

export function memoryService(clock: Pick<Clock, 'monotonicMs'>): MemoryService {
  const revisions = new Map<string, number>();
  const objects = new Map<string, Map<string, string>>();
  const requests: MemoryRequest[] = [];
  const active = new Map<string, number>();
  const mostAtOnce = new Map<string, number>();

  const heldOf = (object: string): Held | undefined => {
    const values = objects.get(object);
    return values && { values: new Map(values), revision: String(revisions.get(object) ?? 0) };
  };
  const moves = (object: string): void => void revisions.set(object, (revisions.get(object) ?? 0) + 1);
  const isStill = (object: string, over: Held | undefined): boolean =>
    heldOf(object)?.revision === over?.revision;

  async function asked<T>(
    request: Omit<MemoryRequest, 'atMs'>,
    call: Call,
    effect: () => Result<T>,
  ): Promise<Result<T>> {
    const { connection } = request;
    const now = (active.get(connection) ?? 0) + 1;
    active.set(connection, now);
    mostAtOnce.set(connection, Math.max(now, mostAtOnce.get(connection) ?? 0));
    try {
      const sent = { ...request, atMs: clock.monotonicMs() };
      requests.push(sent);
      return (await service.answer(sent, call)) ?? effect();
    } finally {
      active.set(connection, (active.get(connection) ?? 1) - 1);
    }
  }

  function driverOf(connection: NamedConnection | undefined): Driver {
    const nameOf = (object: string): string => connection?.name ?? object.slice(0, object.indexOf('@'));
    const moved = fail(fault('sink_moved', 'it changed meanwhile'));
    return {
      read: (object, call) =>
        asked({ connection: nameOf(object), verb: 'read', object }, call, () => ok(heldOf(object))),
      write: (object, write, call) =>
        asked({ connection: nameOf(object), verb: 'write', object }, call, () => {
          if (!isStill(object, write.over)) return moved;
          objects.set(object, changed(objects.get(object), write));
          moves(object);
          return ok(undefined);
        }),
      touch: (object, over, call) =>
        asked({ connection: nameOf(object), verb: 'touch', object }, call, () => {
          if (!isStill(object, over)) return moved;
          moves(object);
          return ok(undefined);
        }),
    };
  }

  const service: MemoryService = {
    open: driverOf,
    ...{ requests, objects, mostAtOnce },
    answer: async () => undefined,
  };
  return service;
}

function changed(
  before: ReadonlyMap<string, string> | undefined,
  { set, remove }: Write,
): Map<string, string> {
  const values = new Map(before);
  for (const [name, secret] of set) values.set(name, secret.reveal());
  for (const name of remove) values.delete(name);
  return values;
}

/** Resolves when the call's deadline has passed. */
export const untilAborted = ({ signal }: Call): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

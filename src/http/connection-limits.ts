/**
 * How many connections there may be, from one address and in all. Beyond that the new one is let in and another gives
 * way: of the address with the most, the one that has been idle for longest; else one whose request is still on its
 * way; else one whose reader does not take the answer. So idle connections do not keep callers out, probes least of
 * all, and one whose request is being answered is never cut off.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionBounds {
  readonly total: number;
  /** Of one address; a trusted proxy has as many as there may be. */
  readonly perAddress: number;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  request: IncomingMessage | undefined;
  response: ServerResponse | undefined;
  /** Counts requests and connections: the smaller, the longer ago. */
  usedAt: number;
}

/** Classes in the order in which they give way; undefined: never. */
const CLASSES = ['idle', 'receiving', 'unread'] as const;
type Class = (typeof CLASSES)[number];

function classOf({ request, response }: Connection): Class | undefined {
  if (request === undefined || response === undefined || response.closed) return 'idle';
  if (!request.complete) return 'receiving';
  return response.writableEnded ? 'unread' : undefined;
}

export function limitConnections(
  server: Server,
  bounds: ConnectionBounds,
  isProxy: (address: string) => boolean = () => false,
): void {
  const open = new Map<Socket, Connection>();
  const byAddress = new Map<string, Set<Connection>>();
  let uses = 0;
  const leave = (connection: Connection): void => {
    const own = byAddress.get(connection.address);
    own?.delete(connection);
    if (own?.size === 0) byAddress.delete(connection.address);
    open.delete(connection.socket);
  };
  const giveWay = (among: Iterable<Connection>): boolean => {
    const first = firstToGo(among);
    if (first === undefined) return false;
    leave(first);
    first.socket.destroy();
    return true;
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const own = byAddress.get(address) ?? new Set<Connection>();
    const isWithin =
      (own.size < bounds.perAddress || isProxy(address) || giveWay(own)) &&
      (open.size < bounds.total || byCount(byAddress).some(giveWay));
    if (!isWithin) {
      socket.destroy();
      return;
    }
    const connection = { socket, address, request: undefined, response: undefined, usedAt: uses++ };
    byAddress.set(address, own.add(connection));
    open.set(socket, connection);
    socket.once('close', () => leave(connection));
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const connection = open.get(request.socket);
    if (connection === undefined) return;
    connection.request = request;
    connection.response = response;
    connection.usedAt = uses++;
  });
}

const byCount = (byAddress: ReadonlyMap<string, Set<Connection>>): readonly Set<Connection>[] =>
  [...byAddress.values()].sort((a, b) => b.size - a.size);

/** Undefined when each of them is being answered. */
function firstToGo(among: Iterable<Connection>): Connection | undefined {
  let first: Connection | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  for (const one of among) {
    const found = classOf(one);
    const rank = found === undefined ? Number.POSITIVE_INFINITY : CLASSES.indexOf(found);
    if (rank > lowest || found === undefined) continue;
    if (rank < lowest || first === undefined || one.usedAt < first.usedAt) first = one;
    lowest = rank;
  }
  return first;
}

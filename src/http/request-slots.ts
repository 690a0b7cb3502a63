/**
 * How many requests are answered at once: of one network, with one credential, and in all. A slot is held while
 * something is done for a request, not while its body is on its way or its stream is open, so that requests that are
 * never finished take none. What ends a credential has a few more of its own, and is let in when all else waits.
 */
import type { IncomingMessage } from 'node:http';
import { type Fault, fault } from '../domain/errors.js';
import { networkOf } from '../domain/network-address.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Limits } from './dependencies.js';

export interface RequestSlots {
  /** `overloaded` when there are none left for this caller. */
  enter(
    request: IncomingMessage,
    from: { readonly address: string; readonly isUrgent: boolean },
  ): Result<void>;
}

/** Slots beyond all others, for what ends a credential. */
const URGENT = 32;
const URGENT_PER_CREDENTIAL = 8;

interface Ticket {
  readonly slots: Slots;
  readonly callers: string[];
  readonly isUrgent: boolean;
  /** Where it is counted now. */
  held: 'ordinary' | 'urgent' | undefined;
}

const tickets = new WeakMap<IncomingMessage, Ticket>();

const OVERLOADED = fail(fault('overloaded', 'too many requests at once; try again in a second'));

export function requestSlots({ concurrent }: Pick<Limits, 'concurrent'>): RequestSlots {
  const slots = new Slots(concurrent);
  return {
    enter: (request, { address, isUrgent }) => {
      const ticket = { slots, callers: [`network ${networkOf(address)}`], isUrgent, held: undefined };
      tickets.set(request, ticket);
      return slots.take(ticket) ? ok(undefined) : OVERLOADED;
    },
  };
}

/** The slot is free for others from now on. */
export function releaseSlot(request: IncomingMessage): void {
  const ticket = tickets.get(request);
  ticket?.slots.free(ticket);
}

/**
 * Reads a body that may never be whole: the slot is free meanwhile. `overloaded` when others took what there is. A
 * request that never had a slot needs none.
 */
export async function withoutSlot<T, E>(
  request: IncomingMessage,
  read: () => Promise<Result<T, E>>,
): Promise<Result<T, E | Fault>> {
  const ticket = tickets.get(request);
  if (ticket === undefined) return read();
  const { slots } = ticket;
  slots.free(ticket);
  slots.bodies.add(request, ticket);
  const body = await read();
  slots.bodies.delete(request);
  return !body.ok || slots.take(ticket) ? body : OVERLOADED;
}

/** From now on it counts for its credential too. `overloaded` when that has as many as it may. */
export function countCredential(request: IncomingMessage, actor: string): Result<void> {
  const ticket = tickets.get(request);
  if (ticket?.held === undefined) return ok(undefined);
  ticket.slots.free(ticket);
  ticket.callers.push(`credential ${actor}`);
  return ticket.slots.take(ticket) ? ok(undefined) : OVERLOADED;
}

/** Counts of one pool. No network has all of it, and no credential all that its network has. */
class Pool {
  #active = 0;
  readonly #byCaller = new Map<string, number>();
  readonly #max: number;
  readonly #perNetwork: number;
  readonly #perCredential: number;

  constructor(max: number, perNetwork: number, perCredential: number) {
    this.#max = max;
    this.#perNetwork = perNetwork;
    this.#perCredential = perCredential;
  }

  hasRoom(callers: readonly string[]): boolean {
    return (
      this.#active < this.#max &&
      // The network stands first.
      callers.every(
        (caller, nth) =>
          (this.#byCaller.get(caller) ?? 0) < (nth === 0 ? this.#perNetwork : this.#perCredential),
      )
    );
  }

  add(callers: readonly string[], by: 1 | -1): void {
    this.#active += by;
    for (const caller of callers) {
      const count = (this.#byCaller.get(caller) ?? 0) + by;
      if (count > 0) this.#byCaller.set(caller, count);
      else this.#byCaller.delete(caller);
    }
  }
}

/** Bodies on their way are kept in memory: of one network, and in all, the one that takes longest is cut off for a new one. */
const BODIES_MAX = 1_000;
const BODIES_PER_NETWORK_MAX = 64;

class Bodies {
  readonly #waiting = new Map<IncomingMessage, string>();

  add(request: IncomingMessage, { callers: [network = ''] }: Ticket): void {
    this.#waiting.set(request, network);
    const own = [...this.#waiting].filter(([, from]) => from === network);
    if (own.length > BODIES_PER_NETWORK_MAX) own[0]?.[0].destroy();
    else if (this.#waiting.size > BODIES_MAX) [...this.#waiting.keys()][0]?.destroy();
  }

  delete(request: IncomingMessage): void {
    this.#waiting.delete(request);
  }
}

class Slots {
  readonly bodies = new Bodies();
  readonly #pools: Readonly<Record<'ordinary' | 'urgent', Pool>>;

  constructor(concurrent: number) {
    this.#pools = {
      ordinary: new Pool(concurrent, Math.ceil((concurrent * 3) / 4), Math.ceil(concurrent / 2)),
      urgent: new Pool(URGENT, URGENT / 2, URGENT_PER_CREDENTIAL),
    };
  }

  take(ticket: Ticket): boolean {
    const { ordinary, urgent } = this.#pools;
    if (ordinary.hasRoom(ticket.callers)) ticket.held = 'ordinary';
    else if (ticket.isUrgent && urgent.hasRoom(ticket.callers)) ticket.held = 'urgent';
    if (ticket.held === undefined) return false;
    this.#pools[ticket.held].add(ticket.callers, 1);
    return true;
  }

  free(ticket: Ticket): void {
    if (ticket.held === undefined) return;
    this.#pools[ticket.held].add(ticket.callers, -1);
    ticket.held = undefined;
  }
}

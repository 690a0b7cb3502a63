/**
 * Messages to people: invitations, and the links by which guests sign in. The use-case that makes one puts it into the outbox
 * in the same transaction; a server takes it from there and hands it over, after it was made and never while.
 */
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { type DurationMs, type Instant, SECOND_MS } from '../domain/time.js';

/** How long handing a message over may take: longer every time, for who answers slowly may have taken it all the same. */
export const sendingMaxMs = (attempts: number): DurationMs => Math.min(attempts, 6) * 10 * SECOND_MS;

/** How long a message is reserved: until it was handed over or given up, on another machine's clock too. */
export const takenForMs = (attempts: number): DurationMs => sendingMaxMs(attempts) + 10 * SECOND_MS;

/** What the inviter adds of their own. */
export interface MessageContent {
  readonly fromName?: string;
  readonly message?: string;
}

export interface Message extends MessageContent {
  /** `us_msg_…`; the same every time it is sent, so that a receiver can tell a second copy. */
  readonly id: string;
  readonly kind: 'invitation' | 'magicLink';
  /** The address of one person. */
  readonly to: string;
  /** Of the invitation or the link. */
  readonly token: Secret;
  /** Where the guest signs in; undefined of an invitation. */
  readonly environment: string | undefined;
  readonly createdAt: Instant;
  /** When it is good for nothing any more, and so not sent. */
  readonly expiresAt: Instant;
}

/**
 * The outcome of handing a message over: undefined, or in a few words why not, without the address or anything secret.
 * As text: it may be taken later. `refused`: never, however often it comes.
 */
export type NotSent = string | { readonly refused: string } | undefined;

/** Where messages go. */
export interface Transport {
  /** Gives up when the signal aborts. Never rejects but with a bug. */
  send(message: Message, signal: AbortSignal): Promise<NotSent>;
}

/** A message that no other server takes for a while. */
export interface Taken {
  readonly message: Message;
  /** This time included. */
  readonly attempts: number;
}

/** One that is sent no more. */
export interface Dropped {
  readonly id: string;
  /** `ended`: it was used, replaced or taken back. `expired`: it could not be sent in time. `tampered`: not written by the store. */
  readonly because: 'ended' | 'expired' | 'tampered';
}

export interface OutboxQueue {
  readonly taken: readonly Taken[];
  readonly dropped: readonly Dropped[];
  /** When there is something to take again; undefined: nothing waits. */
  readonly nextAt: Instant | undefined;
}

/** `store_unreachable` is possible everywhere. */
export interface Outbox {
  /** Those that are due, so many at most; for `takenForMs` no other server takes them. */
  take(max: number): Promise<Result<OutboxQueue>>;
  /** Handed over, or refused for good, and forgotten. */
  forget(taken: Taken): Promise<Result<void>>;
  /** Not handed over; due again at that time, unless another server has taken it since. */
  notSent(taken: Taken, dueAt: Instant): Promise<Result<void>>;
  /** How many wait. */
  pending(): Promise<Result<number>>;
  /** Calls soon after something may have been put in. Gives what ends it. */
  watch(listener: () => void): () => void;
}

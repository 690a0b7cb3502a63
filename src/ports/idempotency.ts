/** Requests that are to have their effect once, however often they are sent (`Idempotency-Key`). */

export interface Idempotency {
  /** Whose key it is: two callers may choose the same. */
  readonly caller: string;
  readonly key: string;
  /** Digest of the route and the body. */
  readonly request: string;
}

/**
 * One go at it. What each of its effects came to is kept in the transaction of that effect, so that another go, whatever
 * became of this one, does what is not done yet and learns what is. It goes along with the call that performs effects.
 */
export interface Attempt extends Idempotency {
  /** How many effects it has asked for until now. The same go again asks for the same, in the same order. */
  asked: number;
  /** One of them was there from an earlier go: what was secret about it is not known any more. */
  isRepeated: boolean;
}

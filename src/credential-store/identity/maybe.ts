/** Looking things up one after another, where finding nothing is an answer and no error. */
import { ok, type Result } from '../../domain/result.js';

export type Found<T> = Result<T | undefined>;

export const NOTHING: Result<undefined> = ok(undefined);

/** What `make` makes of it, if it is there. */
export const ifFound = <A, B>(found: Found<A>, make: (value: A) => B): Found<B> =>
  found.ok && found.value !== undefined ? ok(make(found.value)) : (found as Found<never>);

/** What `look` finds from there, if it is there. */
export const ifFoundThen = async <A, B>(
  found: Found<A>,
  look: (value: A) => Promise<Found<B>> | Found<B>,
): Promise<Found<B>> => (found.ok && found.value !== undefined ? look(found.value) : (found as Found<never>));

/** Looking things up one after another, where finding nothing is an answer and no error. */
import { ok, type Result } from '../../domain/result.js';

export type Maybe<T> = Result<T | undefined>;

export const NOTHING: Result<undefined> = ok(undefined);

/** What `make` makes of it, if it is there. */
export const mapMaybe = <A, B>(found: Maybe<A>, make: (value: A) => B): Maybe<B> =>
  found.ok && found.value !== undefined ? ok(make(found.value)) : (found as Maybe<never>);

/** What `look` finds from there, if it is there. */
export const chainMaybe = async <A, B>(
  found: Maybe<A>,
  look: (value: A) => Promise<Maybe<B>> | Maybe<B>,
): Promise<Maybe<B>> => (found.ok && found.value !== undefined ? look(found.value) : (found as Maybe<never>));

/**
 * Passwords: what is asked of one, how it is kept and replaced. A session stands on the password it was started
 * with, so a new password ends the sessions of the old one.
 */

import type { Semaphore } from '../../async/semaphore.js';
import { type Fault, fault } from '../../domain/errors.js';
import { foldEmail } from '../../domain/kinds/index.js';
import { networkOf } from '../../domain/network-address.js';
import { isEmail } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { PasswordHashing } from '../../ports/password-hashing.js';
import { genuine } from '../key-repository.js';
import { findReferred } from '../references.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { endAllOf, genuineCredential, insertCredential, newPublicId, type Reading } from './credentials.js';
import { type Maybe, NOTHING } from './maybe.js';
import type { Attempt, SignInRateLimit } from './sign-in-rate-limit.js';

const LENGTH_MIN = 12;
const LENGTH_MAX = 200;
const SALT_BYTES = 16;

/** One form of what can be typed in several ways. */
export const normalPassword = (password: Secret): Secret => new Secret(password.reveal().normalize('NFKC'));

/** `bad_request` for one that is too easy to guess, or too long to be hashed over and over. */
export function refuseUnusable(password: Secret): Result<void> {
  const length = [...password.reveal()].length;
  if (length >= LENGTH_MIN && length <= LENGTH_MAX) return ok(undefined);
  return fail(
    fault(
      'bad_request',
      `password must have ${LENGTH_MIN} to ${LENGTH_MAX} characters; a phrase of several words is easy to remember`,
    ),
  );
}

export interface Hasher {
  readonly hashing: PasswordHashing;
  readonly turns: Semaphore;
}

export const busy = (): Result<never> =>
  fail(fault('overloaded', 'too many sign-ins at the moment; try again in a few seconds'));

/** Outside any transaction: it takes as long as thousands of them. */
export async function hashed(
  { hashing, turns }: Hasher,
  password: Secret,
  { entropy }: Pick<UnitOfWork, 'entropy'>,
): Promise<Result<string>> {
  const refused = refuseUnusable(password);
  if (!refused.ok) return refused;
  // The person setting one has already proven that they may.
  const work = () => hashing.hash(normalPassword(password), entropy.bytes(SALT_BYTES));
  const hash = await turns.run(work, { source: '', isPreferred: true });
  return hash === undefined ? busy() : ok(hash);
}

/** The live person of that name, address or id. */
export async function findPerson(reading: Reading, person: string): Promise<Maybe<ObjectRow>> {
  const name = isEmail(person) ? foldEmail(person) : person;
  const row = await findReferred(reading.tx, { kind: 'User', name });
  return row === undefined ? NOTHING : genuine(reading, row);
}

/** The present password of a person. */
export async function passwordOf(reading: Reading, person: ObjectRow): Promise<Maybe<CredentialRow>> {
  const row = (await reading.tx.credentials.of(person.id, 'password')).findLast(
    ({ ended_at }) => ended_at === null,
  );
  return row === undefined ? NOTHING : genuineCredential(reading, row);
}

/** Their password from now on. */
export async function replacePassword(
  work: UnitOfWork,
  person: ObjectRow,
  hash: string,
): Promise<Result<CredentialRow>> {
  const ended = await endAllOf(work, person.id, { kind: 'password', action: 'password.replaced' });
  if (!ended.ok) return ended;
  return insertCredential(
    work,
    { kind: 'password', publicId: newPublicId(work), holder: person, proof: hash },
    { action: 'password.set', detail: {} },
  );
}

export interface Guessing {
  readonly hasher: Hasher;
  readonly throttle: SignInRateLimit;
  readonly clock: Pick<Clock, 'now'>;
}

export interface Guess {
  readonly attempt: Attempt;
  /** Of the password as it is. */
  readonly hash: string;
  readonly password: Secret;
}

/**
 * Is it the password, and how many wrong ones for the account are there by now? `rate_limited` when there were too many,
 * `overloaded` when too many people wait for an answer.
 */
export async function guess(
  { hasher, throttle, clock }: Guessing,
  { attempt, hash, password }: Guess,
): Promise<Result<{ readonly isRight: boolean; readonly failures: number }>> {
  const turn = {
    source: networkOf(attempt.source),
    subject: attempt.account,
    isPreferred: throttle.isKnown(attempt),
  };
  const guessed = await hasher.turns.run(async () => {
    const { waitMs, failures } = throttle.begin(attempt, clock.now());
    if (waitMs > 0) return fail(tooMany(waitMs));
    const isRight = await hasher.hashing.verify(hash, normalPassword(password));
    if (isRight) throttle.takeBack(attempt, clock.now());
    return ok({ isRight, failures });
  }, turn);
  return guessed ?? busy();
}

export function tooMany(waitMs: DurationMs): Fault {
  const seconds = Math.ceil(waitMs / SECOND_MS);
  return {
    ...fault('rate_limited', `too many wrong passwords for this account; try again in ${seconds} s`),
    retryAfterMs: waitMs,
  };
}

/**
 * Requests that are to have their effect once. What an effect came to is written in its own transaction, under the key
 * of the request: a caller that sends it again, after a crash or at the same time, gets that answer and nothing is done
 * twice. The answer is kept beside it once there is one. Nothing is claimed beforehand, so nothing stays claimed.
 */

import { canonicalJson } from '../../domain/canonical.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { DAY_MS, type DurationMs } from '../../domain/time.js';
import type { Beginning } from '../../ports/accounts.js';
import type { Attempt, Idempotency } from '../../ports/idempotency.js';
import type { Keyring } from '../keyring.js';
import { isSameMac } from '../rows.js';
import { BrokenRow, parsedRow } from '../storage-port/broken-row.js';
import type { ReplayRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';

type Looking = Pick<UnitOfWork, 'tx' | 'now' | 'keyring'>;

/** As long as others keep theirs. */
const KEPT_MS: DurationMs = DAY_MS;

const OTHER: Fault = fault(
  'refused',
  'this Idempotency-Key was already used for a different request; use a new one',
);

export async function begin(looking: Looking, once: Idempotency): Promise<Result<Beginning>> {
  const row = await rowOf(looking, once);
  if (!row.ok) return row;
  const { answer } = row.value;
  return ok(
    answer === null
      ? { kind: 'unanswered' }
      : { kind: 'again', answer: parsedRow(answer, `the answer to request ${once.key}`) },
  );
}

export async function finish(looking: Looking, once: Idempotency, answer: unknown): Promise<Result<void>> {
  const row = await rowOf(looking, once);
  if (!row.ok) return row;
  await put(looking, { ...row.value, answer: canonicalJson(answer) });
  return ok(undefined);
}

export interface Nth {
  readonly attempt: Attempt;
  /** Which of the effects of its request, from 0. */
  readonly nth: number;
}

/** What `act` does, or did when it was asked before: the same value, with nothing in its secrets. */
export async function effectOnce<T>(
  work: UnitOfWork,
  { attempt, nth }: Nth,
  act: (work: UnitOfWork) => Promise<Result<T>>,
): Promise<Result<T>> {
  const row = await rowOf(work, attempt);
  if (!row.ok) return row;
  const effects = parsedRow<Readonly<Record<string, { readonly value?: T }>>>(
    row.value.effects,
    `the effects of request ${attempt.key}`,
  );
  const known = effects[nth];
  if (known !== undefined) {
    attempt.isRepeated = true;
    return ok(withEmptySecrets(known).value as T);
  }
  const done = await act(work);
  if (!done.ok) return done;
  const kept = { ...effects, [nth]: { value: withoutSecrets(done.value) } };
  await put(work, { ...row.value, effects: JSON.stringify(kept) });
  return done;
}

/** As it stands, or as it is before anything was done. Under a MAC: a body can hold a password, which a plain digest would let be guessed. */
async function rowOf(
  { tx, now, keyring }: Looking,
  { caller, key, request: digest }: Idempotency,
): Promise<Result<ReplayRow>> {
  const request = keyring.rowMac(`request ${digest}`);
  const known = await tx.accounting.replay(caller, key);
  if (known === undefined || known.created_at < now - KEPT_MS)
    return ok({ caller, key, request, answer: null, effects: '{}', created_at: now, row_mac: '' });
  if (!isGenuineReplay(known, keyring)) throw new BrokenRow(`the request ${key} of ${caller}`);
  return known.request === request ? ok(known) : fail(OTHER);
}

export const isGenuineReplay = (row: ReplayRow, keyring: Keyring): boolean =>
  isSameMac(row.row_mac, keyring.rowMac(replayText(row)));

const replayText = ({ caller, key, request, answer, effects, created_at }: ReplayRow): string =>
  JSON.stringify(['replay', caller, key, request, answer, effects, created_at]);

async function put({ tx, now, keyring }: Looking, row: ReplayRow): Promise<void> {
  await tx.accounting.forgetReplays(now - KEPT_MS);
  await tx.accounting.putReplay({ ...row, row_mac: keyring.rowMac(replayText(row)) });
}

/** In JSON, in place of a secret. */
const SECRET = '$secret';

function withoutSecrets(value: unknown): unknown {
  if (value instanceof Secret) return { [SECRET]: true };
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutSecrets(one)]));
}

function withEmptySecrets<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withEmptySecrets) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (SECRET in value) return new Secret('') as T;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withEmptySecrets(one)])) as T;
}

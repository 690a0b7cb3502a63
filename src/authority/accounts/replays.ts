/**
 * Requests that are to have their effect once. A key is claimed before the request begins and keeps its answer
 * afterwards; one whose server went away in between stays claimed, for nobody can tell what became of it.
 */
import { canonicalJson } from '../../domain/canonical.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { DurationMs } from '../../domain/time.js';
import type { Beginning, OnceOnly } from '../../ports/accounts.js';
import type { Work } from '../work.js';

type Working = Pick<Work, 'tx' | 'now' | 'keyring'>;

/** Under a MAC: a body can hold a password, which a plain digest would let be guessed. */
const requestMac = ({ keyring }: Working, { request }: OnceOnly): string =>
  keyring.rowMac(`request ${request}`);

export async function begin(work: Working, once: OnceOnly, lifeMs: DurationMs): Promise<Result<Beginning>> {
  const { tx, now } = work;
  const request = requestMac(work, once);
  await tx.accounting.forgetReplays(now - lifeMs);
  const known = await tx.accounting.replay(once.caller, once.key);
  if (known === undefined) {
    await tx.accounting.putReplay({ ...once, request, answer: null, created_at: now });
    return ok({ kind: 'first' });
  }
  if (known.request !== request)
    return fail(fault('refused', 'this Idempotency-Key was used for another request; choose a new one'));
  if (known.answer === null)
    return fail(
      fault(
        'conflict',
        'a request with this Idempotency-Key was begun and not answered; look whether it was done before you choose a new one',
      ),
    );
  return ok({ kind: 'again', answer: JSON.parse(known.answer) });
}

export async function finish(work: Working, once: OnceOnly, answer: unknown): Promise<Result<void>> {
  const { tx, now } = work;
  const known = await tx.accounting.replay(once.caller, once.key);
  const created_at = known?.created_at ?? now;
  const request = requestMac(work, once);
  await tx.accounting.putReplay({ ...once, request, answer: canonicalJson(answer), created_at });
  return ok(undefined);
}

export async function abandon({ tx }: Working, { caller, key }: OnceOnly): Promise<Result<void>> {
  await tx.accounting.removeReplay(caller, key);
  return ok(undefined);
}

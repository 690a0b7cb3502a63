/**
 * issue: a version that is accepted from now on. Its secret comes sealed to this reconciler; the same request
 * again, also after a crash, gives the same one. One that waits for a claim stays sealed.
 */
import { fault } from '../../domain/errors.js';
import { CLAIM_RECIPIENT } from '../../domain/live.js';
import { refText } from '../../domain/objects.js';
import { fail, ok } from '../../domain/result.js';
import type { Doer } from '../step-world.js';

export const issue: Doer<'issue'> = async ({ object, detail }, { mutate, sealing, identity, rollouts }) => {
  const { generation, sealedTo } = detail;
  const recipient = sealedTo === 'claim' ? CLAIM_RECIPIENT : identity.recipient;
  const outcome = await mutate({ kind: 'issue', object, generation, recipient });
  if (!outcome.ok || sealedTo === 'claim') return outcome;
  const { issued, drawn } = outcome.value;
  const secret = drawn ?? (issued && (await sealing.open(issued.sealed, identity)));
  if (issued === undefined || secret === undefined) {
    return fail(
      fault(
        'sealed_to_another',
        `the secret of ${refText(object)} version ${generation} is sealed to another reconciler; apply on the machine that made the plan, or plan again here`,
      ),
    );
  }
  rollouts.begin(object, generation, { fingerprint: issued.fingerprint, secret });
  return ok(undefined);
};

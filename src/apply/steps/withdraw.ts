/** withdraw: a secret that is no longer accepted leaves its sink, by compare-and-set. */
import type { Doer } from '../step-world.js';

export const withdraw: Doer<'withdraw'> = async ({ detail }, { ensureLease, leaseLeftMs, sinks }) => {
  const lease = await ensureLease();
  if (!lease.ok) return lease;
  return sinks.withdraw(detail.sink, detail.fingerprint, { withinMs: leaseLeftMs });
};

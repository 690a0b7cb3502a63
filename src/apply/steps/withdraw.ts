/** withdraw: a secret that is no longer accepted leaves its sink, by compare-and-set. */
import type { Doer } from '../step-world.js';

export const withdraw: Doer<'withdraw'> = async ({ detail }, { ensureLease, sinks }) => {
  const lease = await ensureLease();
  return lease.ok ? sinks.withdraw(detail.sink, detail.fingerprint) : lease;
};

/** A heartbeat measures the clock of its machine, reports it, and warns once when it is wrong. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ok } from '../../src/domain/result.js';
import { startHeartbeat } from '../../src/main/heartbeat.js';
import type { Instance } from '../../src/ports/accounts.js';

const clockWith = (skew: { ms: number }) => ({
  now: () => 1_000_000,
  monotonicMs: () => 0,
  sleep: (_: number, signal?: AbortSignal) => sleep(5, undefined, { signal }),
  heard: () => undefined,
  skewMs: () => skew.ms,
});

test('heartbeat: warns when the clock is further off than the bound, once, and says when it is right again', async () => {
  const skew = { ms: 1_900 };
  const seen: Instance[] = [];
  const warnings: string[] = [];
  const heartbeat = startHeartbeat(
    {
      kind: 'server',
      seen: async (instance) => {
        seen.push(instance);
        return ok(undefined);
      },
      verifier: {
        revision: () => 1,
        uses: () => ({ kept: 0, lost: 0, until: undefined }) as never,
        refresh: async () => ok(undefined),
      },
      presence: { isKnown: false },
      warn: (message) => warnings.push(message),
    },
    { clock: clockWith(skew), entropy: { bytes: (length) => new Uint8Array(length) } },
  );
  await heartbeat.beat();
  expect(warnings).toEqual([]);
  skew.ms = -15_000;
  await heartbeat.beat();
  await heartbeat.beat();
  expect(warnings).toEqual([expect.stringContaining('is 15.0 s behind that of the store')]);
  expect(seen.at(-1)?.clockSkewMs).toBe(-15_000);
  skew.ms = 0;
  await heartbeat.beat();
  expect(warnings).toHaveLength(2);
  await heartbeat.end();
});

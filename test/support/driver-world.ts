/** What drivers of sinks may use of a machine, in tests: the real clock and chance, and nothing of the environment. */
import { systemClock, systemEntropy } from '../../src/adapters/system.js';
import { readCredential } from '../../src/sinks/credentials.js';
import type { DriverWorld } from '../../src/sinks/driver.js';

export const driverWorld = (root: string, more: Partial<DriverWorld> = {}): DriverWorld => {
  const env = more.env ?? {};
  return {
    ...{ clock: systemClock, entropy: systemEntropy, root, roots: ['.'], env },
    exclusively: (work) => work(),
    credential: (reference) => readCredential(reference, { root, env }),
    ...more,
  };
};

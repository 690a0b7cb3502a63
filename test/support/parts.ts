/**
 * Parts that a machine may lack. Where one is missing its tests are skipped, which closing-reporter.mjs says at the end;
 * in CI they fail instead.
 */
import { IS_COMPLETE } from './effort.js';

export interface TestsWith {
  describe(name: string, tests: () => void): void;
  test(name: string, run: () => Promise<void>, timeoutMs?: number): void;
}

/** The tests of a part, by its name: `PostgreSQL`. */
export function testsWith(part: string, isThere: boolean): TestsWith {
  if (isThere) return { describe, test };
  const why = `${part} is not installed`;
  const fail = (name: string): void =>
    test(name, () => {
      throw new Error(`${why}, and in CI its tests are not skipped`);
    });
  if (IS_COMPLETE) return { describe: fail, test: fail };
  return {
    describe: (name, tests) => describe.skip(`${name} (skipped: ${why})`, tests),
    test: (name) => test.skip(`${name} (skipped: ${why})`, () => undefined),
  };
}

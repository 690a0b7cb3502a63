/** The result of testing a driver, as text in the style of test runners and as JSON. */
import type { DriverTest } from '../ports/driver-test.js';

const MARK = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;

const DESCRIBED: Readonly<Record<DriverTest['describes'], string>> = {
  full: 'it reads values and compares revisions',
  'not conditional': 'it reads values and does not compare',
  'revisions only': 'it shows revisions only',
  'write-only': 'it can only write',
  nothing: 'it does not say what it can do',
};

export function driverTestText({ describes, checks }: DriverTest): string {
  const lines = checks.map(
    ({ name, outcome, detail }) =>
      `${MARK[outcome]} ${name}${detail === undefined ? '' : `\n       ${detail}`}`,
  );
  const { passed, failed, skipped } = counts({ describes, checks });
  const summary = `${passed} passed, ${failed} failed, ${skipped} skipped (${DESCRIBED[describes]})`;
  return `${[...lines, '', summary].join('\n')}\n`;
}

export const driverTestJson = (test: DriverTest) => ({ ...test, summary: counts(test) });

export const hasPassed = ({ checks }: DriverTest): boolean =>
  checks.every(({ outcome }) => outcome !== 'failed');

function counts({ checks }: DriverTest) {
  const count = (wanted: string): number => checks.filter(({ outcome }) => outcome === wanted).length;
  return { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
}

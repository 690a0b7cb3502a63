/**
 * The last words of a run, below jest's own: what was skipped because a part is missing here (parts.ts), and one plain
 * line to count by.
 */
const REASON = /\(skipped: ([^)]+)\)/;

export default class ClosingReporter {
  onRunComplete(_contexts, { testResults, numPassedTests, numFailedTests }) {
    const skipped = new Map();
    for (const { status, fullName } of testResults.flatMap((file) => file.testResults)) {
      const why = REASON.exec(fullName)?.[1];
      if (status === 'pending' && why !== undefined) skipped.set(why, (skipped.get(why) ?? 0) + 1);
    }
    // A file that cannot be loaded has no tests that fail.
    const unloaded = testResults.filter(({ testExecError }) => testExecError).length;
    const lines = [...skipped].map(
      ([why, count]) => `SKIPPED ${count} tests: ${why}. With CI=true they fail instead.`,
    );
    lines.push(`${numPassedTests} passed, ${numFailedTests + unloaded} failed`);
    // Jest's summary comes after all reporters.
    process.once('exit', () => process.stderr.write(`\n${lines.join('\n')}\n`));
  }
}

/** What came of a plan, for people: failures in full, successes by count. */
import { refJson, refText } from '../domain/objects.js';
import type { Divergence } from '../plan/divergence.js';
import type { Report, StepResult } from '../plan/report.js';
import { counted, type Painter, painter, printable, type TextOptions } from './text-format.js';

/** As many failures as a person reads. */
const FAILED_MAX = 50;
/** As many steps that were not begun, with one reason. */
const NOT_ATTEMPTED_MAX = 5;

/** No newline at the end. */
export function reportText({ results, summary }: Report, options: TextOptions): string {
  const paint = painter(options);
  const { succeeded, failed, notAttempted } = summary;
  const isWhole = failed + notAttempted === 0;
  const counts = [
    `${counted(succeeded, 'step')} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(notAttempted > 0 ? [`${notAttempted} not attempted`] : []),
  ].join(', ');
  return [
    ...failedLines(results, paint),
    ...notAttemptedLines(results, paint),
    `${paint(isWhole ? 'green' : 'red', isWhole ? 'Applied:' : 'Partly applied:')} ${counts}.`,
    ...(isWhole ? [] : ['The next plan continues where this one stopped.']),
  ].join('\n');
}

function failedLines(results: readonly StepResult[], paint: Painter): readonly string[] {
  const failed = results.filter(({ status }) => status === 'failed');
  const shown = failed
    .slice(0, FAILED_MAX)
    .map((result) => `  ${paint('red', '✗ failed')} ${printable(result.step)}${reasonOf(result)}`);
  const more = failed.length - FAILED_MAX;
  return more > 0 ? [...shown, `  … and ${more} more failed; all of them: --output json`] : shown;
}

/** Steps that were not begun have one reason together mostly: a few by name, else their number. */
function notAttemptedLines(results: readonly StepResult[], paint: Painter): readonly string[] {
  const byReason = new Map<string, StepResult[]>();
  for (const result of results.filter(({ status }) => status === 'not-attempted')) {
    const reason = reasonOf(result);
    const alike = byReason.get(reason);
    if (alike) alike.push(result);
    else byReason.set(reason, [result]);
  }
  const mark = paint('dim', '· not attempted');
  return [...byReason].flatMap(([reason, alike]) =>
    alike.length > NOT_ATTEMPTED_MAX
      ? [`  ${mark}: ${counted(alike.length, 'step')}${reason}`]
      : alike.map(({ step }) => `  ${mark} ${printable(step)}${reason}`),
  );
}

const reasonOf = ({ error }: StepResult): string =>
  error === undefined ? '' : `: ${printable(error.message)} (${error.code})`;

/** What an apply left undone because a person or a sink is needed first. No newline at the end. */
export function unmetText(unmet: readonly Divergence[], options: TextOptions): string {
  const paint = painter(options);
  const lines = unmet.slice(0, UNMET_MAX).map(({ object, reason, message }) => {
    const name = object === undefined ? '' : `${printable(refText(object))} `;
    return `  ${paint('red', '✗')} ${name}${paint('dim', `(${reason})`)} ${printable(message)}`;
  });
  const more = unmet.length > UNMET_MAX ? [`  … and ${unmet.length - UNMET_MAX} more: --output json`] : [];
  return [`${counted(unmet.length, 'declared object')} not as declared yet:`, ...lines, ...more].join('\n');
}

/** As many as a person reads. */
const UNMET_MAX = 50;

/** The report for programs; `unmet` is what the plan could not do for want of a person or a sink. */
export const reportJson = (report: Report, unmet: readonly Divergence[]) => ({
  ...report,
  unmet: unmet.map(({ object, reason, message }) => ({
    ...(object && { object: refJson(object) }),
    ...{ reason, message },
  })),
});

/** What came of a plan, for people: failures in full, successes by count. */
import { refJson, refText } from '../domain/objects.js';
import type { Divergence } from '../plan/divergence.js';
import type { Report, StepResult } from '../plan/report.js';
import { counted, type Painter, painter, printable, type TextOptions } from './text-format.js';

/** No newline at the end. */
export function reportText({ results, summary }: Report, options: TextOptions): string {
  const paint = painter(options);
  const troubles = results.filter((result) => result.status !== 'succeeded');
  const { succeeded, failed, notAttempted } = summary;
  const isWhole = failed + notAttempted === 0;
  const counts = [
    `${counted(succeeded, 'step')} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(notAttempted > 0 ? [`${notAttempted} not attempted`] : []),
  ].join(', ');
  return [
    ...troubles.map((result) => troubleText(result, paint)),
    `${paint(isWhole ? 'green' : 'red', isWhole ? 'Applied:' : 'Partly applied:')} ${counts}.`,
    ...(isWhole ? [] : ['The next plan continues where this one stopped.']),
  ].join('\n');
}

function troubleText({ step, status, error }: StepResult, paint: Painter): string {
  const mark = status === 'failed' ? paint('red', '✗ failed') : paint('dim', '· not attempted');
  const why = error === undefined ? '' : `: ${printable(error.message)} (${error.code})`;
  return `  ${mark} ${printable(step)}${why}`;
}

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

/** What came of a plan, for people: failures in full, successes by count. */
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

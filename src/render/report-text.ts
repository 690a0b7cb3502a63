/** What came of a plan, for people: failures in full, successes by count. */
import { refJson, refText } from '../domain/objects.js';
import type { Divergence } from '../plan/divergence.js';
import type { Report, StepResult } from '../plan/report.js';
import { blocksText, type Line, linesOf, type Section } from './sections.js';
import { counted, painter, printable, type TextOptions } from './text-format.js';

/** As many as a person reads: failures, and objects that are not as declared. */
const SHOWN_MAX = 50;
/** As many steps that were not begun, with one reason. */
const NOT_ATTEMPTED_MAX = 5;

/** No newline at the end. */
export function reportText({ results, summary }: Report, options: TextOptions): string {
  const { succeeded, failed, notAttempted } = summary;
  const isWhole = failed + notAttempted === 0;
  const counts = [
    `${counted(succeeded, 'step')} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(notAttempted > 0 ? [`${notAttempted} not attempted`] : []),
  ].join(', ');
  const end: readonly Line[] = [
    [[isWhole ? 'green' : 'red', isWhole ? 'Applied:' : 'Partly applied:'], ` ${counts}.`],
    ...(isWhole ? [] : [['The next plan continues where this one stopped.']]),
  ];
  const sections = [failedSection(results), notAttemptedSection(results)];
  return blocksText([[...linesOf(...sections), ...end]], painter(options));
}

function failedSection(results: readonly StepResult[]): Section {
  const failed = results.filter(({ status }) => status === 'failed');
  const rows = failed.map((result) => [`${printable(result.step)}${reasonOf(result)}`]);
  const lines = rows.map((row): Line => ['  ', ['red', '✗ failed'], ' ', ...row]);
  return { title: 'Failed', rows, lines: cut(lines, ' failed; all of them: --output json'), noun: 'step' };
}

/** Steps that were not begun have one reason together mostly: a few by name, else their number. */
function notAttemptedSection(results: readonly StepResult[]): Section {
  const byReason = new Map<string, StepResult[]>();
  for (const result of results.filter(({ status }) => status === 'not-attempted')) {
    const reason = reasonOf(result);
    const alike = byReason.get(reason);
    if (alike) alike.push(result);
    else byReason.set(reason, [result]);
  }
  const rows = [...byReason].flatMap(([reason, alike]) =>
    alike.length > NOT_ATTEMPTED_MAX
      ? [[`: ${counted(alike.length, 'step')}${reason}`]]
      : alike.map(({ step }) => [` ${printable(step)}${reason}`]),
  );
  const lines = rows.map((row): Line => ['  ', ['dim', '· not attempted'], ...row]);
  return { title: 'Not attempted', rows, lines, noun: 'step' };
}

/** The first of them, and how many more there are. */
const cut = (lines: readonly Line[], rest: string): readonly Line[] => [
  ...lines.slice(0, SHOWN_MAX),
  ...(lines.length > SHOWN_MAX ? [[`  … and ${lines.length - SHOWN_MAX} more${rest}`]] : []),
];

const reasonOf = ({ error }: StepResult): string =>
  error === undefined ? '' : `: ${printable(error.message)} (${error.code})`;

/** What an apply left undone because a person or a sink is needed first. No newline at the end. */
export function unmetText(unmet: readonly Divergence[], options: TextOptions): string {
  const lines = unmet.map(({ object, reason, message }): Line => {
    const name = object === undefined ? '' : `${printable(refText(object))} `;
    return ['  ', ['red', '✗'], ` ${name}`, ['dim', `(${reason})`], ` ${printable(message)}`];
  });
  const head = [`${counted(unmet.length, 'declared object')} not as declared yet:`];
  return blocksText([[head, ...cut(lines, ': --output json')]], painter(options));
}

/** The report for programs; `unmet` is what the plan could not do for want of a person or a sink. */
export const reportJson = (report: Report, unmet: readonly Divergence[]) => ({
  ...report,
  unmet: unmet.map(({ object, reason, message }) => ({
    ...(object && { object: refJson(object) }),
    ...{ reason, message },
  })),
});

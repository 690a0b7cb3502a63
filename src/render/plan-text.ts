/** A plan for people at a terminal. Pure: the same plan and options give the same text. */
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Finding, Plan, Waiting } from '../plan/plan.js';
import { type Group, groupsOf, summaryText, type Verb } from './plan-groups.js';
import {
  eventText,
  inTime,
  type Painter,
  painter,
  printable,
  type TextOptions,
  type Tone,
} from './text-format.js';
import { waitingLines } from './waiting.js';

export interface PlanTextOptions extends TextOptions {
  /** From which `in 23h` is reckoned. */
  readonly now: Instant;
  /** What happens until `now`, of a plan for a later instant. */
  readonly forecast?: readonly Forecast[] | undefined;
  /** `--verbose`: every finding and every wait, however many are alike. */
  readonly isVerbose?: boolean | undefined;
}

/** No newline at the end. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const paint = painter(options);
  const { steps, findings, waiting } = plan;
  const ahead = forecastTexts(options, paint);
  if (steps.length + findings.length + waiting.length === 0) {
    return paragraphs(ahead, [
      `No changes. The live store matches the documents. (${summaryText(plan.summary)})`,
    ]);
  }
  const end = [
    `${paint('bold', 'Plan:')} ${summaryText(plan.summary)}`,
    ...(plan.approvals.length === 0
      ? []
      : [`Needs approval for: ${plan.approvals.map(printable).join(', ')}`]),
    paint('dim', `Digest: ${plan.digest}`),
  ];
  const groups = groupsOf(steps).map((group) => groupText(group, paint));
  return paragraphs(ahead, groups, outlookTexts(plan, options), end);
}

/** Nothing for a plan made for now. */
function forecastTexts({ forecast, now }: PlanTextOptions, paint: Painter): readonly string[] {
  if (forecast === undefined) return [];
  const until = formatInstant(now);
  return [
    ...(forecast.length === 0 ? [`Nothing is due until ${until}.`] : [`Due until ${until}:`]),
    ...forecast.map((one) => forecastText(one, paint)),
    '',
    `Planned at that time, if nothing is applied before:`,
  ];
}

/** `2027-03-01T00:00:00.000Z  ApiKey/a rotates (RotationDue). Version 1 is due for rotation.` */
export const forecastText = ({ at, object, what, reason, message }: Forecast, paint: Painter): string =>
  `  ${formatInstant(at)}  ${printable(refText(object))} ${eventText(what)} ${paint('dim', `(${reason})`)}. ${printable(message)}`;

/** Blank lines between what is not empty. */
export const paragraphs = (...blocks: readonly (readonly string[])[]): string =>
  blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');

/** Findings and what is waited for, a line each. */
export function outlookTexts(
  { findings, waiting }: Pick<Plan, 'findings' | 'waiting'>,
  options: PlanTextOptions,
): readonly string[] {
  const paint = painter(options);
  return [
    ...findingTexts(findings, options.isVerbose === true ? Number.POSITIVE_INFINITY : ALIKE_MAX, paint),
    ...waitingLines(waiting, options).map((line) =>
      line.kind === 'one'
        ? waitingText(line.waiting, options.now, paint)
        : `  ${paint('dim', '…')} ${line.text} ${paint('dim', `(${line.reason})`)}`,
    ),
  ];
}

/** As many of one code as a person reads. */
const ALIKE_MAX = 50;

function findingTexts(findings: readonly Finding[], max: number, paint: Painter): readonly string[] {
  const counts = new Map<Finding['code'], number>();
  const shown: string[] = [];
  for (const finding of findings) {
    const count = (counts.get(finding.code) ?? 0) + 1;
    counts.set(finding.code, count);
    if (count <= max) shown.push(findingText(finding, paint));
  }
  const more = [...counts].filter(([, count]) => count > max);
  return [
    ...shown,
    ...more.map(([code, count]) =>
      paint('dim', `  … and ${count - max} more ${code}; use --verbose to see all`),
    ),
  ];
}

const MARKS: Readonly<Record<Verb, readonly [string, Tone]>> = {
  create: ['+', 'green'],
  update: ['~', 'yellow'],
  replace: ['-/+', 'red'],
  adopt: ['=', 'cyan'],
  delete: ['-', 'red'],
  issue: ['+', 'green'],
  rotate: ['↻', 'cyan'],
  resume: ['↻', 'cyan'],
  extend: ['~', 'yellow'],
  confirm: ['=', 'cyan'],
  withdraw: ['-', 'yellow'],
  refresh: ['↻', 'cyan'],
  revoke: ['-', 'red'],
};

export function groupText({ verb, object, reason, lines }: Group, paint: Painter): string {
  const [mark, tone] = MARKS[verb];
  const head = `${paint(tone, `${mark.padStart(3)} ${verb}`)} ${paint('bold', object)} ${paint('dim', `(${reason})`)}`;
  return [head, ...lines.map((line) => `      ${line}`)].join('\n');
}

const findingText = ({ severity, code, message }: Finding, paint: Painter): string =>
  `  ${paint(severity === 'refuse' ? 'red' : 'yellow', `! ${severity === 'refuse' ? 'refused' : 'warning'}`)} ${code}: ${printable(message)}`;

function waitingText({ object, reason, until, message }: Waiting, now: Instant, paint: Painter): string {
  const when = until === undefined ? '' : ` ${inTime(until, now)}`;
  return `  ${paint('dim', '…')} ${printable(refText(object))} waits: ${reason}${when}. ${printable(message)}`;
}

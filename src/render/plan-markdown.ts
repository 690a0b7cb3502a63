/** A plan for a pull request: what stands against it, a table of what changes, and what is waited for. */
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Finding, Plan, Waiting } from '../plan/plan.js';
import { escaped } from './markdown.js';
import { type Group, groupsOf, summaryText, type Verb } from './plan-groups.js';
import { cellOf, type Section, sectionsMarkdown } from './sections.js';
import { eventText } from './text-format.js';
import { waitingLines } from './waiting.js';

/** No newline at the end. Cut to what fits into a comment, the most important first. */
export function planMarkdown(plan: Plan, forecast?: readonly Forecast[], isVerbose?: boolean): string {
  const { steps, approvals, digest, now } = plan;
  const head = [
    `### Keywright plan for ${escaped(plan.project)}`,
    summaryText(plan.summary),
    ...(approvals.length === 0 ? [] : [`**Needs approval for:** ${approvals.map(escaped).join(', ')}`]),
    `<sub>Digest \`${digest}\`</sub>`,
    ...(steps.length === 0 ? ['No changes.'] : []),
  ].join('\n\n');
  return sectionsMarkdown(head, [
    findingsSection(plan.findings),
    ...(forecast === undefined ? [] : [forecastSection(forecast, now)]),
    {
      title:
        forecast === undefined || steps.length === 0 ? '' : 'Planned then, if nothing was done until then',
      columns: ['', 'Object', 'Why', 'What'],
      rows: byImportance(groupsOf(steps)).map(cells),
      noun: 'object',
    },
    waitingSection(plan.waiting, { now, isVerbose }),
  ]);
}

const forecastSection = (forecast: readonly Forecast[], until: Instant): Section => ({
  title: `Until ${formatInstant(until)}`,
  rows: forecast.length === 0 ? [['nothing is due']] : forecast.map((one) => [forecastLine(one)]),
});

const forecastLine = ({ at, object, what, reason, message }: Forecast): string =>
  `${formatInstant(at)} ${refText(object)} ${eventText(what)} (${reason}): ${message}`;

/** What takes something away comes first: it is what must not be cut. */
const IMPORTANCE: readonly Verb[] = [
  'delete',
  'replace',
  'revoke',
  'update',
  'rotate',
  'adopt',
  'create',
  'issue',
  'resume',
];

export const byImportance = <G extends Group>(groups: readonly G[]): readonly G[] =>
  [...groups].sort((a, b) => IMPORTANCE.indexOf(a.verb) - IMPORTANCE.indexOf(b.verb));

/** What happens to one object: verb, name, reason, lines. */
export const cells = ({ verb, object, reason, lines }: Group): readonly string[] => [
  verb,
  object,
  reason,
  cellOf(lines),
];

/** Refusals first. */
export const findingsSection = (findings: readonly Finding[]): Section => ({
  title: 'Findings',
  rows: [...findings]
    .sort((a, b) => Number(b.severity === 'refuse') - Number(a.severity === 'refuse'))
    .map(({ severity, code, message }) => [
      `${severity === 'refuse' ? '🛑 refused' : '⚠️ warning'} ${code}: ${message}`,
    ]),
  noun: 'finding',
});

export const waitingSection = (
  waiting: readonly Waiting[],
  options: Parameters<typeof waitingLines>[1],
): Section => ({
  title: 'Waiting',
  rows: waitingLines(waiting, options).map((line) => [
    line.kind === 'many' ? `${line.text} (${line.reason})` : waitingText(line.waiting),
  ]),
  noun: 'wait',
});

const waitingText = ({ object, reason, until, message }: Waiting): string =>
  `${refText(object)} (${reason}${until === undefined ? '' : `, until ${formatInstant(until)}`}): ${message}`;

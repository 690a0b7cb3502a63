/** A plan for a pull request: a table of what changes, then what stands against it and what is waited for. */
import { refText } from '../domain/objects.js';
import { formatInstant, type Instant } from '../domain/time.js';
import type { Forecast } from '../plan/forecast.js';
import type { Finding, Plan, Waiting } from '../plan/plan.js';
import { escaped, list, tableOf } from './markdown.js';
import { type Group, groupsOf, summaryText } from './plan-groups.js';
import { eventText } from './text-format.js';

/** No newline at the end. */
export function planMarkdown(plan: Plan, forecast?: readonly Forecast[]): string {
  const title = `### Keywright plan for ${escaped(plan.project)}`;
  const groups = groupsOf(plan.steps);
  const parts = [
    `${title}\n\n${summaryText(plan.summary)}`,
    forecast === undefined ? '' : forecastSection(forecast, plan.now),
    groups.length === 0 ? 'No changes.' : stepsTable(groups),
    list('Findings', plan.findings.map(findingLine)),
    list('Waiting', plan.waiting.map(waitingLine)),
    plan.approvals.length === 0 ? '' : `**Needs approval for:** ${plan.approvals.map(escaped).join(', ')}`,
    `<sub>Digest \`${plan.digest}\`</sub>`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function forecastSection(forecast: readonly Forecast[], until: Instant): string {
  const lines = forecast.length === 0 ? ['nothing is due'] : forecast.map(forecastLine);
  return `${list(`Until ${formatInstant(until)}`, lines)}\n\n**Planned at that time, if nothing is applied before**`;
}

const forecastLine = ({ at, object, what, reason, message }: Forecast): string =>
  `${formatInstant(at)} ${escaped(refText(object))} ${eventText(what)} \`${reason}\`: ${escaped(message)}`;

const stepsTable = (groups: readonly Group[]): string =>
  tableOf(['', 'Object', 'Why', 'What'], groups.map(cells));

/** What happens to one object: verb, name, reason, lines. */
export const cells = ({ verb, object, reason, lines }: Group): readonly string[] => [
  verb,
  escaped(object),
  reason,
  lines.map(escaped).join('<br>'),
];

export const findingLine = ({ severity, code, message }: Finding): string =>
  `${severity === 'refuse' ? '🛑 refused' : '⚠️ warning'} \`${code}\`: ${escaped(message)}`;

export const waitingLine = ({ object, reason, until, message }: Waiting): string =>
  `${escaped(refText(object))} \`${reason}\`${until === undefined ? '' : ` until ${formatInstant(until)}`}: ${escaped(message)}`;

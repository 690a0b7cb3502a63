/** A plan for people: at a terminal, and for a pull request. Pure: the same plan and options give the same text. */
import type { Forecast } from '../plan/forecast.js';
import type { Plan } from '../plan/plan.js';
import { escaped } from './markdown.js';
import { groupsOf, summaryText } from './plan-groups.js';
import {
  changesSection,
  findingsSection,
  forecastSection,
  type ViewOptions,
  waitingSection,
} from './plan-sections.js';
import { blocksText, type Line, linesOf, type Section, sectionsMarkdown } from './sections.js';
import { painter, printable, type TextOptions } from './text-format.js';

export interface PlanTextOptions extends TextOptions, ViewOptions {
  /** What happens until `now`, of a plan for a later instant. */
  readonly forecast?: readonly Forecast[] | undefined;
}

interface PlanSections {
  /** Undefined of a plan made for now. */
  readonly due: Section | undefined;
  readonly changes: Section;
  readonly findings: Section;
  readonly waiting: Section;
}

const sectionsOf = (plan: Plan, options: Omit<PlanTextOptions, 'color'>): PlanSections => ({
  due: options.forecast && forecastSection(options.forecast, options.now),
  changes: changesSection(groupsOf(plan.steps)),
  findings: findingsSection(plan.findings, options),
  waiting: waitingSection(plan.waiting, options),
});

/** No newline at the end. */
export function planText(plan: Plan, options: PlanTextOptions): string {
  const { due, changes, findings, waiting } = sectionsOf(plan, options);
  const ahead = due === undefined ? [] : linesOf(due);
  const said = [linesOf(changes), linesOf(findings, waiting)];
  const summary = summaryText(plan.summary);
  const isEmpty = said.every((lines) => lines.length === 0);
  const end: readonly Line[] = isEmpty
    ? [[`No changes. The live store matches the documents. (${summary})`]]
    : [
        [['bold', 'Plan:'], ` ${summary}`],
        ...(plan.approvals.length === 0
          ? []
          : [[`Needs approval for: ${plan.approvals.map(printable).join(', ')}`]]),
        [['dim', `Digest: ${plan.digest}`]],
      ];
  return blocksText([ahead, ...said, end], painter(options));
}

/** No newline at the end. Cut to what fits into a comment, the most important first. */
export function planMarkdown(plan: Plan, forecast?: readonly Forecast[], isVerbose?: boolean): string {
  const { steps, approvals, digest, now } = plan;
  const { due, changes, findings, waiting } = sectionsOf(plan, { now, forecast, isVerbose });
  const head = [
    `### Keywright plan for ${escaped(plan.project)}`,
    summaryText(plan.summary),
    ...(approvals.length === 0 ? [] : [`**Needs approval for:** ${approvals.map(escaped).join(', ')}`]),
    `<sub>Digest \`${digest}\`</sub>`,
    ...(steps.length === 0 ? ['No changes.'] : []),
  ].join('\n\n');
  const title = due === undefined || steps.length === 0 ? '' : 'Planned then, if nothing was done until then';
  return sectionsMarkdown(head, [findings, ...(due ? [due] : []), { ...changes, title }, waiting]);
}

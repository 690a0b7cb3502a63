/** `keywright plan`: what apply would do, and why. Has no effect, not even on a store that isn't there yet. */

import { ok } from '../../domain/result.js';
import type { Plan } from '../../plan/plan.js';
import { planJson } from '../../render/plan-json.js';
import { planMarkdown, planText } from '../../render/plan-text.js';
import { branchOf, GIT_OPTIONS } from '../branch-option.js';
import type { Command } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { failure } from '../failure.js';
import {
  ALLOW_REMOVALS,
  hasRefusal,
  type Planned,
  type Previewed,
  planFlags,
  REDELIVER_HERE,
  TAKE_OVER_SINKS,
  VERBOSE,
  withPlan,
} from '../make-plan.js';
import { printJson } from '../output.js';
import { savePlan } from '../plan-file.js';
import { AT } from '../plan-instant.js';
import { SELECT } from '../selection.js';
import type { CommandContext } from '../terminal.js';

export const plan: Command = {
  name: 'plan',
  description:
    'Compare the documents with the live store and the sinks, and show the steps that would make them match, ' +
    'the reason for each step, findings, and what is waiting. Changes nothing.',
  options: [
    { flags: '--out <file>', description: 'save the plan, for: keywright apply FILE' },
    {
      flags: '--detailed-exitcode',
      description: 'exit with 2 if there are changes, 3 if a guard refuses some',
    },
    AT,
    SELECT,
    ...GIT_OPTIONS,
    ALLOW_REMOVALS,
    TAKE_OVER_SINKS,
    REDELIVER_HERE,
    VERBOSE,
  ],
  examples: [
    'keywright plan',
    'keywright plan --out plan.json',
    'keywright plan --at +30d',
    'keywright plan --select team=data',
    'keywright plan --output markdown > plan.md',
  ],
  run: async (context, input) => {
    const flags = planFlags(input);
    if (!flags.ok) return flags;
    const branch = branchOf(input);
    if (!branch.ok) return branch;
    const out = input.text('out');
    if (out !== undefined && flags.value.ahead)
      return failure('usage', 'a plan made with --at cannot be saved; remove --out or --at');
    const show = async ({ plan: made, forecast }: Previewed) => {
      const saved = out === undefined ? ok(undefined) : await savePlan(context.flags.folder, out, made);
      if (!saved.ok) return saved;
      printPlan({ plan: made, forecast }, context, input.has('verbose'));
      return ok(input.has('detailedExitcode') ? detailed(made) : EXIT.done);
    };
    return withPlan(context, flags.value, show, branch.value);
  },
};

export function printPlan(
  { plan: made, forecast }: Omit<Planned, 'input'>,
  context: CommandContext,
  isVerbose = false,
): void {
  const { terminal, flags } = context;
  if (flags.output === 'json') printJson(planJson(made, forecast), context);
  else if (flags.output === 'markdown') terminal.out(`${planMarkdown(made, forecast, isVerbose)}\n`);
  else terminal.out(`${planText(made, { color: terminal.color, now: made.now, forecast, isVerbose })}\n`);
}

function detailed(made: Plan): ExitCode {
  if (hasRefusal(made)) return EXIT.refused;
  return made.steps.length > 0 ? EXIT.changes : EXIT.done;
}

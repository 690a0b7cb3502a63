/** `keywright plan`: what apply would do, and why. Has no effect, not even on a store that isn't there yet. */

import { ok } from '../../domain/result.js';
import type { Plan } from '../../plan/plan.js';
import { planJson } from '../../view/plan-json.js';
import { planMarkdown } from '../../view/plan-markdown.js';
import { planText } from '../../view/plan-text.js';
import type { Command } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { savePlan } from '../plan-file.js';
import { ALLOW_REMOVALS, allowRemovals, hasRefusal, withPlan } from '../previewing.js';
import { printJson } from '../render.js';
import type { CommandContext } from '../terminal.js';

export const plan: Command = {
  name: 'plan',
  description:
    'Compare the documents with the live store and the sinks, and show the steps that would make them agree, ' +
    'the reason for each, what guards say, and what is being waited for. Changes nothing.',
  options: [
    { flags: '--out <file>', description: 'save the plan, for: keywright apply FILE' },
    {
      flags: '--detailed-exitcode',
      description: 'exit 2 when there are changes, 3 when a guard refuses some',
    },
    ALLOW_REMOVALS,
  ],
  examples: [
    'keywright plan',
    'keywright plan --out plan.json',
    'keywright plan --output markdown > plan.md',
  ],
  run: async (context, input) => {
    const removals = allowRemovals(input);
    if (!removals.ok) return removals;
    return withPlan(context, removals.value, async ({ plan: made }) => {
      const out = input.text('out');
      const saved = out === undefined ? ok(undefined) : await savePlan(context.flags.folder, out, made);
      if (!saved.ok) return saved;
      printPlan(made, context);
      return ok(input.has('detailedExitcode') ? detailed(made) : EXIT.done);
    });
  },
};

export function printPlan(made: Plan, context: CommandContext): void {
  const { terminal, flags } = context;
  if (flags.output === 'json') printJson(planJson(made), context);
  else if (flags.output === 'markdown') terminal.out(`${planMarkdown(made)}\n`);
  else terminal.out(`${planText(made, { color: terminal.color, now: made.now })}\n`);
}

function detailed(made: Plan): ExitCode {
  if (hasRefusal(made)) return EXIT.refused;
  return made.steps.length > 0 ? EXIT.changes : EXIT.done;
}

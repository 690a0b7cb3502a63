/**
 * `keywright apply [PLANFILE]`: makes the live store and the sinks what the documents say, those of the working folder
 * or of a branch.
 */
import { ok } from '../../domain/result.js';
import { branchOf, GIT_OPTIONS } from '../branch-option.js';
import type { Command, OptionSpec } from '../command.js';
import { converge } from '../converge.js';
import { ALLOW_REMOVALS, planFlags, TAKE_OVER_SINKS, VERBOSE } from '../make-plan.js';
import { readPlan } from '../plan-file.js';
import { BREAK_GLASS } from '../prompt-approval.js';
import { SELECT, selectionOf } from '../selection.js';
import { openDocuments } from '../session.js';

export const APPROVAL_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--auto-approve',
    description: 'do not ask (environments with requireApproval still need --approve)',
  },
  { flags: '--approve <digest>', description: 'approve only the plan with this digest' },
  BREAK_GLASS,
];

export const apply: Command = {
  name: 'apply',
  arguments: [
    {
      name: '[planfile]',
      description: 'a saved plan; refused if the documents or the store have changed since',
    },
  ],
  description:
    'Plan, show the plan, ask for approval, and apply it: issue, deliver, confirm, promote, hand over, revoke. ' +
    'Safe to interrupt and to run again: the next apply continues, and no step is repeated.',
  options: [...APPROVAL_OPTIONS, SELECT, ...GIT_OPTIONS, ALLOW_REMOVALS, TAKE_OVER_SINKS, VERBOSE],
  examples: [
    'keywright apply',
    'keywright plan --out plan.json && keywright apply plan.json',
    'keywright apply --auto-approve',
    'keywright apply --git https://git.example.com/platform.git --branch main --approve 4f9c…',
  ],
  run: async (context, input) => {
    const branch = branchOf(input);
    if (!branch.ok) return branch;
    const documents = await openDocuments(context, branch.value);
    if (!documents.ok) return documents;
    const flags = planFlags(input);
    if (!flags.ok) return flags;
    const file = input.argument(0);
    const saved = file === undefined ? ok(undefined) : await readPlan(context.flags.folder, file);
    if (!saved.ok) return saved;
    const selector = selectionOf(saved.value, flags.value.selector);
    if (!selector.ok) return selector;
    return converge({
      context,
      input,
      documents: documents.value,
      flags: { ...flags.value, selector: selector.value },
      saved: saved.value,
    });
  },
};

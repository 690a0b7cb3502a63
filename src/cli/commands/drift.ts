/** `keywright drift`: what differs from the documents, since when, and from the audit log who did it. */

import { ok } from '../../domain/result.js';
import { type DriftStatus, drift as driftOf, driftOnly } from '../../plan/drift.js';
import { causesOf } from '../../reconcile/drift-attribution.js';
import { reviewOf } from '../../reconcile/hygiene.js';
import { driftJson, driftMarkdown, driftText } from '../../render/drift-text.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { planFlags, withPlan } from '../make-plan.js';
import { printJson } from '../output.js';
import { SELECT } from '../selection.js';

export const drift: Command = {
  name: 'drift',
  description:
    'Exits with 0 when every declared object is live as declared, delivered where declared, and nothing undeclared of this project is live; else with 2, ' +
    'saying what differs, since when, who changed it and by which path: drifted (live changed since the last apply) or not applied yet (the documents changed). ' +
    'Keys tied to a person, unused, old or about to expire are reported too, which is no drift. Changes nothing.',
  options: [
    SELECT,
    {
      flags: '--only <status>',
      description: 'only what drifted, or only what is not applied yet',
      choices: ['drifted', 'not-applied'],
    },
  ],
  examples: [
    'keywright drift',
    'keywright drift --only drifted',
    'keywright drift --output json',
    'keywright drift --output markdown > drift.md',
    'keywright drift --select team=data',
  ],
  run: async (context, input) => {
    const asked = planFlags(input);
    if (!asked.ok) return asked;
    return withPlan(context, asked.value, async ({ plan, input: seen, store, desired }) => {
      const causes = await causesOf(plan, seen, store);
      if (!causes.ok) return failed(causes.error);
      const reviewed = await reviewOf({ desired, store, selector: asked.value.selector });
      if (!reviewed.ok) return failed(reviewed.error);
      const found = driftOnly(driftOf(plan, causes.value, reviewed.value), onlyOf(input));
      const { terminal, flags } = context;
      if (flags.output === 'json') printJson(driftJson(found), context);
      else if (flags.output === 'markdown') terminal.out(`${driftMarkdown(found)}\n`);
      else terminal.out(`${driftText(found, { color: terminal.color, now: found.now })}\n`);
      return ok(found.differences.length > 0 ? EXIT.changes : EXIT.done);
    });
  },
};

/** The choices are checked already. */
function onlyOf(input: Input): DriftStatus | undefined {
  const only = input.text('only');
  return only === 'drifted' || only === 'not-applied' ? only : undefined;
}

/** `keywright drift`: what differs from the documents, since when, and from the audit log who did it. */

import { ok } from '../../domain/result.js';
import { type DriftStatus, drift as driftOf, driftOnly } from '../../plan/drift.js';
import { causesOf } from '../../reconcile/drift-attribution.js';
import { reviewOf } from '../../reconcile/hygiene.js';
import { driftJson, driftMarkdown, driftText } from '../../render/drift-text.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { planFlags, VERBOSE, withPlan } from '../make-plan.js';
import { printJson } from '../output.js';
import { SELECT } from '../selection.js';

export const drift: Command = {
  name: 'drift',
  description:
    'Show what differs between the documents and the live store, since when, who changed it and how: drifted (the live store changed since the last apply) or not applied yet (the documents changed). ' +
    'Exits with 0 only if every declared object is live as declared and delivered where declared, and no undeclared object of this project is live; with 2 if there is drift. ' +
    'Also warns about keys that belong to a user, are unused, old or about to expire, which is not drift. Changes nothing.',
  options: [
    SELECT,
    {
      flags: '--only <status>',
      description: 'show only what drifted, or only what is not applied yet',
      choices: ['drifted', 'not-applied'],
    },
    VERBOSE,
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
      const found = driftOnly(driftOf(plan, causes.value, { reviewed: reviewed.value, seen }), onlyOf(input));
      const { terminal, flags } = context;
      if (flags.output === 'json') printJson(driftJson(found), context);
      else if (flags.output === 'markdown') terminal.out(`${driftMarkdown(found, input.has('verbose'))}\n`);
      else
        terminal.out(
          `${driftText(found, { color: terminal.color, now: found.now, isVerbose: input.has('verbose') })}\n`,
        );
      return ok(found.differences.length > 0 ? EXIT.changes : EXIT.done);
    });
  },
};

/** The choices are checked already. */
function onlyOf(input: Input): DriftStatus | undefined {
  const only = input.text('only');
  return only === 'drifted' || only === 'not-applied' ? only : undefined;
}

/** `keywright drift`: what differs from the documents, since when, and from the audit log who did it. */
import { causesOf } from '../../controller/causes.js';
import { ok } from '../../domain/result.js';
import { drift as driftOf } from '../../plan/drift.js';
import { driftJson, driftText } from '../../view/drift-text.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { failed } from '../failure.js';
import { withPlan } from '../previewing.js';
import { printJson } from '../render.js';

export const drift: Command = {
  name: 'drift',
  description:
    'Say what differs between documents and live store, since when, who did it and by which path. Exits with 2 when something does. Changes nothing.',
  examples: ['keywright drift', 'keywright drift --output json'],
  run: (context) =>
    withPlan(context, undefined, async ({ plan, store }) => {
      const causes = await causesOf(plan, store);
      if (!causes.ok) return failed(causes.error);
      const found = driftOf(plan, causes.value);
      const { terminal, flags } = context;
      if (flags.output === 'json') printJson(driftJson(found), context);
      else terminal.out(`${driftText(found, { color: terminal.color, now: found.now })}\n`);
      return ok(found.steps.length > 0 ? EXIT.changes : EXIT.done);
    }),
};

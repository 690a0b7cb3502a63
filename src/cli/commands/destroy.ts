/**
 * `keywright destroy`: takes away everything that this project made, as applying an emptied project would. The guards
 * hold as for any removal; the documents stay as they are.
 */
import { digestOf } from '../../domain/canonical.js';
import type { Command } from '../command.js';
import { converge } from '../converge.js';
import { failure } from '../failure.js';
import { ALLOW_REMOVALS, planFlags, VERBOSE } from '../make-plan.js';
import { type Documents, openDocuments } from '../session.js';
import { APPROVAL_OPTIONS } from './apply.js';

export const destroy: Command = {
  name: 'destroy',
  description:
    'Remove every live object of this project: keys are revoked after their overlap, and what others still need waits ' +
    'for them. Needs --allow-removals with their number, and approval as apply does. Objects with keywright.dev/protect stay. ' +
    'The documents are left as they are: the next apply makes everything anew.',
  options: [...APPROVAL_OPTIONS, ALLOW_REMOVALS, VERBOSE],
  examples: ['keywright destroy', 'keywright destroy --allow-removals 12'],
  run: async (context, input) => {
    const documents = await openDocuments(context);
    if (!documents.ok) return documents;
    const flags = planFlags(input);
    if (!flags.ok) return flags;
    const existing = await context.world.openStore(documents.value.place, 'refuse');
    if (!existing.ok) return failure(existing.error.code, existing.error.message);
    await existing.value.close();
    const request = { context, input, flags: flags.value, saved: undefined };
    return converge({ ...request, documents: emptied(documents.value) });
  },
};

/** The same project, which declares nothing. */
function emptied(documents: Documents): Documents {
  const { project } = documents.desired;
  const desired = {
    project,
    entries: [],
    references: new Set<never>(),
    broken: [],
    digest: digestOf({ destroy: project }),
  };
  return { ...documents, desired };
}

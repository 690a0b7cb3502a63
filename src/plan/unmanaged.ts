/**
 * Live objects that no project declares, and what the project's policy makes of them. What came with the store
 * and what another project declares is never meant.
 */
import type { LiveObject } from '../domain/live.js';
import { isLabel, refText } from '../domain/objects.js';
import { unreachable } from '../domain/result.js';
import { type Decision, finding, NOTHING, type Situation, toDo } from './decision.js';
import type { Finding, PlanInput } from './plan.js';
import { removal } from './removal.js';
import { stepOf } from './steps.js';

/** An undeclared live object, under the policy that says to do something about it. */
export function unmanagedObject(situation: Situation, live: LiveObject): Decision {
  if (live.ownership !== undefined || live.origin === 'system') return NOTHING;
  const { unmanaged = 'report' } = situation.input.project.spec;
  switch (unmanaged) {
    case 'report':
      return NOTHING;
    case 'adopt':
      return adoption(situation, live);
    case 'remove':
      return removal(situation, live, 'UnmanagedRemoved');
    default:
      return unreachable(unmanaged);
  }
}

function adoption({ ref }: Situation, { declaration, revision }: LiveObject): Decision {
  if (!isLabel(declaration.metadata.name))
    return finding('warn', 'UnmanagedObject')(
      ref,
      'has a name that is not valid in a document. To get a document that renames it, run: keywright export --all.',
    );
  const detail = { revision, document: declaration };
  return toDo([stepOf(ref, { action: 'adopt', detail }, { reason: 'UnmanagedAdopted' })]);
}

/** Where the policy is to report them: some by name, and how many more there are. */
export function unmanagedReported({ unmanaged, totals, project }: PlanInput): readonly Finding[] {
  if (project.spec.unmanaged !== 'report') return [];
  const named = unmanaged.map(
    (object): Finding => ({
      code: 'UnmanagedObject',
      severity: 'warn',
      object,
      message: `${refText(object)} is live and not declared by any project. Adopt it with keywright adopt, or see spec.unmanaged in keywright.yaml.`,
    }),
  );
  const more = totals.unmanaged - unmanaged.length;
  if (more <= 0) return named;
  const message = `${more} more live objects are not declared by any project. To list them, run: keywright export --all.`;
  return [...named, { code: 'UnmanagedObject', severity: 'warn', object: undefined, message }];
}

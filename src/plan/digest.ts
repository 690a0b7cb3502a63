/** The digest of a plan: what an approver agrees to. */
import { digestOf } from '../domain/canonical.js';
import { refText } from '../domain/objects.js';
import type { Finding, Plan, Step } from './plan.js';

/**
 * Over project, basis, steps, approvals, what is refused and what is said of the objects of steps; equal content, equal
 * digest. What is waited for, or said of other objects, no step rests on, and it may look otherwise from another machine.
 */
export const planDigest = ({
  project,
  selection,
  basedOn,
  steps,
  findings,
  approvals,
}: Pick<Plan, 'project' | 'selection' | 'basedOn' | 'steps' | 'findings' | 'approvals'>): string =>
  digestOf({
    project,
    selection,
    basedOn,
    // Each on its own: the text of a hundred thousand rollouts is longer than a string can be.
    steps: steps.map(digestOf),
    findings: findingsOn(steps, findings),
    approvals,
  });

function findingsOn(steps: readonly Step[], findings: readonly Finding[]): readonly Finding[] {
  const touched = new Set(steps.map(({ object }) => refText(object)));
  return findings.filter(
    ({ object, severity }) => severity === 'refuse' || (object && touched.has(refText(object))),
  );
}

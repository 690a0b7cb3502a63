/** The digest of a plan: what is agreed to when somebody approves it. */
import { digestOf } from '../domain/canonical.js';
import type { Plan, Waiting } from './plan.js';

/** Over project, basis, steps, findings, approvals and what is waited for; equal content, equal digest. */
export const planDigest = ({
  project,
  selection,
  basedOn,
  steps,
  findings,
  waiting,
  approvals,
}: Pick<
  Plan,
  'project' | 'selection' | 'basedOn' | 'steps' | 'findings' | 'waiting' | 'approvals'
>): string =>
  digestOf({
    project,
    selection,
    basedOn,
    // Each on its own: the text of a hundred thousand rollouts is longer than a string can be.
    steps: steps.map(digestOf),
    findings,
    waiting: waiting.map(timeless),
    approvals,
  });

/** Some of what is waited for is reckoned from *now*, which the digest must not depend on. */
const timeless = ({ object, reason }: Waiting): unknown => ({ object, reason });

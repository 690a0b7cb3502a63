/** Who has agreed to a plan: a saved plan, its digest, a typed yes, or, outside protected environments, a flag. */
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Plan } from '../plan/plan.js';
import { type Failure, failed, failure } from './failure.js';
import type { Terminal } from './terminal.js';

export interface Approval {
  readonly terminal: Terminal;
  /** The plan was made earlier, looked at, and handed in. */
  readonly isSaved: boolean;
  /** `--auto-approve`. */
  readonly isAutomatic: boolean;
  /** `--approve DIGEST`. */
  readonly digest: string | undefined;
  /** `--break-glass REASON`. */
  readonly breakGlass: string | undefined;
}

export interface ApprovedPlan {
  readonly plan: Plan;
  readonly isApproved: boolean;
}

export async function approve(plan: Plan, approval: Approval): Promise<Result<ApprovedPlan, Failure>> {
  const { terminal, isSaved, isAutomatic, digest, breakGlass } = approval;
  if (digest !== undefined && digest !== plan.digest) {
    return failure(
      'stale_plan',
      `the digest of the plan is now ${plan.digest}, not the approved ${digest}; nothing was changed`,
    );
  }
  if (isSaved || digest !== undefined) return ok({ plan, isApproved: true });
  if (plan.steps.length === 0) return ok({ plan, isApproved: false });
  const protectedOnes = plan.approvals.join(', ');
  const isBreaking = breakGlass !== undefined;
  if (isAutomatic && (plan.approvals.length === 0 || isBreaking)) return ok({ plan, isApproved: false });
  if (!terminal.isInteractive || isAutomatic)
    return failure('approval_required', unattended(plan, isAutomatic));
  terminal.err(protectedOnes === '' ? '\n' : `\nThis changes ${protectedOnes}, which requires approval.\n`);
  const answer = await terminal.ask("Apply these steps? Only 'yes' is accepted: ");
  if (!answer.ok) return failed(answer.error);
  if (answer.value.trim() === 'yes') return ok({ plan, isApproved: true });
  return failure('refused', 'not applied: nothing was changed');
}

function unattended({ approvals, digest }: Plan, isAutomatic: boolean): string {
  if (approvals.length === 0)
    return 'approval is required and standard input is not a terminal; nothing was changed. In a pipeline, use --auto-approve';
  return (
    `the plan changes ${approvals.join(', ')}, which requires approval, and ${isAutomatic ? '--auto-approve is not enough' : 'standard input is not a terminal'}; ` +
    `nothing was changed. Apply a saved plan, or approve this one with: --approve ${digest}`
  );
}

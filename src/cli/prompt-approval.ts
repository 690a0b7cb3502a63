/** One question before something that cannot be taken back. */
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Caller } from '../ports/live-store.js';
import type { Input, OptionSpec } from './command.js';
import { type Failure, failed, failure } from './failure.js';
import type { Agreement } from './plan-approval.js';
import type { CommandContext } from './terminal.js';

export const AUTO_APPROVE: OptionSpec = {
  flags: '--auto-approve',
  description: 'do not ask for confirmation',
};

export const BREAK_GLASS: OptionSpec = {
  flags: '--break-glass <reason>',
  description: 'in an emergency: continue where approval is missing; the reason is written to the audit log',
};

/** The caller, with what they agreed to. */
export const agreedCaller = (
  { caller }: Pick<CommandContext, 'caller'>,
  input: Input,
  { isApproved }: Pick<Agreement, 'isApproved'>,
): Caller => {
  const breakGlass = input.text('breakGlass');
  return { ...caller, isApproved, ...(breakGlass !== undefined && { breakGlass }) };
};

/** Shows `warning`, then requires a typed yes unless `--auto-approve` was given. */
export async function confirm(
  context: CommandContext,
  input: Input,
  warning: string,
): Promise<Result<Pick<Agreement, 'isApproved'>, Failure>> {
  const { terminal } = context;
  if (input.has('autoApprove')) return ok({ isApproved: false });
  terminal.err(`${warning}\n`);
  if (!terminal.isInteractive) {
    return failure(
      'approval_required',
      'confirmation is required and standard input is not a terminal; nothing was changed. In a script, use --auto-approve',
    );
  }
  const answer = await terminal.ask("Continue? Only 'yes' is accepted: ");
  if (!answer.ok) return failed(answer.error);
  return answer.value.trim() === 'yes' ? ok({ isApproved: true }) : failure('refused', 'nothing was changed');
}

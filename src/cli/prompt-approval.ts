/** One question before something that cannot be taken back. */
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Input, OptionSpec } from './command.js';
import { type Failure, failure } from './failure.js';
import type { CommandContext } from './terminal.js';

export const AUTO_APPROVE: OptionSpec = {
  flags: '--auto-approve',
  description: 'do not ask for confirmation',
};

/** Shows `warning`, then wants a typed yes unless `--auto-approve` was given. */
export async function confirm(
  context: CommandContext,
  input: Input,
  warning: string,
): Promise<Result<void, Failure>> {
  const { terminal } = context;
  if (input.has('autoApprove')) return ok(undefined);
  terminal.err(`${warning}\n`);
  if (!terminal.isInteractive) {
    return failure(
      'approval_required',
      'confirmation is required and standard input is not a terminal; nothing was changed. In a script, use --auto-approve',
    );
  }
  const answer = await terminal.ask("Continue? Only 'yes' is accepted: ");
  return answer.trim() === 'yes' ? ok(undefined) : failure('refused', 'nothing was changed');
}

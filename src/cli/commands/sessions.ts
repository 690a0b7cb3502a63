/** `keywright sessions [HOLDER]`: shows what a person is signed in by; ends it, and in an emergency everything. */
import { refText } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import type { LiveStore } from '../../ports/live-store.js';
import { signInsJson, signInsText } from '../../render/sign-ins.js';
import type { Command, Input } from '../command.js';
import { EXIT, type ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printJson, printObject } from '../output.js';
import { AUTO_APPROVE, confirm } from '../prompt-approval.js';
import { parseRef } from '../resolve-ref.js';
import { withStore } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const sessions: Command = {
  name: 'sessions',
  arguments: [
    {
      name: '[holder]',
      description: 'User/NAME (or the name or address alone), Guest/ENVIRONMENT/NAME or ApiKey/NAME',
    },
  ],
  description:
    'List the sessions and personal access tokens of a user, guest or key that are good; without a name, those of the ' +
    'token that --store is called with. An ended one is refused from that moment.',
  options: [
    { flags: '--end <id>', description: 'end this one: us_ses_… or us_pat_…' },
    { flags: '--end-all', description: 'end all of them except the one that the command uses' },
    {
      flags: '--replace-signing-keys',
      description: 'in an emergency: refuse every access token that was issued until now',
    },
    AUTO_APPROVE,
  ],
  examples: [
    'keywright sessions ada@example.com',
    'keywright sessions ada --end-all',
    'keywright sessions --end us_ses_0123456789ab --auto-approve',
    'keywright sessions --replace-signing-keys',
  ],
  run: async (context, input) =>
    withStore(context, 'refuse', async (store) => {
      const id = input.text('end');
      const wanted = [id !== undefined, input.has('endAll'), input.has('replaceSigningKeys')].filter(Boolean);
      if (wanted.length > 1)
        return failure('usage', 'use one of --end, --end-all and --replace-signing-keys at a time');
      if (input.has('replaceSigningKeys')) return replaceKeys(context, input, store);
      const of = holderOf(input);
      if (!of.ok) return of;
      if (id === undefined && !input.has('endAll')) {
        const found = await store.signIns(of.value, context.caller);
        if (!found.ok) return failed(found.error);
        if (context.flags.output === 'json') printJson(signInsJson(found.value), context);
        else context.terminal.out(signInsText(found.value));
        return ok(EXIT.done);
      }
      const whose =
        of.value === undefined ? 'your sessions and tokens' : `what ${refText(of.value)} is signed in by`;
      const agreed = await confirm(context, input, `This ends ${id ?? whose}, immediately and permanently.`);
      if (!agreed.ok) return agreed;
      const ended = await store.endSignIns(id === undefined ? { of: of.value } : { id }, context.caller);
      if (!ended.ok) return failed(ended.error);
      return report(context, { ended: ended.value }, `${ended.value} ended.`);
    }),
};

function holderOf(input: Input) {
  const text = input.argument(0);
  return text === undefined ? ok(undefined) : parseRef(text, 'User');
}

async function replaceKeys(
  context: CommandContext,
  input: Input,
  store: LiveStore,
): Promise<Result<ExitCode, Failure>> {
  const warning =
    'This refuses every access token that was issued until now. Keys and personal access tokens stay good; users and guests sign in again.';
  const agreed = await confirm(context, input, warning);
  if (!agreed.ok) return agreed;
  const replaced = await store.replaceSigningKeys(context.caller);
  if (!replaced.ok) return failed(replaced.error);
  return report(
    context,
    { replacedSigningKeys: true },
    'Access tokens are signed with a new key; earlier ones are refused.',
  );
}

function report(context: CommandContext, json: object, text: string): Result<ExitCode, Failure> {
  if (context.flags.output === 'json') printObject('SessionsEnded', json, context);
  else context.terminal.out(`${text}\n`);
  return ok(EXIT.done);
}

/** `keywright verify`: is this key good, and if not, why. Counts as a use of the key. */
import { ok } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { formatInstant } from '../../domain/time.js';
import type { Verification } from '../../ports/live-store.js';
import { verificationJson } from '../../render/verification-json.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { failed, failure } from '../failure.js';
import { printJson } from '../output.js';
import { withStore } from '../session.js';
import type { Terminal } from '../terminal.js';

const MEANING: Readonly<Record<Verification['code'], string>> = {
  VALID: 'the key is good',
  NOT_FOUND: 'there is no such key',
  MALFORMED: 'this is not a key: wrong form or checksum',
  REVOKED: 'the key was revoked',
  EXPIRED: 'the key has expired',
  INACTIVE: 'the key is deactivated or suspended',
  OWNER_DELETED: 'its owner was deleted',
  OWNER_DEACTIVATED: 'its owner is deactivated',
  WRONG_ENVIRONMENT: 'the key belongs to another environment',
  FORBIDDEN: 'the key does not have this permission',
  PLAN_REQUIRED: 'the plan does not include API access',
};

export const verify: Command = {
  name: 'verify',
  arguments: [
    {
      name: '[token]',
      description: 'the key; better given on standard input, where no process list shows it',
    },
  ],
  description:
    'Say whether a key is accepted right now (exit 0), and if not why (exit 1). Counts as a use of the key.',
  options: [
    { flags: '--stdin', description: 'read the key from standard input' },
    { flags: '--environment <name>', description: 'must belong to this environment' },
    { flags: '--permission <word:word>', description: 'must have this permission' },
    { flags: '--consumer <name>', description: 'who presented it, for hand-overs that name consumers' },
  ],
  examples: [
    'keywright verify --stdin < key.txt',
    'keywright claim reporting | keywright verify --stdin --environment production',
  ],
  run: async (context, input) => {
    if (input.has('stdin') && input.argument(0) !== undefined)
      return failure(
        'usage',
        'a key was given, and --stdin asks for one on standard input; give one of them',
      );
    const token = await presented(context.terminal, input);
    if (token === undefined) return failure('usage', 'no key was given; use --stdin');
    return withStore(context, 'refuse', async (store) => {
      const environment = input.text('environment');
      const permission = input.text('permission');
      const request = {
        ...(environment !== undefined && { environment }),
        ...(permission !== undefined && { permission }),
      };
      const answer = await store.verify(token, request, input.text('consumer'));
      if (!answer.ok) return failed(answer.error);
      if (context.flags.output === 'json') printJson(verificationJson(answer.value), context);
      else context.terminal.out(`${verificationText(answer.value)}\n`);
      return ok(answer.value.valid ? EXIT.done : EXIT.error);
    });
  },
};

async function presented(terminal: Terminal, input: Input): Promise<Secret | undefined> {
  const given = input.argument(0);
  const isPiped = input.has('stdin') || !terminal.isInteractive;
  const text =
    given ?? (isPiped ? await terminal.readInput() : await terminal.ask('Key: ', { hidden: true }));
  const token = text.trim();
  return token === '' ? undefined : new Secret(token);
}

function verificationText({ valid, code, key }: Verification): string {
  const verdict = `${code}: ${MEANING[code]}`;
  if (key === undefined) return verdict;
  const facts = [`ApiKey/${key.name}`, `version ${key.version}`, key.environment, `owner ${key.owner}`];
  if (valid && key.expiresAt !== undefined) facts.push(`expires ${formatInstant(key.expiresAt)}`);
  return `${verdict} (${facts.join(', ')})`;
}

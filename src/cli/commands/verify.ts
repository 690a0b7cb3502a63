/** `keywright verify`: is this key good, and if not, why. Counts as a use of the key. */
import { ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { formatInstant } from '../../domain/time.js';
import type { Verification } from '../../ports/live-store.js';
import { verificationJson } from '../../render/verification-json.js';
import type { Command, Input } from '../command.js';
import { EXIT } from '../exit.js';
import { failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { withStore } from '../session.js';
import type { Terminal } from '../terminal.js';

const MEANING: Readonly<Record<Verification['code'], string>> = {
  VALID: 'the key is accepted',
  NOT_FOUND: 'the key does not exist',
  MALFORMED: 'this is not a key: the format or checksum is wrong',
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
      description: 'the key; prefer --stdin, because process lists show arguments',
    },
  ],
  description:
    'Check whether a key is accepted now (exit 0), and if not, why (exit 1). Counts as a use of the key.',
  options: [
    { flags: '--stdin', description: 'read the key from standard input' },
    { flags: '--environment <name>', description: 'require this environment' },
    { flags: '--permission <word:word>', description: 'require this permission' },
    {
      flags: '--consumer <name>',
      description: 'the consumer that presented the key, for hand-overs with named consumers',
    },
  ],
  examples: [
    'keywright verify --stdin < key.txt',
    'keywright claim reporting | keywright verify --stdin --environment production',
  ],
  run: async (context, input) => {
    if (input.has('stdin') && input.argument(0) !== undefined)
      return failure('usage', 'both a key and --stdin were given; use one of them');
    const token = await presented(context.terminal, input);
    if (!token.ok) return failed(token.error);
    if (token.value === undefined) return failure('usage', 'no key given; use --stdin');
    const key = token.value;
    return withStore(context, 'refuse', async (store) => {
      const environment = input.text('environment');
      const permission = input.text('permission');
      const request = {
        ...(environment !== undefined && { environment }),
        ...(permission !== undefined && { permission }),
      };
      const answer = await store.verify(key, request, input.text('consumer'));
      if (!answer.ok) return failed(answer.error);
      if (context.flags.output === 'json')
        printObject('Verification', verificationJson(answer.value), context);
      else context.terminal.out(`${verificationText(answer.value)}\n`);
      return ok(answer.value.valid ? EXIT.done : EXIT.error);
    });
  },
};

async function presented(terminal: Terminal, input: Input): Promise<Result<Secret | undefined>> {
  const given = input.argument(0);
  const isPiped = input.has('stdin') || !terminal.isInteractive;
  const text =
    given !== undefined
      ? ok(given)
      : isPiped
        ? ok(await terminal.readInput())
        : await terminal.ask('Key: ', { hidden: true });
  if (!text.ok) return text;
  const token = text.value.trim();
  return ok(token === '' ? undefined : new Secret(token));
}

function verificationText({ valid, code, key }: Verification): string {
  const verdict = `${code}: ${MEANING[code]}`;
  if (key === undefined) return verdict;
  const facts = [`ApiKey/${key.name}`, `version ${key.version}`, key.environment, `owner ${key.owner}`];
  if (valid && key.expiresAt !== undefined) facts.push(`expires ${formatInstant(key.expiresAt)}`);
  return `${verdict} (${facts.join(', ')})`;
}

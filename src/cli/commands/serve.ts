/** `keywright serve`: the live store as a service. Creates the store where none exists, and serves it until it is stopped. */
import { resolve } from 'node:path';
import { ok, type Result } from '../../domain/result.js';
import { CHECKPOINT_OPTION } from '../audit-checkpoint.js';
import type { Command, Input } from '../command.js';
import type { RunningServer, ServeOptions } from '../dependencies.js';
import { EXIT } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { printObject } from '../output.js';
import { storePlace } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const serve: Command = {
  name: 'serve',
  description:
    'Serve the live store over HTTP: verification and management of keys, and the audit log. ' +
    'Several servers can share one store on PostgreSQL. The root token, with which the first owner signs in, is ' +
    'KEYWRIGHT_ROOT_TOKEN (32 characters or more), or else is kept in the file root-token next to the store. ' +
    'KEYWRIGHT_OUTBOX sends invitations and magic links by mail or to a webhook; see the README.',
  options: [
    {
      flags: '--listen <address>',
      description: 'the address to listen on (127.0.0.1:8787); port 0 picks a free port',
    },
    {
      flags: '--rate-limit <number>',
      description: 'requests per minute and caller, not counting verification with a key (6000)',
    },
    {
      flags: '--log-level <level>',
      description: 'what to log to standard error (info)',
      choices: ['debug', 'info', 'warn', 'error', 'silent'],
    },
    {
      flags: '--cors-origins <origins>',
      description:
        'allowed browser origins, separated by commas (none); * allows any origin, for publishable keys and guests only',
    },
    {
      flags: '--trusted-proxies <addresses>',
      description:
        'proxies whose Forwarded and X-Forwarded-For headers name the caller: addresses and networks separated by commas, or loopback (none)',
    },
    CHECKPOINT_OPTION,
  ],
  examples: [
    'keywright serve',
    'keywright serve --listen 0.0.0.0:8787 --store postgres://platform@db.example.com/keywright',
    'curl -H "Authorization: Bearer $(cat .keywright/root-token)" http://127.0.0.1:8787/v1/keys',
  ],
  run: async (context, input) => {
    const options = optionsOf(input, context);
    if (!options.ok) return options;
    const place = await storePlace(context);
    if (!place.ok) return place;
    // Taken before there is anything to stop, so that no signal is missed.
    const { signal } = context.terminal;
    const server = await context.world.serve(place.value, options.value);
    if (!server.ok) return failed(server.error);
    announce(server.value, context);
    await aborted(signal);
    const stopped = await server.value.stop();
    return stopped.ok ? ok(EXIT.done) : failed(stopped.error);
  },
};

const RATE_MAX = 10_000_000;

function optionsOf(input: Input, { flags, terminal }: CommandContext): Result<ServeOptions, Failure> {
  const rate = input.text('rateLimit') ?? '6000';
  const requestsPerMinute = /^\d{1,8}$/.test(rate) ? Number(rate) : 0;
  if (requestsPerMinute < 1 || requestsPerMinute > RATE_MAX)
    return failure(
      'usage',
      `--rate-limit must be a number of requests per minute from 1 to ${RATE_MAX}, not ${rate}`,
    );
  const file = input.text('checkpoint');
  return ok({
    listen: input.text('listen') ?? '127.0.0.1:8787',
    requestsPerMinute,
    logLevel: input.text('logLevel') ?? 'info',
    corsOrigins: input.text('corsOrigins') ?? '',
    trustedProxies: input.text('trustedProxies') ?? '',
    print: (text) => terminal.secret(text),
    ...(file !== undefined && { checkpointFile: resolve(flags.folder, file) }),
  });
}

function announce({ url, rootTokenFile }: RunningServer, context: CommandContext): void {
  if (context.flags.output === 'json') {
    printObject('Server', { url, rootTokenFile: rootTokenFile ?? null }, context);
    return;
  }
  context.terminal.out(`Serving ${url}/v1; API description: ${url}/openapi.json\n`);
  if (rootTokenFile !== undefined) context.terminal.out(`The root token is in ${rootTokenFile}\n`);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

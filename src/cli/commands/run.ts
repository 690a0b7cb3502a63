/** `keywright run`: the controller. Makes the live store what the documents say, and keeps it so until it is stopped. */
import { resolve } from 'node:path';
import { passFailure } from '../../controller/documents.js';
import { control } from '../../controller/loop.js';
import { after, type ControllerEvent, starting } from '../../controller/status.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type DurationMs, parseDuration, SECOND_MS } from '../../domain/time.js';
import { logJson, logLines, logText } from '../../render/run-log.js';
import { CHECKPOINT_OPTION, keepCheckpoints } from '../audit-checkpoint.js';
import { branchOf, GIT_OPTIONS } from '../branch-option.js';
import type { Command, Input } from '../command.js';
import { connect, type Wanted } from '../controller-wiring.js';
import type { StatusServer } from '../dependencies.js';
import { EXIT } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import { openProject } from '../session.js';
import type { CommandContext } from '../terminal.js';

export const run: Command = {
  name: 'run',
  description:
    'Watch the documents and the live store, and apply what becomes due, until stopped: rotations, hand-overs, ' +
    'changed documents. Several can run on one store: one leads, another takes over when it ends. Removals that a ' +
    'guard refuses, and changes to environments that require approval, need keywright apply.',
  options: [
    { flags: '--interval <duration>', description: 'how often to check when nothing has changed (60s)' },
    {
      flags: '--drift <policy>',
      description: 'changes made outside the documents: report or heal (report)',
      choices: ['report', 'heal'],
    },
    ...GIT_OPTIONS,
    {
      flags: '--listen <address>',
      description: 'serve /healthz, /readyz, /status and /metrics there: 127.0.0.1:9187',
    },
    CHECKPOINT_OPTION,
  ],
  examples: [
    'keywright run',
    'keywright run --drift heal --listen 127.0.0.1:9187',
    'keywright run --git https://git.example.com/platform.git --branch main --output json',
  ],
  run: async (context, input) => {
    const wanted = wantedOf(input);
    if (!wanted.ok) return wanted;
    // What is wrong from the start is for the person who starts it; a branch may mend itself.
    const project = wanted.value.git ? ok(undefined) : await openProject(context);
    if (!project.ok) return project;
    const status = newStatus(context);
    const address = input.text('listen');
    if (address !== undefined) {
      const opened = await status.serveAt(address);
      if (!opened.ok) return opened;
    }
    try {
      const { clock, entropy } = context.world;
      const ended = await control({
        connect: async () => withCheckpoints(await connect(context, wanted.value), context, input),
        ...{ clock, entropy, actor: context.caller.actor },
        ...{
          intervalMs: wanted.value.intervalMs,
          signal: context.terminal.silentSignal,
          onEvent: status.onEvent,
        },
      });
      return ended.ok ? ok(EXIT.done) : failed(ended.error.fault);
    } finally {
      await status.close();
    }
  },
};

/** The same connection, with checkpoints written as long as it is open. */
async function withCheckpoints(
  connected: Awaited<ReturnType<typeof connect>>,
  { world, terminal, flags }: CommandContext,
  input: Input,
): Promise<typeof connected> {
  const file = input.text('checkpoint');
  if (!connected.ok || file === undefined) return connected;
  const { store, close } = connected.value;
  const show = flags.output === 'json' ? logJson : logText;
  const kept = await keepCheckpoints({
    ...{ store, clock: world.clock, file: resolve(flags.folder, file) },
    onTrouble: ({ message }) =>
      terminal.err(`${show({ at: world.clock.now(), level: 'warn', event: 'checkpoint', message })}\n`),
  });
  if (!kept.ok) {
    await close();
    return fail(passFailure(kept.error));
  }
  return ok({
    ...connected.value,
    close: async () => {
      await kept.value();
      await close();
    },
  });
}

/** `setTimeout` knows no longer one, and so rare a look is never needed. */
const INTERVAL_MAX_MS: DurationMs = 2 ** 31 - 1;

function wantedOf(input: Input): Result<Wanted, Failure> {
  const text = input.text('interval') ?? '60s';
  const interval = parseDuration(text);
  if (!interval.ok) return failure('usage', `--interval ${interval.error}`);
  if (interval.value < SECOND_MS || interval.value > INTERVAL_MAX_MS)
    return failure('usage', `--interval must be at least 1s and at most 24d, not ${text}`);
  const git = branchOf(input);
  if (!git.ok) return git;
  return ok({
    drift: input.text('drift') === 'heal' ? 'heal' : 'report',
    intervalMs: interval.value,
    git: git.value,
  });
}

/** Holds the controller's state, logs what changes in it, and serves it where that is wanted. */
function newStatus({ world, terminal, flags }: CommandContext) {
  const show = flags.output === 'json' ? logJson : logText;
  let status = starting(world.clock.now());
  let server: StatusServer | undefined;
  return {
    onEvent: (event: ControllerEvent): void => {
      for (const line of logLines(event, status)) terminal.err(`${show(line)}\n`);
      status = after(status, event);
      server?.tell(event, status);
    },
    serveAt: async (address: string): Promise<Result<void, Failure>> => {
      const opened = await world.serveStatus(address, status);
      if (!opened.ok) return failed(opened.error);
      server = opened.value;
      const message = `status at http://${server.address}/status`;
      terminal.err(`${show({ at: world.clock.now(), level: 'info', event: 'listening', message })}\n`);
      return ok(undefined);
    },
    close: async (): Promise<void> => server?.close(),
  };
}

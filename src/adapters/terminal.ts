/** The terminal of this process: output, questions, the progress bar, and Ctrl-C as a signal. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Progress, Terminal } from '../cli/terminal.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { withoutTokens } from '../domain/secret.js';

export function openTerminal(argv: readonly string[]): Terminal & { close(): void } {
  const { stdin, stdout, stderr, env } = process;
  let interruption: Interruption | undefined;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  const wantsColor = !argv.includes('--no-color') && !env['NO_COLOR'] && !env['KEYWRIGHT_NO_COLOR'];
  return {
    cwd: process.cwd(),
    out: (text) => void stdout.write(text),
    // Messages repeat what they were given: a token that was typed instead of a name, say.
    err: (text) => void stderr.write(withoutTokens(text)),
    secret: (text) => void stderr.write(text),
    color: wantsColor && (stdout.isTTY === true || env['FORCE_COLOR'] === '1'),
    isInteractive: stdin.isTTY === true && stderr.isTTY === true,
    ask,
    readInput,
    progress: (label, total) => (stderr.isTTY && total > 20 ? progressBar(label, total) : SILENT),
    // Only a command that asks for the signal survives the first Ctrl-C.
    get signal() {
      interruption ??= onInterrupt((text) => stderr.write(text));
      return interruption.signal;
    },
    get silentSignal() {
      interruption ??= onInterrupt(() => undefined);
      return interruption.signal;
    },
    close: () => interruption?.stop(),
  };
}

/** A reader that went away (`| head`) must not stop an apply half way. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/**
 * Writes the question through readline, which clears the line that it edits: what was written there before it is gone.
 * A hidden answer is echoed nowhere, and so its question is written here.
 */
async function ask(question: string, options?: { readonly hidden: true }): Promise<Result<string>> {
  const { stdin, stderr } = process;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: stdin,
    output: options?.hidden ? nowhere : stderr,
    terminal: true,
  });
  // The terminal echoes no more from here on.
  if (options?.hidden) stderr.write(question);
  try {
    return await new Promise<Result<string>>((resolve) => {
      lines.once('SIGINT', () => resolve(fail(fault('interrupted', 'interrupted; nothing was changed'))));
      // Ctrl-D is an answer: none.
      lines.once('close', () => resolve(ok('')));
      lines.question(options?.hidden ? '' : question).then(
        (answer) => resolve(ok(answer)),
        () => resolve(ok('')),
      );
    });
  } finally {
    lines.close();
    if (options?.hidden) stderr.write('\n');
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

/** Loaded when first drawn: most commands never need it. */
function progressBar(label: string, total: number): Progress {
  let bar: { update(value: number, payload: { readonly note: string }): void; stop(): void } | undefined;
  let isStopped = false;
  void import('cli-progress').then(({ default: { Bar, Presets } }) => {
    if (isStopped) return;
    const made = new Bar(
      {
        format: `${label} {bar} {value}/{total}, {eta_formatted} left{note}`,
        stream: process.stderr,
        clearOnComplete: true,
      },
      Presets.shades_classic,
    );
    made.start(total, 0, { note: '' });
    bar = made;
  });
  return {
    update: (done, note) => bar?.update(done, { note: note === undefined ? '' : `, ${withoutTokens(note)}` }),
    stop: () => {
      isStopped = true;
      bar?.stop();
    },
  };
}

interface Interruption {
  readonly signal: AbortSignal;
  stop(): void;
}

/** The first signal asks the command to finish what runs; the second ends the process as it would have. */
function onInterrupt(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    say(`\n${signal}: finishing the current step; signal again to stop immediately\n`);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}

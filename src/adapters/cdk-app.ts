/**
 * Runs a CDK app as CDKTF's own command does: by the shell, in the working folder, with `CDKTF_OUTDIR` and the context
 * of `cdktf.json`. The folder is a fresh one unless the caller's environment names one, so that two runs never read
 * what the other is writing, and nothing of an earlier run is taken for this one's.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AppPlace, SynthesizedApp } from '../cli/dependencies.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, formatDuration, MINUTE_MS } from '../domain/time.js';

/** Compiling a large app takes a minute; one that hangs is not waited for. */
export const APP_TIMEOUT_MS: DurationMs = 5 * MINUTE_MS;

const MANIFEST = 'manifest.json';

/** `source_unavailable` when it fails, takes too long or synthesizes nothing; `interrupted` when the signal ends it. */
export async function synthesize(
  place: AppPlace,
  timeoutMs = APP_TIMEOUT_MS,
): Promise<Result<SynthesizedApp>> {
  const context = await contextOf(place.folder);
  if (!context.ok) return context;
  const given = process.env['CDKTF_OUTDIR'];
  const made = given ? ok(resolve(place.folder, given)) : await freshFolder();
  if (!made.ok) return made;
  const folder = made.value;
  const discard = async (): Promise<void> => {
    if (!given) await rm(folder, { recursive: true, force: true });
  };
  // It is written last: where it is afterwards, the app has come to its end.
  await rm(join(folder, MANIFEST), { force: true });
  const env = { ...environment(), ...context.value, CDKTF_OUTDIR: folder };
  const ending = await ended({ ...place, env, timeoutMs });
  const trouble = ending ?? (existsSync(join(folder, MANIFEST)) ? undefined : NOTHING);
  if (trouble === undefined) return ok({ folder, discard });
  await discard();
  const code = place.signal.aborted ? 'interrupted' : 'source_unavailable';
  return fail(fault(code, `the app ${trouble} (${place.command}); no document was read`));
}

const NOTHING = 'did not write to CDKTF_OUTDIR: call app.synth(), and do not set outdir in new App()';

async function freshFolder(): Promise<Result<string>> {
  try {
    return ok(await mkdtemp(join(tmpdir(), 'keywright-app-')));
  } catch (error) {
    const message = `there is no space in ${tmpdir()} for the output of the app; set TMPDIR or CDKTF_OUTDIR to another folder`;
    return fail(fault('source_unavailable', message, error));
  }
}

interface Run extends AppPlace {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: DurationMs;
}

/** What went wrong, as the end of a sentence; undefined when nothing did. */
function ended({ command, folder, env, timeoutMs, onOutput, signal }: Run): Promise<string | undefined> {
  return new Promise((done) => {
    // A group of its own, so that what the shell started ends with it.
    const child = spawn(command, {
      cwd: folder,
      env,
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let why: string | undefined;
    const stop = (reason: string): void => {
      why ??= reason;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => stop(`took longer than ${formatDuration(timeoutMs)}`), timeoutMs);
    const onAbort = (): void => stop('was interrupted');
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort);
    const finish = (reason: string | undefined): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      done(why ?? reason);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => onOutput(text));
    child.on('error', ({ message }) => finish(`could not be started: ${message}`));
    child.on('close', (code, killedBy) => {
      if (code === 0) finish(undefined);
      else finish(code === null ? `was killed by ${killedBy}` : `failed with exit code ${code}`);
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** The context of `cdktf.json`, for `node.tryGetContext`. */
async function contextOf(folder: string): Promise<Result<NodeJS.ProcessEnv>> {
  const text = await readFile(join(folder, 'cdktf.json'), 'utf8').catch(() => undefined);
  if (text === undefined || process.env['CDKTF_CONTEXT_JSON']) return ok({});
  try {
    const { context = {} } = JSON.parse(text) as { readonly context?: unknown };
    return ok({ CDKTF_CONTEXT_JSON: JSON.stringify(context) });
  } catch {
    return fail(fault('source_unavailable', 'cdktf.json is not valid JSON; the app was not run'));
  }
}

/** An app declares and needs no secrets of Keywright, and what it is built from comes from many hands. */
const environment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(KEYWRIGHT_|PGPASSWORD$)/.test(name)));

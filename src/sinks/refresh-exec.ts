/**
 * Runs the program of a refresh: a file inside the working folder, without a shell, with a minimal environment and no
 * secret, within a minute. What it prints is for people and is not kept.
 */
import { spawn } from 'node:child_process';
import { realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type DurationMs, MINUTE_MS } from '../domain/time.js';
import type { DriverWorld } from './driver.js';

const EXEC_WITHIN_MS: DurationMs = MINUTE_MS;
const PASSED_ON = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;

/** `sink_refused` when it is not in the folder, cannot be run or fails; `sink_unavailable` when it takes too long. */
export async function runRefresh(
  [program = '', ...args]: readonly string[],
  { root, env, clock }: Pick<DriverWorld, 'root' | 'env' | 'clock'>,
): Promise<Result<void>> {
  const path = contained(root, program);
  if (path === undefined)
    return fail(
      fault('sink_refused', `the refresh program ${program} is not a file inside the working folder`),
    );
  const child = spawn(path, args, {
    ...{ cwd: root, shell: false, stdio: 'ignore', detached: true },
    env: Object.fromEntries(
      PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
  });
  const ended = new Promise<Result<void>>((done) => {
    child.once('error', () =>
      done(fail(fault('sink_refused', `the refresh program ${program} cannot be run`))),
    );
    child.once('exit', (code, signal) =>
      done(
        code === 0
          ? ok(undefined)
          : fail(
              fault(
                'sink_refused',
                `the refresh program ${program} ended with ${signal ?? `exit code ${code}`}`,
              ),
            ),
      ),
    );
  });
  const stop = new AbortController();
  const late = clock.sleep(EXEC_WITHIN_MS, stop.signal).then(
    () => {
      killGroup(child.pid);
      return fail(fault('sink_unavailable', `the refresh program ${program} did not end within a minute`));
    },
    () => ended,
  );
  const done = await Promise.race([ended, late]);
  stop.abort();
  return done;
}

function contained(root: string, program: string): string | undefined {
  try {
    const real = realpathSync(resolve(root, program));
    return real.startsWith(`${realpathSync(root)}${sep}`) && statSync(real).isFile() ? real : undefined;
  } catch {
    return undefined;
  }
}

/** With what it started itself. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

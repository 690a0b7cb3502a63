/** Whole processes, measured as a user would meet them: from spawn to exit. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The built command; bundles of benchmarks are in dist/bench. */
export const CLI = fileURLToPath(new URL('../keywright.js', import.meta.url));

export interface Ended {
  readonly wallMs: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakBytes: number | undefined;
}

/** Makes a process say at its end how much memory it had at most; kilobytes, as getrusage has it. */
const SAY_PEAK = `data:text/javascript,${encodeURIComponent(
  "process.on('exit', () => process.send?.({ peakBytes: process.resourceUsage().maxRSS * 1024 }))",
)}`;

export interface Running {
  readonly args: readonly string[];
  readonly cwd: string;
  /** Exit codes that are no surprise. */
  readonly expected?: readonly number[];
}

/** Runs `node …args`. Throws with what it printed if it ends otherwise than expected. */
export async function runNode(running: Running): Promise<Ended> {
  return spawned(running, []);
}

/** The same, asked to report its peak memory, which costs some milliseconds. */
export async function runNodeForPeak(running: Running): Promise<Ended> {
  return spawned(running, ['--import', SAY_PEAK]);
}

async function spawned({ args, cwd, expected = [0] }: Running, flags: readonly string[]): Promise<Ended> {
  let peakBytes: number | undefined;
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', ...(flags.length > 0 ? (['ipc'] as const) : [])],
  });
  child.on('message', (said: { readonly peakBytes: number }) => {
    peakBytes = said.peakBytes;
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const wallMs = performance.now() - startedMs;
  if (code === null || !expected.includes(code))
    throw new Error(
      `node ${args.join(' ')} ended with ${code}\n${texts.stdout.slice(-2_000)}\n${texts.stderr.slice(-2_000)}`,
    );
  return { wallMs, code, ...texts, peakBytes };
}

/** Throws unless the command has been built. */
export function requireCli(): void {
  if (!existsSync(CLI)) throw new Error(`${CLI} does not exist; build it with: node scripts/build.mjs`);
}

export const keywright = (...args: readonly string[]): readonly string[] => [CLI, ...args];

export interface ServedStore {
  readonly url: string;
  readonly process: ChildProcess;
}

/** `keywright serve` over the store in a folder, made where none exists; it ends with this process at the latest. */
export async function serveStore({
  folder,
  token,
}: {
  readonly folder: string;
  readonly token: string;
}): Promise<ServedStore> {
  const flags = ['--listen', '127.0.0.1:0', '--log-level', 'error', '--rate-limit', '10000000'];
  const server = spawn(process.execPath, [CLI, 'serve', '--store', folder, ...flags], {
    env: { ...process.env, KEYWRIGHT_ROOT_TOKEN: token },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  process.on('exit', () => server.kill('SIGKILL'));
  let printed = '';
  for await (const chunk of server.stdout) {
    printed += chunk;
    const url = /http:\/\/[\d.:]+/.exec(printed)?.[0];
    if (url !== undefined) return { url, process: server };
  }
  throw new Error(`serve ended: ${printed}`);
}

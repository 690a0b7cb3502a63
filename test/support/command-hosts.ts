/**
 * Commands that share processes (command-host.mjs): each of them has one to itself while it runs, and leaves it to the
 * next. Commands at the same time are processes at the same time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

const HOST = join(__dirname, 'command-host.mjs');
/** Databases that a command leaves to the end of its process add up. */
const COMMANDS_MAX = 200;

export interface Command {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly input: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Reported {
  readonly code: number;
  readonly holdsLocks: boolean;
}

/** A process that runs commands one after another. */
class Host {
  readonly #child: ChildProcess;
  readonly #outputs: readonly Output[];
  #commands = 0;
  isFit = true;

  constructor(entry: string) {
    // Not in the folder of any command, which may be gone before this process.
    this.#child = spawn(process.execPath, ['--expose-gc', HOST, entry], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child.once('exit', () => {
      this.isFit = false;
    });
    this.#outputs = [new Output(this.#child.stdout), new Output(this.#child.stderr)];
  }

  async run(command: Command): Promise<Ended> {
    const mark = `\u0000${randomUUID()}\u0000`;
    const printed = Promise.all(this.#outputs.map((output) => output.until(mark)));
    const reported = this.#reported();
    this.#child.send({ ...command, umask: process.umask(), mark });
    const { code, holdsLocks } = await reported;
    const [stdout = '', stderr = ''] = await printed;
    this.#commands += 1;
    if (holdsLocks || this.#commands >= COMMANDS_MAX) this.stop();
    return { code, stdout, stderr };
  }

  stop(): void {
    this.isFit = false;
    this.#child.kill('SIGKILL');
  }

  /** The command may end its process, too: by `process.exit`, or by an exception. */
  #reported(): Promise<{ readonly code: number | null; readonly holdsLocks: boolean }> {
    return new Promise((resolve) => {
      const done = (reported: Reported): void => {
        this.#child.off('exit', gone);
        resolve(reported);
      };
      const gone = (code: number | null): void => {
        this.#child.off('message', done);
        resolve({ code, holdsLocks: false });
      };
      this.#child.once('message', done);
      this.#child.once('exit', gone);
    });
  }
}

/** What comes from a stream between one mark and the next. */
class Output {
  #chunks: Buffer[] = [];
  #isClosed = false;
  #check: () => void = () => undefined;

  constructor(stream: ChildProcess['stdout']) {
    stream?.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#check();
    });
    stream?.once('close', () => {
      this.#isClosed = true;
      this.#check();
    });
  }

  until(mark: string): Promise<string> {
    return new Promise((resolve) => {
      this.#check = () => {
        // A mark may arrive in two pieces.
        const tail = Buffer.concat(this.#chunks.slice(-2));
        if (!tail.includes(mark) && !this.#isClosed) return;
        const text = Buffer.concat(this.#chunks).toString('utf8');
        const at = text.indexOf(mark);
        this.#chunks = [];
        this.#check = () => undefined;
        resolve(at < 0 ? text : text.slice(0, at));
      };
      this.#check();
    });
  }
}

const idle = new Map<string, Host[]>();
const started = new Set<Host>();

/** Runs a command to its end; `entry` is the built file that a process of its own would run. */
export async function runHosted(entry: string, command: Command): Promise<Ended> {
  const waiting = idle.get(entry) ?? [];
  idle.set(entry, waiting);
  const host = waiting.pop() ?? new Host(entry);
  started.add(host);
  const ended = await host.run(command);
  if (host.isFit) waiting.push(host);
  return ended;
}

/** Ends their processes, also one that a test gave up. */
export function stopHosts(): void {
  for (const host of started) host.stop();
  started.clear();
  idle.clear();
}

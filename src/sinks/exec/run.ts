/**
 * Runs a program once: no shell, an environment of its own, bounded input and output, a group of its own that is killed
 * when the signal says so. Whatever it started ends with it.
 */
import { spawn } from 'node:child_process';

/** Of standard output; more is not read. */
export const OUTPUT_MAX_BYTES = 1 << 20;
/** Of standard error; kept so that what is covered in it is seen whole. */
const ERRORS_MAX_BYTES = 64 << 10;

export interface Run {
  /** An absolute path, and arguments. */
  readonly command: readonly string[];
  readonly input: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Called with the number of the process once it runs. */
  readonly onStart?: ((pid: number) => void) | undefined;
}

export interface Ended {
  /** Undefined when it was killed, or never started. */
  readonly code: number | undefined;
  /** As the end of a sentence, where there is no code: `took too long and was killed`. */
  readonly why: string;
  /** Undefined when it is not UTF-8. */
  readonly output: string | undefined;
  readonly errors: string;
  /** More was written to standard error than was kept. */
  readonly isCut: boolean;
}

export function run({
  command: [program = '', ...args],
  input,
  folder,
  env,
  signal,
  onStart,
}: Run): Promise<Ended> {
  return new Promise((resolve) => {
    const output = new Collected(OUTPUT_MAX_BYTES);
    const errors = new Collected(ERRORS_MAX_BYTES);
    let why: string | undefined;
    const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: 'pipe' });
    const stop = (reason: string): void => {
      why ??= reason;
      if (child.pid !== undefined) killGroup(child.pid);
      // A process that left the group may hold the pipes for ever.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    };
    const onAbort = (): void => stop('took too long and was killed');
    const end = (code: number | undefined, reason: string): void => {
      signal.removeEventListener('abort', onAbort);
      resolve({
        code: why === undefined ? code : undefined,
        why: why ?? reason,
        output: output.text(),
        errors: errors.text() ?? '',
        isCut: errors.isFull,
      });
    };
    child.once('error', ({ message }) => end(undefined, `could not be started (${message})`));
    child.once('spawn', () => child.pid !== undefined && onStart?.(child.pid));
    child.once('close', (code, killedBy) => end(code ?? undefined, `was ended by ${killedBy}`));
    child.stdout.on('data', (bytes: Buffer) => {
      output.add(bytes);
      if (output.isFull) stop('answered with more than 1 MiB and was killed');
    });
    child.stderr.on('data', (bytes: Buffer) => errors.add(bytes));
    // It may end without reading.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}

/** The beginning of a stream. */
class Collected {
  readonly #parts: Buffer[] = [];
  readonly #max: number;
  #bytes = 0;
  isFull = false;

  constructor(max: number) {
    this.#max = max;
  }

  add(bytes: Buffer): void {
    const kept = bytes.subarray(0, this.#max - this.#bytes);
    this.isFull ||= kept.length < bytes.length;
    this.#bytes += kept.length;
    this.#parts.push(kept);
  }

  /** Undefined when it is not UTF-8; what was cut off may end within a character. */
  text(): string | undefined {
    const bytes = Buffer.concat(this.#parts);
    if (this.isFull) return bytes.toString('utf8');
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      return undefined;
    }
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

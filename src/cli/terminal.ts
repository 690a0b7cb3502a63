/** What a command may touch of the terminal. The only module of the core that prints. */
import type { Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Caller } from '../ports/live-store.js';
import type { Dependencies, StorePlace } from './dependencies.js';

export interface Terminal {
  readonly cwd: string;
  /** Results, for people or for programs. */
  out(text: string): void;
  /** Progress, questions, warnings; tokens in them are not shown. */
  err(text: string): void;
  /** A secret that is shown by design, on standard error: the links that `serve` prints for development. */
  secret(text: string): void;
  /** May the output be coloured? */
  readonly color: boolean;
  /** Tells whether a person can answer. */
  readonly isInteractive: boolean;
  /** Asks for one line. `hidden` keeps it off the screen. Fails with `interrupted` on Ctrl-C. */
  ask(question: string, options?: { readonly hidden: true }): Promise<Result<string>>;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** A progress bar on standard error where a terminal looks; nothing elsewhere. */
  progress(label: string, total: number): Progress;
  /** Aborted by the first Ctrl-C or SIGTERM, which says that what is under way is finished; the second ends the process. */
  readonly signal: AbortSignal;
  /** The same without output, for callers that log it. */
  readonly silentSignal: AbortSignal;
}

export interface Progress {
  /** `note`: what is waited for, if anything is. */
  update(done: number, note?: string): void;
  stop(): void;
}

/** Everything a command is handed. */
export interface CommandContext {
  readonly terminal: Terminal;
  readonly world: Dependencies;
  readonly flags: CommonFlags;
  /** The caller of this command for the audit log: `cli:revoke`. */
  readonly caller: Caller;
}

/** What every command knows, and what some know beside: `get` the first three, `audit` a table. */
export type OutputFormat = 'text' | 'json' | 'markdown' | 'wide' | 'yaml' | 'name' | 'table';

export interface CommonFlags {
  /** The working folder, absolute. */
  readonly folder: string;
  readonly store: string | undefined;
  /** The command of a CDK app that declares instead of the project's documents. */
  readonly app: string | undefined;
  /** How a server is called. */
  readonly access: Pick<StorePlace, 'token' | 'plainHttp'>;
  readonly output: OutputFormat;
  /** How long another process that holds the lease of the store is waited for. */
  readonly lockTimeoutMs: DurationMs;
}

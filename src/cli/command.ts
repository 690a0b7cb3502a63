/** What a command is: its words for `--help`, its arguments and options, and what it does. */

import type { Result } from '../domain/result.js';
import type { ExitCode } from './exit.js';
import type { Failure } from './failure.js';
import type { CommandContext, OutputFormat } from './terminal.js';

export interface OptionSpec {
  /** As commander reads it: `--out <file>`. */
  readonly flags: string;
  readonly description: string;
  readonly choices?: readonly string[];
}

export interface Command {
  readonly name: string;
  /** As commander reads it: `[planfile]`, `<key>`, `[path...]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly description: string;
  readonly options?: readonly OptionSpec[];
  /** Formats beside those of all commands. */
  readonly outputs?: readonly OutputFormat[];
  readonly examples: readonly string[];
  run(context: CommandContext, input: Input): Promise<Result<ExitCode, Failure>>;
}

/** Arguments and options as commander parsed them; read through the accessors, which check the type. */
export class Input {
  readonly #arguments: readonly unknown[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(args: readonly unknown[], options: Readonly<Record<string, unknown>>) {
    this.#arguments = args;
    this.#options = options;
  }

  /** The nth argument, if it was given. */
  argument(index: number): string | undefined {
    const value = this.#arguments[index];
    return typeof value === 'string' ? value : undefined;
  }

  /** A variadic argument. */
  list(index: number): readonly string[] {
    const value = this.#arguments[index];
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  }

  has(option: string): boolean {
    return this.#options[option] === true;
  }

  text(option: string): string | undefined {
    const value = this.#options[option];
    return typeof value === 'string' ? value : undefined;
  }
}

/** Composition root of the command line: this machine's terminal, time, chance, store and sinks. */
import { hostname, userInfo } from 'node:os';
import { documentReaders } from '../adapters/parser-pool.js';
import { openTerminal } from '../adapters/terminal.js';
import { run } from '../cli/program.js';
import { VERSION } from '../domain/version.js';
import { createWorld } from './dependencies.js';

/**
 * Runs one command; gives the exit code. An exception that gets here is a bug and says so. `parserScript` is what
 * threads that read documents run.
 */
export async function main(argv: readonly string[], parserScript: URL): Promise<number> {
  // Nothing Keywright writes is for others to read.
  process.umask(0o077);
  const terminal = openTerminal(argv);
  try {
    const actor = process.env['KEYWRIGHT_ACTOR'] ?? `${userName()}@${hostname()}`;
    return await run({
      argv,
      env: process.env,
      terminal,
      world: createWorld(process.env, documentReaders(parserScript)),
      actor,
      version: VERSION,
    });
  } catch (error) {
    terminal.err(
      `keywright: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return 1;
  } finally {
    terminal.close();
  }
}

/** Containers may run under an id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

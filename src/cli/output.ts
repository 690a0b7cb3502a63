/** Failures and JSON on their way out: the one place that decides how a command says no. */
import { withoutTokens } from '../domain/secret.js';
import { diagnosticsJson, diagnosticsText } from '../render/diagnostics.js';
import type { Failure } from './failure.js';
import type { CommandContext } from './terminal.js';

/** Text goes to standard error; with `--output json` an object of kind Error goes to standard output. */
export function renderFailure(
  { fault, diagnostics = [] }: Failure,
  { terminal, flags }: CommandContext,
): void {
  const { code, message } = fault;
  if (flags.output === 'json') {
    const shown = { message, diagnostics: diagnosticsJson(diagnostics) };
    printJson({ apiVersion: 'keywright.dev/v1', kind: 'Error', code, ...shown }, { terminal });
    return;
  }
  if (diagnostics.length > 0)
    terminal.err(`${diagnosticsText(diagnostics, { color: terminal.color ? 'always' : 'never' })}\n`);
  terminal.err(`keywright: ${message}\n`);
}

/** Shows no token; the one command that hands out a secret prints it itself. */
export function printJson(value: unknown, { terminal }: Pick<CommandContext, 'terminal'>): void {
  terminal.out(`${withoutTokens(JSON.stringify(value, null, 2))}\n`);
}

/** Failures and JSON on their way out: the one module that decides how a command says no. */
import { API_VERSION } from '../domain/kinds/document-schema.js';
import { withoutTokens } from '../domain/secret.js';
import { diagnosticsJson, diagnosticsText } from '../render/diagnostics.js';
import type { OutputKind } from '../render/output-schema.js';
import type { Failure } from './failure.js';
import type { CommandContext } from './terminal.js';

/** Text goes to standard error; with `--output json` an object of kind Error goes to standard output. */
export function renderFailure(
  { fault, diagnostics = [] }: Failure,
  { terminal, flags }: CommandContext,
): void {
  const { code, message } = fault;
  if (flags.output === 'json') {
    printObject('Error', { code, message, diagnostics: diagnosticsJson(diagnostics) }, { terminal });
    return;
  }
  if (diagnostics.length > 0)
    terminal.err(`${diagnosticsText(diagnostics, { color: terminal.color ? 'always' : 'never' })}\n`);
  terminal.err(`keywright: ${message}\n`);
}

/** What a program can tell from any other output. */
export interface JsonOutput {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Shows no token; the one command that hands out a secret prints it itself. */
export function printJson<Value extends JsonOutput>(
  value: Value,
  { terminal }: Pick<CommandContext, 'terminal'>,
): void {
  terminal.out(`${withoutTokens(JSON.stringify(value, null, 2))}\n`);
}

/** The members with `apiVersion` and `kind`; docs/reference/output.schema.json has the schema of each kind. */
export const printObject = (
  kind: OutputKind,
  members: object,
  context: Pick<CommandContext, 'terminal'>,
): void => printJson({ apiVersion: API_VERSION, kind, ...members }, context);

/** The same as one line, of output that has no end. */
export const printLine = (
  kind: OutputKind,
  members: object,
  { terminal }: Pick<CommandContext, 'terminal'>,
): void => terminal.out(`${JSON.stringify({ apiVersion: API_VERSION, kind, ...members })}\n`);

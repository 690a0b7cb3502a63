/** `--select`: the objects that a command is limited to, by their labels. */
import { parseSelector, type Selector } from '../domain/labels.js';
import { ok, type Result } from '../domain/result.js';
import type { Plan } from '../plan/plan.js';
import type { Input, OptionSpec } from './command.js';
import { type Failure, failure } from './failure.js';

export const SELECT: OptionSpec = {
  flags: '--select <label>',
  description:
    'only objects with these labels, as declared or live: team=data, !team, "env in (a,b)"; commas mean "and"',
};

export function selectorOf(input: Input): Result<Selector | undefined, Failure> {
  const text = input.text('select');
  if (text === undefined) return ok(undefined);
  const selector = parseSelector(text);
  return selector.ok ? selector : failure('usage', `--select ${selector.error}`);
}

/** A saved plan keeps to the selection that it was made under. */
export function selectionOf(
  saved: Plan | undefined,
  given: Selector | undefined,
): Result<Selector | undefined, Failure> {
  if (saved === undefined || (given !== undefined && given.text === saved.selection)) return ok(given);
  if (given !== undefined) {
    const made = saved.selection === undefined ? 'without --select' : `with --select "${saved.selection}"`;
    return failure('usage', `the plan was made ${made} and is applied as saved; remove --select`);
  }
  const selector = saved.selection === undefined ? ok(undefined) : parseSelector(saved.selection);
  return selector.ok ? selector : failure('usage', 'the selection in the plan is malformed; plan again');
}

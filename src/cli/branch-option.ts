/** `--git URL --branch NAME`: documents of a branch, and not of the working folder. */
import { ok, type Result } from '../domain/result.js';
import type { Input, OptionSpec } from './command.js';
import { type Failure, failure } from './failure.js';

export interface GitBranch {
  /** As git takes it. May hold a password. */
  readonly url: string;
  /** Undefined: the repository's own default. */
  readonly branch: string | undefined;
}

export const GIT_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--git <url>',
    description: 'take the documents from this repository, not from the working folder',
  },
  { flags: '--branch <name>', description: "its branch, instead of the repository's own default" },
];

/** Undefined without `--git`. */
export function branchOf(input: Input): Result<GitBranch | undefined, Failure> {
  const [url, branch] = [input.text('git'), input.text('branch')];
  if (url === undefined && branch !== undefined) return failure('usage', '--branch goes with --git');
  return ok(url === undefined ? undefined : { url, branch });
}

/** The flags that every command has. */
import type { OptionSpec } from './command.js';
import type { OutputFormat } from './terminal.js';

/** What every command can print. */
export const FORMATS: readonly OutputFormat[] = ['text', 'json', 'markdown'];

export const COMMON: readonly OptionSpec[] = [
  { flags: '-C, --chdir <dir>', description: 'the working folder, where keywright.yaml is' },
  {
    flags: '--store <url>',
    description: "the live store, instead of the project's: a folder, postgres://… or https://…",
  },
  {
    flags: '--token <token>',
    description:
      'the token for a server at https://…; prefer KEYWRIGHT_TOKEN, because process lists show flags',
  },
  {
    flags: '--insecure-http',
    description: 'allow plain http, which sends the token and claimed secrets unencrypted',
  },
  {
    flags: '--app <command>',
    description: 'a CDK app to use instead of the project\'s documents: "node main.js"',
  },
  {
    flags: '-o, --output <format>',
    description: 'text, json or markdown',
    choices: FORMATS,
  },
  {
    flags: '--lock-timeout <duration>',
    description: 'how long to wait for another process that holds the lease of the store (10s)',
  },
  { flags: '--no-color', description: 'print without colours' },
];

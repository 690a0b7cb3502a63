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
      'what an authority at https://… is shown; better given as KEYWRIGHT_TOKEN, which no list of processes shows',
  },
  {
    flags: '--insecure-http',
    description: 'let the token, and secrets that are claimed, cross a network by plain http',
  },
  {
    flags: '--app <command>',
    description: 'a CDK app that declares, instead of the project\'s documents: "node main.js"',
  },
  {
    flags: '-o, --output <format>',
    description: 'text, json or markdown',
    choices: FORMATS,
  },
  { flags: '--no-color', description: 'no colours' },
];

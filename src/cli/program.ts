/**
 * argv → a command, by commander. Only the command that is called gets loaded; the others are known by
 * name and summary. Every flag can also be given as a variable: `--auto-approve` as KEYWRIGHT_AUTO_APPROVE.
 */
import { resolve } from 'node:path';
import { Argument, Command as Commander, CommanderError, InvalidArgumentError, Option } from 'commander';
import { Secret, withoutTokens } from '../domain/secret.js';
import { type DurationMs, parseDuration } from '../domain/time.js';
import { type Command, Input, type OptionSpec } from './command.js';
import { COMMANDS } from './commands/index.js';
import { COMMON, FORMATS } from './common-options.js';
import type { Dependencies } from './dependencies.js';
import { EXIT, type ExitCode, exitOf } from './exit.js';
import { printObject, renderFailure } from './output.js';
import type { CommandContext, CommonFlags, OutputFormat, Terminal } from './terminal.js';

export interface Invocation {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly world: Dependencies;
  /** Who runs the command, for the audit log. */
  readonly actor: string;
  readonly version: string;
}

/** Runs the command that argv names and gives its exit code. */
export async function run(invocation: Invocation): Promise<ExitCode> {
  const { terminal } = invocation;
  try {
    return await parseAndRun(invocation);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (wantsJson(invocation)) printObject('Error', usageError(error), { terminal });
    else if (error.code === WRONG_VARIABLE) terminal.err(`error: ${error.message}\n`);
    else if (error.code === 'commander.help') terminal.err('\n');
    return EXIT.usage;
  }
}

/** Asked before the command line is read: it may be what is wrong with it. */
function wantsJson({ argv, env }: Invocation): boolean {
  const given = argv.flatMap((word, at) => {
    const attached = /^(?:--output=|-o=?)(.+)$/.exec(word)?.[1];
    return attached ?? (word === '--output' || word === '-o' ? [argv[at + 1]] : []);
  });
  return (given.at(-1) ?? env['KEYWRIGHT_OUTPUT']) === 'json';
}

const usageError = ({ code, message }: CommanderError) => ({
  code: 'usage',
  message:
    code === 'commander.help'
      ? 'no command was given; keywright --help lists them'
      : withoutTokens(message.replace(/^error: /, '')),
  diagnostics: [],
});

/** Throws commander's errors, which it has reported to the user, and those about variables, which it doesn't know. */
async function parseAndRun(invocation: Invocation): Promise<ExitCode> {
  const program = baseProgram(invocation);
  let exitCode: ExitCode = EXIT.done;
  const called = commandName(invocation.argv);
  for (const entry of COMMANDS) {
    const sub = program.command(entry.name).description(entry.summary).exitOverride();
    if (entry.name !== called) continue;
    const command = await entry.load();
    configure(sub, command, invocation.env);
    if (command.outputs) alsoPrints(program, command.outputs);
    sub.action(async (...parsed: unknown[]) => {
      const args = parsed.slice(0, command.arguments?.length ?? 0);
      exitCode = await execute(command, new Input(args, sub.opts()), invocation, program.opts());
    });
  }
  await program.parseAsync(invocation.argv, { from: 'user' });
  return exitCode;
}

const WRONG_VARIABLE = 'keywright.variable';

function baseProgram(invocation: Invocation): Commander {
  const { env, terminal, version } = invocation;
  const isJson = wantsJson(invocation);
  const program = new Commander('keywright')
    .description('Credentials as code: what the documents declare is what the live store holds.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showHelpAfterError('(keywright --help lists commands and flags)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => (isJson ? undefined : terminal.err(text)),
    })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      '\nObjects are named KIND/NAME: ApiKey/billing-prod. Every flag has an environment variable: KEYWRIGHT_STORE for --store.\n' +
        'Exit codes: 0 done · 1 error · 2 changes or drift · 3 refused by a guard · 4 stale plan · 5 partly applied · 6 locked · 7 store unreachable · 64 usage · 130 interrupted',
    );
  for (const spec of COMMON) program.addOption(option(spec, env));
  return program;
}

function alsoPrints(program: Commander, formats: readonly OutputFormat[]): void {
  const known = program.options.find((one) => one.long === '--output');
  known?.choices([...FORMATS, ...formats]);
  if (known) known.description = `text, json, markdown, ${formats.join(', ')}`;
}

function configure(sub: Commander, command: Command, env: Invocation['env']): void {
  sub.description(command.description);
  for (const { name, description } of command.arguments ?? [])
    sub.addArgument(new Argument(name, description));
  for (const spec of command.options ?? []) sub.addOption(option(spec, env));
  sub.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  $ ${line}`).join('\n')}`);
}

function option({ flags, description, choices }: OptionSpec, env: Invocation['env']): Option {
  const made = new Option(flags, description);
  if (choices) made.choices([...choices]);
  else if (made.required) made.argParser(notEmpty);
  const variable = `KEYWRIGHT_${made.name().replace(/^no-/, 'no_').replaceAll('-', '_').toUpperCase()}`;
  const value = env[variable] ?? '';
  // An empty variable is one that isn't set.
  if (value === '') return made;
  if (made.required) return made.env(variable);
  const isOn = switched(value);
  if (made.optional) return isOn === undefined ? made.env(variable) : made.default(isOn || undefined);
  if (isOn === undefined)
    throw new CommanderError(
      EXIT.usage,
      WRONG_VARIABLE,
      `${variable} is ${JSON.stringify(value)}: use true or false`,
    );
  return isOn ? made.env(variable) : made;
}

/** `--store "$STORE"` where the variable is unset would name the working folder, or nothing. */
function notEmpty(value: string): string {
  if (value.trim() === '')
    throw new InvalidArgumentError('The value is empty: set a value, or remove the flag.');
  return value;
}

const ON: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'on']);
const OFF: ReadonlySet<string> = new Set(['0', 'false', 'no', 'off']);

/** What a variable says that stands for a flag without a value; undefined when it says neither yes nor no. */
function switched(value: string): boolean | undefined {
  const word = value.toLowerCase();
  return ON.has(word) ? true : OFF.has(word) ? false : undefined;
}

/** The first word that is neither a flag nor a common flag's value. */
function commandName(argv: readonly string[]): string | undefined {
  const takesValue = new Set([
    '-C',
    '--chdir',
    '--store',
    '--token',
    '--app',
    '-o',
    '--output',
    '--lock-timeout',
  ]);
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (takesValue.has(word)) i++;
    else if (!word.startsWith('-') && word !== 'help') return word;
  }
  return undefined;
}

async function execute(
  command: Command,
  input: Input,
  { terminal, world, actor }: Invocation,
  common: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const flags = commonFlags(terminal.cwd, common);
  const caller = { actor, path: `cli:${command.name}` };
  const context: CommandContext = { terminal, world, flags, caller };
  const ending = await command.run(context, input);
  if (ending.ok) return ending.value;
  renderFailure(ending.error, context);
  return exitOf(ending.error.fault.code);
}

function commonFlags(cwd: string, common: Readonly<Record<string, unknown>>): CommonFlags {
  const text = (name: string): string | undefined => {
    const value = common[name];
    return typeof value === 'string' ? value : undefined;
  };
  const token = text('token');
  return {
    folder: resolve(cwd, text('chdir') ?? '.'),
    store: text('store'),
    app: text('app'),
    access: {
      ...(token !== undefined && { token: new Secret(token.trim()) }),
      plainHttp: common['insecureHttp'] === true ? 'anywhere' : 'loopback',
    },
    output: (text('output') ?? 'text') as OutputFormat,
    lockTimeoutMs: lockTimeout(text('lockTimeout') ?? '10s'),
  };
}

/** Throws commander's error, as for any other invalid value. */
function lockTimeout(text: string): DurationMs {
  if (/^0[a-z]?$/.test(text)) return 0;
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new CommanderError(EXIT.usage, WRONG_VARIABLE, `--lock-timeout ${parsed.error}`);
}

/** Scripts for completion, written from what the commands declare of themselves. Pure. */
import { OBJECT_KINDS } from '../domain/kinds/index.js';
import type { OptionSpec } from './command.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A command as far as completion knows it. */
export interface Words {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionSpec[];
  readonly outputs: readonly string[];
  /** Its first argument, as commander reads it: `<key>`. */
  readonly takes: string;
}

export interface Vocabulary {
  readonly commands: readonly Words[];
  readonly common: readonly OptionSpec[];
}

/** Ends with a newline. */
export function completionScript(shell: Shell, vocabulary: Vocabulary): string {
  return shell === 'fish' ? fish(vocabulary) : shell === 'zsh' ? zsh(vocabulary) : bash(vocabulary);
}

const longOf = ({ flags }: OptionSpec): string => /--[a-z-]+/.exec(flags)?.[0] ?? '';
const shortOf = ({ flags }: OptionSpec): string | undefined => /^-([A-Za-z]),/.exec(flags)?.[1];
const hasValue = ({ flags }: OptionSpec): boolean => /[<[]/.test(flags);

/** What may stand where a command takes an object: kinds, or names of live ones. */
type Argument = 'kinds' | 'objects' | 'keys' | undefined;

function argumentOf({ name, takes }: Words): Argument {
  if (takes === '<key>') return 'keys';
  if (name === 'get' || name === 'export') return 'kinds';
  return /object/.test(takes) ? 'objects' : undefined;
}

/** Asked when it is needed; whatever goes wrong completes to nothing. */
const NAMES = 'keywright get -o name 2>/dev/null';
const KEYS = 'keywright get apikeys -o name 2>/dev/null';

const MENTIONED: Readonly<Record<Exclude<Argument, undefined>, string>> = {
  kinds: `${OBJECT_KINDS.join(' ')} $(${NAMES})`,
  objects: `$(${NAMES})`,
  keys: `$(${KEYS})`,
};

/** The words that can follow, as a list for a shell to expand. */
function wordsOf(command: Words, common: readonly OptionSpec[]): string {
  const argument = argumentOf(command);
  const flags = [...command.options, ...common].map(longOf).join(' ');
  return argument === undefined ? flags : `${flags} ${MENTIONED[argument]}`;
}

/** `--output` of a command takes more than that of others. */
function choicesOf({ commands, common }: Vocabulary): ReadonlyMap<string, readonly string[]> {
  const choices = new Map<string, Set<string>>();
  for (const option of [...common, ...commands.flatMap(({ options }) => options)])
    for (const choice of option.choices ?? []) {
      const known = choices.get(longOf(option)) ?? new Set();
      choices.set(longOf(option), known.add(choice));
    }
  for (const { outputs } of commands) for (const output of outputs) choices.get('--output')?.add(output);
  return new Map([...choices].map(([flag, words]) => [flag, [...words]]));
}

const pattern = (flag: string): string => (flag === '--output' ? '-o|--output' : flag);

/** Cases of a shell that set `variable`. */
function cases(
  vocabulary: Vocabulary,
  variable = 'words',
): { readonly values: string; readonly words: string; readonly names: string } {
  const { commands, common } = vocabulary;
  return {
    values: [...choicesOf(vocabulary)]
      .map(([flag, words]) => `    ${pattern(flag)}) ${variable}="${words.join(' ')}" ;;`)
      .join('\n'),
    words: commands.map((one) => `      ${one.name}) ${variable}="${wordsOf(one, common)}" ;;`).join('\n'),
    names: commands.map(({ name }) => name).join('|'),
  };
}

function bash(vocabulary: Vocabulary): string {
  const { values, words, names } = cases(vocabulary);
  const first = [...vocabulary.commands.map(({ name }) => name), ...vocabulary.common.map(longOf)].join(' ');
  return `# bash completion of keywright: source <(keywright completion bash)
_keywright() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" words="" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${names}) command="$word"; break ;; esac
  done
  case "$previous" in
${values}
  esac
  if [ -z "$words" ]; then
    case "$command" in
      "") words="${first}" ;;
${words}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _keywright keywright
`;
}

function zsh(vocabulary: Vocabulary): string {
  const { values, words, names } = cases(vocabulary, 'list');
  const first = [...vocabulary.commands.map(({ name }) => name), ...vocabulary.common.map(longOf)].join(' ');
  return `#compdef keywright
# zsh completion of keywright: keywright completion zsh > ~/.zsh/completions/_keywright
_keywright() {
  local previous="\${words[CURRENT-1]}" command="" word
  local -a typed=("\${(@)words[2,CURRENT-1]}")
  for word in $typed; do
    case "$word" in ${names}) command="$word"; break ;; esac
  done
  local list=""
  case "$previous" in
${values}
  esac
  if [ -z "$list" ]; then
    case "$command" in
      "") list="${first}" ;;
${words}
    esac
  fi
  compadd -- \${=list} || _files
}
if [ "$funcstack[1]" = "_keywright" ]; then _keywright "$@"; else compdef _keywright keywright; fi
`;
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fish({ commands, common }: Vocabulary): string {
  const line = (condition: string, rest: string): string =>
    `complete -c keywright -n ${quoted(condition)} ${rest}`;
  const option = (condition: string, one: OptionSpec, more: readonly string[] = []): string => {
    const short = shortOf(one);
    const choices = [...(one.choices ?? []), ...more];
    const value = hasValue(one)
      ? ` -r${choices.length > 0 ? ` -f -a ${quoted(choices.join(' '))}` : ''}`
      : '';
    return line(
      condition,
      `${short === undefined ? '' : `-s ${short} `}-l ${longOf(one).slice(2)}${value} -d ${quoted(one.description)}`,
    );
  };
  const lines = commands.flatMap((command) => {
    const after = `__fish_seen_subcommand_from ${command.name}`;
    const argument = argumentOf(command);
    return [
      line('__fish_use_subcommand', `-f -a ${command.name} -d ${quoted(command.summary)}`),
      ...command.options.map((one) => option(after, one)),
      ...common.map((one) => option(after, one, longOf(one) === '--output' ? command.outputs : [])),
      ...(argument === undefined
        ? []
        : [line(after, `-f -a ${quoted(MENTIONED[argument].replace('$(', '('))}`)]),
    ];
  });
  return `# fish completion of keywright: keywright completion fish > ~/.config/fish/completions/keywright.fish\n${lines.join('\n')}\n`;
}

/** `keywright completion bash|zsh|fish`: a script that completes commands, flags, choices and names in a shell. */
import { ok } from '../../domain/result.js';
import type { Command } from '../command.js';
import { COMMON } from '../common-options.js';
import { completionScript, SHELLS, type Shell, type Words } from '../completion-script.js';
import { EXIT } from '../exit.js';
import { failure } from '../failure.js';

interface Entry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Handed the commands, of which it is one itself. */
export const completionOf = (commands: readonly Entry[]): Command => ({
  name: 'completion',
  arguments: [{ name: '<shell>', description: SHELLS.join(', ') }],
  description:
    'Print a script that completes commands, flags, their choices and the names of live objects in a shell.',
  examples: [
    'keywright completion bash > /etc/bash_completion.d/keywright',
    'keywright completion zsh > ~/.zsh/completions/_keywright',
    'keywright completion fish > ~/.config/fish/completions/keywright.fish',
  ],
  run: async (context, input) => {
    const asked = input.argument(0) ?? '';
    const shell = SHELLS.find((one): one is Shell => one === asked);
    if (shell === undefined)
      return failure('usage', `completion takes ${SHELLS.join(', ')}, not ${JSON.stringify(asked)}`);
    const words: Words[] = [];
    for (const { name, summary, load } of commands) {
      const { options = [], arguments: args = [], outputs = [] } = await load();
      words.push({ name, summary, options, outputs, takes: args[0]?.name ?? '' });
    }
    context.terminal.out(completionScript(shell, { commands: words, common: COMMON }));
    return ok(EXIT.done);
  },
});

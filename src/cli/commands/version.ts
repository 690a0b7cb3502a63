/** `keywright version`: as `--version`, for those who type it as a word. */
import { ok } from '../../domain/result.js';
import { VERSION } from '../../domain/version.js';
import type { Command } from '../command.js';
import { EXIT } from '../exit.js';
import { printObject } from '../output.js';

export const version: Command = {
  name: 'version',
  description: 'Print the version of keywright.',
  examples: ['keywright version', 'keywright version --output json'],
  run: async (context) => {
    if (context.flags.output === 'json') printObject('Version', { version: VERSION }, context);
    else context.terminal.out(`${VERSION}\n`);
    return ok(EXIT.done);
  },
};

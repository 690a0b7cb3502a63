/** For development: messages are shown to the operator of the server, instead of being sent. */
import type { Message, Transport } from '../ports/outbox.js';
import type { PrintSettings } from './settings.js';
import { linkOf, untilOf } from './templates.js';

export const consoleTransport = ({ page }: PrintSettings, print: (text: string) => void): Transport => ({
  send: async (letter) => {
    print(shown(letter, page));
    return undefined;
  },
});

const shown = (letter: Message, page: string | undefined): string =>
  [
    '',
    `--- SECRET: ${letter.kind === 'invitation' ? 'an invitation' : 'a magic link'} for ${letter.to}, valid once until ${untilOf(letter)} ---`,
    page === undefined ? letter.token.reveal() : linkOf(letter, page),
    '---',
    '',
  ].join('\n');

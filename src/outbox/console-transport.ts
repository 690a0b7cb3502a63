/** For development: messages are shown to the operator of the server, instead of being sent. */
import type { Message, Transport } from '../ports/outbox.js';
import type { PrintSettings } from './settings.js';
import { linkOf, untilOf } from './templates.js';

export const consoleTransport = ({ page }: PrintSettings, print: (text: string) => void): Transport => ({
  send: async (message) => {
    print(shown(message, page));
    return undefined;
  },
});

const shown = (message: Message, page: string | undefined): string =>
  [
    '',
    `--- SECRET: ${message.kind === 'invitation' ? 'an invitation' : 'a magic link'} for ${message.to}, valid once until ${untilOf(message)} ---`,
    page === undefined ? message.token.reveal() : linkOf(message, page),
    '---',
    '',
  ].join('\n');

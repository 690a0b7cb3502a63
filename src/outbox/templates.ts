/** What a letter says. Plain text; pure. */
import { formatInstant } from '../domain/time.js';
import type { Message } from '../ports/outbox.js';

/**
 * The page with what it is opened for behind the #: browsers keep that to themselves, so it is in no log on the way, and
 * programs that open links before people do use nothing up.
 */
export const linkOf = ({ kind, token }: Message, page: string): string =>
  `${page}#${kind === 'invitation' ? 'invitation' : 'guest'}=${token.reveal()}`;

export const subjectOf = ({ kind }: Message): string =>
  kind === 'invitation' ? 'You are invited' : 'Your link to come in';

export function textOf(letter: Message, page: string): string {
  const { kind, fromName = '', message = '' } = letter;
  const who = oneLine(fromName);
  const what = kind === 'invitation' ? 'to have an account' : 'to come in as a guest';
  const words = oneLine(message);
  return [
    who === '' ? `You are invited ${what}.` : `${who} invites you ${what}.`,
    ...(words === '' ? [] : [words]),
    kind === 'invitation' ? 'Open this link to choose a password:' : 'Open this link:',
    linkOf(letter, page),
    `It is good once, until ${untilOf(letter)}. Whoever has it can come in as you: pass it on to nobody. If you did not expect this, there is nothing to do.`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** `2027-01-31 12:00 UTC` */
export const untilOf = ({ expiresAt }: Message): string =>
  `${formatInstant(expiresAt).slice(0, 16).replace('T', ' ')} UTC`;

/** Nobody's words look like ours: no new lines, nothing that cannot be seen. */
const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();

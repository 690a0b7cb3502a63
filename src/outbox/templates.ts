/** Writes the text of a message. Plain text; pure. */
import { formatInstant } from '../domain/time.js';
import type { Message } from '../ports/outbox.js';

/**
 * The page with what it is opened for behind the #: browsers keep that to themselves, so it is in no log on the way, and
 * programs that open links before people do use nothing up.
 */
export const linkOf = ({ kind, token }: Message, page: string): string =>
  `${page}#${kind === 'invitation' ? 'invitation' : 'guest'}=${token.reveal()}`;

export const subjectOf = ({ kind }: Message): string =>
  kind === 'invitation' ? 'You are invited' : 'Your sign-in link';

export function textOf(mail: Message, page: string): string {
  const { kind, fromName = '', message = '' } = mail;
  const who = oneLine(fromName);
  const what = kind === 'invitation' ? 'to create an account' : 'to sign in as a guest';
  const words = oneLine(message);
  return [
    who === '' ? `You are invited ${what}.` : `${who} invites you ${what}.`,
    ...(words === '' ? [] : [words]),
    kind === 'invitation' ? 'Open this link to set a password:' : 'Open this link:',
    linkOf(mail, page),
    `The link works once, until ${untilOf(mail)}. Do not share it: anyone who has it can sign in as you. If you did not expect this message, you can ignore it.`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

/** `2027-01-31 12:00 UTC` */
export const untilOf = ({ expiresAt }: Message): string =>
  `${formatInstant(expiresAt).slice(0, 16).replace('T', ' ')} UTC`;

/** Prevents a caller's words from looking like Keywright's: no new lines, nothing invisible. */
const oneLine = (text: string): string => text.replaceAll(/[\p{C}\p{Zl}\p{Zp}]+/gu, ' ').trim();

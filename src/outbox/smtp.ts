/** Sends messages by mail, through nodemailer, which is loaded when there is mail to send. */
import { connect } from 'node:net';
import type { Message, NotSent, Transport } from '../ports/outbox.js';
import { isLoopback } from './addresses.js';
import type { SmtpSettings } from './settings.js';
import { subjectOf, textOf } from './templates.js';

export async function smtpTransport(settings: SmtpSettings): Promise<Transport> {
  const { createTransport } = await import('nodemailer');
  const { host, port, isTls, user, password, from, page } = settings;
  const options = {
    ...{ host, port, secure: isTls },
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password.reveal() } }),
    // In the clear to this machine alone, where there is nothing on the way that could listen.
    ...(isLoopback(host) ? { ignoreTLS: true } : { requireTLS: true }),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  } as const;
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const mailOf = (message: Message) => ({
    from,
    to: { name: '', address: message.to },
    subject: subjectOf(message),
    text: textOf(message, page),
    messageId: `<${message.id}@${domain}>`,
    date: new Date(message.createdAt),
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  return {
    send: async (message, signal) => {
      // Over a separate connection, which ends when time is up: one that continued would send it beside the next.
      const getSocket = (_options: unknown, done: (error: Error | null, socket?: object) => void): void => {
        const connection = connect({ host, port, signal });
        connection.once('error', done);
        connection.once('connect', () => {
          connection.off('error', done);
          done(null, { connection });
        });
      };
      try {
        await createTransport({ ...options, getSocket }).sendMail(mailOf(message));
        return undefined;
      } catch (error) {
        return whyOf(error);
      }
    },
  };
}

/** What is wrong with the way there, not with a message: what is said of it holds no recipient's address. */
const ON_THE_WAY: readonly string[] = ['ESOCKET', 'ETLS', 'ECONNECTION', 'EDNS', 'ETIMEDOUT'];

/** A lasting refusal of the recipient or of the text; of a password or a sender it is for the operator to correct. */
const OF_THE_MESSAGE: readonly string[] = ['RCPT TO', 'DATA'];

/** Codes only where a server has answered: what it says of a refusal has the address in it. */
function whyOf(error: unknown): NotSent {
  const { code = 'unknown', responseCode, command = '', message } = error as SmtpError;
  if (responseCode !== undefined) {
    const why = `the mail server responded with ${responseCode} (${code})`;
    return responseCode >= 500 && OF_THE_MESSAGE.includes(command) ? { refused: why } : why;
  }
  const said = ON_THE_WAY.includes(code) ? `: ${message.replaceAll(/\s+/g, ' ').slice(0, 200)}` : '';
  return `the connection to the mail server failed (${code}${said})`;
}

/** As nodemailer throws it. */
type SmtpError = Error & {
  readonly code?: string;
  readonly responseCode?: number;
  readonly command?: string;
};

/** Letters by mail, through nodemailer, which is loaded when there is mail to send. */
import type { Letter, Post } from '../ports/outbox.js';
import { isLoopback } from './addresses.js';
import type { SmtpSettings } from './settings.js';
import { subjectOf, textOf } from './wording.js';

/** Of each step of a conversation. */
const PATIENCE_MS = 8_000;

export async function smtpPost(settings: SmtpSettings): Promise<Post> {
  const { createTransport } = await import('nodemailer');
  const { host, port, isTls, user, password, from, page } = settings;
  const transport = createTransport({
    ...{ host, port, secure: isTls },
    ...(user !== undefined && password !== undefined && { auth: { user, pass: password.reveal() } }),
    // In the clear to this machine alone, where there is nothing on the way that could listen.
    ...(isLoopback(host) ? { ignoreTLS: true } : { requireTLS: true }),
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    ...{ connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const mailOf = (letter: Letter) => ({
    from,
    to: { name: '', address: letter.to },
    subject: subjectOf(letter),
    text: textOf(letter, page),
    messageId: `<${letter.id}@${domain}>`,
    date: new Date(letter.createdAt),
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  return {
    send: async (letter) => {
      try {
        await transport.sendMail(mailOf(letter));
        return undefined;
      } catch (error) {
        return whyOf(error);
      }
    },
  };
}

/** Codes only: what servers say of a refusal has the address in it. */
function whyOf(error: unknown): string {
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  return responseCode === undefined
    ? `the mail server could not be talked to (${code ?? 'unknown'})`
    : `the mail server answered ${responseCode} (${code ?? 'unknown'})`;
}

/**
 * Messages as stored in the outbox: sealed to the store, because they hold sign-in credentials, and under a MAC,
 * so that a writer of the database can neither read one nor have another one sent.
 */
import { base62, Secret } from '../../domain/secret.js';
import { NEVER } from '../../domain/time.js';
import type { Message, MessageContent } from '../../ports/outbox.js';
import type { Keyring } from '../keyring.js';
import { isSameMac } from '../rows.js';
import type { CredentialRow, MessageRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';

export interface NewMessage extends MessageContent, Pick<Message, 'kind' | 'to' | 'token' | 'environment'> {}

/** Puts it into the outbox with the invitation or link that it is about; where no server sends messages, does nothing. */
export async function writeMessage(
  work: UnitOfWork,
  credential: CredentialRow,
  { token, ...message }: NewMessage,
): Promise<void> {
  if (work.hasPost !== true) return;
  const content = new Secret(JSON.stringify({ ...message, token: token.reveal() }));
  const row = {
    id: `us_msg_${base62(16, work.entropy)}`,
    credential_id: credential.id,
    sealed: await work.sealing.seal(content, work.keyring.identity.recipient),
    created_at: work.now,
    expires_at: credential.expires_at ?? NEVER,
  };
  const row_mac = work.keyring.rowMac(rowText(row));
  await work.tx.outbox.put({ ...row, row_mac, attempts: 0, due_at: work.now });
}

type Opening = Pick<UnitOfWork, 'keyring' | 'sealing'>;

/** Undefined for a row that the store did not write. */
export async function openMessage(
  { keyring, sealing }: Opening,
  row: MessageRow,
): Promise<Message | undefined> {
  const content = isGenuineMessage(keyring, row)
    ? await sealing.open(row.sealed, keyring.identity)
    : undefined;
  if (content === undefined) return undefined;
  const { token, ...message } = JSON.parse(content.reveal()) as Omit<NewMessage, 'token'> & {
    readonly token: string;
  };
  const { id, created_at: createdAt, expires_at: expiresAt } = row;
  return { ...message, id, createdAt, expiresAt, token: new Secret(token) };
}

export const isGenuineMessage = (keyring: Keyring, row: MessageRow): boolean =>
  isSameMac(row.row_mac, keyring.rowMac(rowText(row)));

/** When it is due and how often it was taken is not covered: taking one rewrites nothing else. */
const rowText = (row: Omit<MessageRow, 'row_mac' | 'attempts' | 'due_at'>): string =>
  JSON.stringify(['letter', row.id, row.credential_id, row.sealed, row.created_at, row.expires_at]);

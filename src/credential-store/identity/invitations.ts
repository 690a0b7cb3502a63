/**
 * Manages invitations: how a declared person sets a password of their own. The token is shown once, to the person who
 * invites, who passes it on unless it is mailed; it is good for one password, for a week, and until the person is let go.
 */
import { type DeclarationOf, declarationDigest } from '../../domain/objects.js';
import { ok, type Result } from '../../domain/result.js';
import { linkIdOf, mintLinkToken, type Secret } from '../../domain/secret.js';
import { DAY_MS } from '../../domain/time.js';
import { isActive } from '../../domain/users.js';
import type { Invitation, Shown } from '../../ports/identity.js';
import { appliedAfter } from '../applied.js';
import { saveObject } from '../key-repository.js';
import { writeMessage } from '../outbox/messages.js';
import { declarationOf, declarationText, isSameMac } from '../rows.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { emitPersonalKeyChanges } from '../users.js';
import {
  actingAs,
  changeCredential,
  endAllOf,
  endSignedIn,
  findCredential,
  hasEnded,
  idOf,
  insertCredential,
  liveHolder,
  type Reading,
} from './credentials.js';
import { chainMaybe, type Maybe, NOTHING } from './maybe.js';
import { unauthenticated } from './sessions.js';

const GOOD_FOR_MS = 7 * DAY_MS;

/** A new invitation; earlier ones end. */
export async function makeInvitation(
  work: UnitOfWork,
  person: ObjectRow,
): Promise<Result<Shown<Invitation>>> {
  const ended = await endAllOf(work, person.id, { kind: 'invitation', action: 'invitation.replaced' });
  if (!ended.ok) return ended;
  const { id: publicId, token } = mintLinkToken(work.entropy);
  const expiresAt = work.now + GOOD_FOR_MS;
  const row = await insertCredential(
    work,
    { kind: 'invitation', publicId, holder: person, proof: work.keyring.tokenMac(token), expiresAt },
    { action: 'invitation.created', detail: { expiresAt } },
  );
  if (!row.ok) return row;
  const { email } = (declarationOf(person) as DeclarationOf<'User'>).spec;
  await writeMessage(work, row.value, { kind: 'invitation', to: email, token, environment: undefined });
  return ok({ shown: { id: row.value.id, email, expiresAt }, token });
}

/** The invitation that a token is of, while it is good. */
export async function goodInvitation(reading: Reading, token: Secret): Promise<Maybe<CredentialRow>> {
  const id = linkIdOf(token.reveal());
  if (id === undefined) return NOTHING;
  return chainMaybe(await findCredential(reading, idOf('invitation', id)), (row) => {
    const isGood = isSameMac(row.proof ?? '', reading.keyring.tokenMac(token)) && isOpen(row, reading);
    return ok(isGood ? row : undefined);
  });
}

/** Marks it used: the invited person becomes active, if they were not. Returns them. */
export async function spendInvitation(work: UnitOfWork, row: CredentialRow): Promise<Result<ObjectRow>> {
  const person = await liveHolder(work, row, 'User');
  if (!person.ok) return person;
  if (person.value === undefined) return unauthenticated();
  const acting = actingAs(work, person.value);
  const entry = { action: 'invitation.accepted', detail: {} };
  const spent = await changeCredential(acting, { ...row, spent_at: work.now }, entry);
  if (!spent.ok) return spent;
  // They were invited again: earlier credentials and the password are no longer accepted.
  const ended = await endSignedIn(acting, person.value.id);
  if (!ended.ok) return ended;
  const passwords = await endAllOf(acting, person.value.id, {
    kind: 'password',
    action: 'password.replaced',
  });
  return passwords.ok ? activated(acting, person.value) : passwords;
}

const isOpen = (row: CredentialRow, { now }: Pick<Reading, 'now'>): boolean =>
  row.spent_at === null && !hasEnded(row, now);

/** An invitation ends when a person is removed, so a person with an open one is meant to sign in. */
async function activated(work: UnitOfWork, row: ObjectRow): Promise<Result<ObjectRow>> {
  const person = declarationOf(row) as DeclarationOf<'User'>;
  if (isActive(person.spec)) return ok(row);
  const declaration = { ...person, spec: { ...person.spec, status: 'active' as const } };
  const digest = declarationDigest(declaration);
  const text = declarationText(declaration);
  const next = { ...row, declaration: text, digest, ...appliedAfter(work, row, text) };
  const saved = await saveObject(work, next, {
    action: 'object.updated',
    detail: { digest, previousDigest: row.digest },
  });
  if (!saved.ok) return saved;
  const emitted = await emitPersonalKeyChanges(work, row, next);
  return emitted.ok ? ok(next) : emitted;
}

/** How people come to have a password: by invitation, by their own hand, or by an owner's. */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { personOf } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import type { By, CallContext, Invitation, Shown } from '../../ports/identity.js';
import { knownPerson, mayLetIn } from '../admin/users.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import { actingAs, endSignedIn, type Reading } from './credentials.js';
import { sourceOf } from './exchange.js';
import type { Identity } from './identity.js';
import { goodInvitation, makeInvitation, spendInvitation } from './invitations.js';
import { guess, hashed, passwordOf, replacePassword } from './passwords.js';
import { type Granted, startSession, unauthenticated } from './sessions.js';

/** The holder of the invitation can set a password, so a caller may not invite a person who may do more than they. */
export const invite = (identity: Identity, name: string, by: By): Promise<Result<Shown<Invitation>>> =>
  identity.act(by, async (work, caller) => {
    const person = await knownPerson(work, name);
    if (!person.ok) return person;
    const allowed = await mayLetIn(work, person.value, caller);
    return allowed.ok ? makeInvitation(work, person.value) : allowed;
  });

/** Without a password, the session stands on the invitation itself. */
export async function acceptInvitation(
  identity: Identity,
  { token, password }: { readonly token: Secret; readonly password: Secret | undefined },
  context: CallContext,
): Promise<Result<Granted>> {
  const known = await identity.read((reading) => goodInvitation(reading, token));
  if (!known.ok) return known;
  if (known.value === undefined) return unauthenticated();
  const hash = password === undefined ? ok(undefined) : await hashed(identity.hasher, password, identity);
  if (!hash.ok) return hash;
  return identity.write({ actor: 'invited', path: context.path }, async (work) => {
    // Another request may have used it meanwhile.
    const invitation = await goodInvitation(work, token);
    if (!invitation.ok) return invitation;
    if (invitation.value === undefined) return unauthenticated();
    const person = await spendInvitation(work, invitation.value);
    if (!person.ok) return person;
    const row =
      hash.value === undefined
        ? ok(invitation.value)
        : await replacePassword(actingAs(work, person.value), person.value, hash.value);
    if (!row.ok) return row;
    const account = person.value.alias ?? person.value.id;
    identity.throttle.know({ account, source: context.source ?? '' });
    const detail = { by: 'invitation', ...sourceOf(context) };
    return startSession(work, { holder: person.value, parentId: row.value.id, detail });
  });
}

export interface NewPassword {
  readonly person: string;
  readonly current?: Secret;
  readonly next: Secret;
}

/**
 * Their own, with the present one; any person's for owners, which ends all that the person was signed in by before. What was
 * proven is looked at again where it has its effect.
 */
export async function setPassword(identity: Identity, change: NewPassword, by: By): Promise<Result<void>> {
  const proven = await identity.read((reading) => presentPassword(reading, change.person, by));
  if (!proven.ok) return proven;
  const { person, isOwn, present } = proven.value;
  const right = isOwn
    ? await provePresent(identity, { ...proven.value, current: change.current }, by)
    : ok(undefined);
  if (!right.ok) return right;
  const hash = await hashed(identity.hasher, change.next, identity);
  if (!hash.ok) return hash;
  return identity.act(by, async (work, { principal }) => {
    const still = await presentPassword(work, person.id, { ...by, principal });
    if (!still.ok) return still;
    if (!still.value.isOwn) {
      const allowed = authorize(principal, 'users:write', { kind: 'person', isOwner: true });
      if (!allowed.ok) return allowed;
    } else if (still.value.present?.id !== present?.id) return fail(CHANGED);
    const row = await replacePassword(work, person, hash.value);
    if (!row.ok) return row;
    return isOwn
      ? endSignedIn(work, person.id, { kinds: ['session'], except: principal.credential.id })
      : endSignedIn(work, person.id);
  });
}

const CHANGED = fault('conflict', 'the password was changed meanwhile; sign in again');

interface PresentPassword {
  readonly person: ObjectRow;
  readonly present: CredentialRow | undefined;
  /** It is the caller's. The root token is not enough for that: it may be in other hands than the person's. */
  readonly isOwn: boolean;
}

async function presentPassword(
  reading: Reading,
  name: string,
  { principal }: By,
): Promise<Result<PresentPassword>> {
  const person = await knownPerson(reading, name);
  if (!person.ok) return person;
  const present = await passwordOf(reading, person.value);
  if (!present.ok) return present;
  const isOwn = principal.kind !== 'root' && personOf(principal)?.id === person.value.id;
  return ok({ person: person.value, present: present.value, isOwn });
}

/** With the present one, so that a session left open is not enough. */
async function provePresent(
  identity: Identity,
  { person, present, current }: PresentPassword & { readonly current: Secret | undefined },
  { context }: By,
): Promise<Result<void>> {
  if (present === undefined) return ok(undefined);
  const refused = fail(
    fault('forbidden', 'the current password is incorrect; provide the current password to set a new one'),
  );
  if (current === undefined) return refused;
  const attempt = { account: person.alias ?? person.id, source: context.source ?? '' };
  const guessed = await guess(identity, { attempt, hash: present.proof ?? '', password: current });
  if (!guessed.ok) return guessed;
  return guessed.value.isRight ? ok(undefined) : refused;
}

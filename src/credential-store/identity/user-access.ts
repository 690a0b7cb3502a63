/** How people come to have a password: by invitation, by their own hand, or by an owner's. */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import type { DeclarationOf } from '../../domain/objects.js';
import { personOf } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { isOwnerRole } from '../../domain/roles.js';
import type { Secret } from '../../domain/secret.js';
import type { By, CallContext, Invitation, Shown } from '../../ports/identity.js';
import { personOwner } from '../effective-permissions.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import { actingAs, type Reading } from './credentials.js';
import { sourceOf } from './exchange.js';
import { callerBy, type Identity } from './identity.js';
import { goodInvitation, makeInvitation, spendInvitation } from './invitations.js';
import { findPerson, guess, hashed, passwordOf, replacePassword } from './passwords.js';
import { type Granted, startSession, unauthenticated } from './sessions.js';

/** Whoever has the invitation can set a password, so nobody invites somebody who may do more than they. */
export const invite = (identity: Identity, name: string, by: By): Promise<Result<Shown<Invitation>>> =>
  identity.write(callerBy(by), async (work) => {
    const person = await knownPerson(work, name);
    if (!person.ok) return person;
    const standing = await personOwner(work, person.value.id);
    if (!standing.ok) return standing;
    const target = {
      kind: 'person',
      isOwner: hasOwnerRole(person.value),
      confers: standing.value.permissions,
    } as const;
    const allowed = authorize(by.principal, 'users:write', target);
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
    // Meanwhile somebody else may have used it.
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

export async function setPassword(identity: Identity, change: NewPassword, by: By): Promise<Result<void>> {
  const person = await identity.read((reading) => knownPerson(reading, change.person));
  if (!person.ok) return person;
  const allowed = await mayChange(identity, { person: person.value, current: change.current }, by);
  if (!allowed.ok) return allowed;
  const hash = await hashed(identity.hasher, change.next, identity);
  if (!hash.ok) return hash;
  return identity.write(callerBy(by), async (work) => {
    const still = await knownPerson(work, person.value.id);
    if (!still.ok) return still;
    const row = await replacePassword(work, still.value, hash.value);
    return row.ok ? ok(undefined) : row;
  });
}

interface Change {
  readonly person: ObjectRow;
  readonly current: Secret | undefined;
}

/** Their own with the present one, so that a session left open is not enough; anybody's for owners. */
async function mayChange(identity: Identity, { person, current }: Change, by: By): Promise<Result<void>> {
  const { principal } = by;
  if (principal.kind === 'root' || personOf(principal)?.id !== person.id)
    return authorize(principal, 'users:write', { kind: 'person', isOwner: true });
  const row = await identity.read((reading) => passwordOf(reading, person));
  if (!row.ok) return row;
  if (row.value === undefined) return ok(undefined);
  const refused = fail(
    fault('forbidden', 'the current password is incorrect; provide the current password to set a new one'),
  );
  if (current === undefined) return refused;
  const attempt = { account: person.alias ?? person.id, source: by.context.source ?? '' };
  const guessed = await guess(identity, { attempt, hash: row.value.proof ?? '', password: current });
  if (!guessed.ok) return guessed;
  return guessed.value.isRight ? ok(undefined) : refused;
}

async function knownPerson(reading: Reading, name: string): Promise<Result<ObjectRow>> {
  const person = await findPerson(reading, name);
  if (!person.ok) return person;
  if (person.value !== undefined) return ok(person.value);
  return fail(fault('not_found', `there is no User/${name}`));
}

const hasOwnerRole = (row: ObjectRow): boolean =>
  ((declarationOf(row) as DeclarationOf<'User'>).spec.roles ?? []).some(isOwnerRole);

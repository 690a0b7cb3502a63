/**
 * Lists and ends what a person is signed in by: valid sessions and personal access tokens. People see and end
 * their own; those who look after people, guests or keys, those of others. An ending is for good and at once.
 */
import { authorize, type Target } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { type ObjectRef, refText } from '../../domain/objects.js';
import { END_EARLY } from '../../domain/permissions.js';
import type { ParentKind, Principal } from '../../domain/principal.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { isActiveOwner } from '../../domain/users.js';
import type { EndedSignIns, SignIn } from '../../ports/sign-ins.js';
import { mayActOnKey } from '../authorization.js';
import { genuine } from '../key-repository.js';
import { findReferred } from '../references.js';
import { declarationOf, refOfRow } from '../rows.js';
import type { CredentialRow, ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { endCredential, findCredential, genuineCredential, hasEnded, isIdle } from './credentials.js';
import { replaceSigningKey } from './signing-keys.js';

const KINDS = ['session', 'personal'] as const;

/** Oldest first. `of` absent: the caller's own. `not_found`, `forbidden`. */
export async function signInsOf(
  work: UnitOfWork,
  of: ObjectRef | undefined,
): Promise<Result<readonly SignIn[]>> {
  const holder = await holderOf(work, of);
  if (!holder.ok) return holder;
  const rows = await openRows(work, holder.value);
  if (!rows.ok) return rows;
  const shown: SignIn[] = [];
  for (const row of rows.value) shown.push(await signInOf(work, row, holder.value));
  return ok(shown);
}

/** Of one of them by its id, or of all that a person has but the one that the caller uses. Returns how many ended. */
export async function endSignIns(work: UnitOfWork, { id, of }: EndedSignIns): Promise<Result<number>> {
  if (id !== undefined) return endOne(work, id);
  const holder = await holderOf(work, of);
  if (!holder.ok) return holder;
  const rows = await openRows(work, holder.value);
  if (!rows.ok) return rows;
  const ending = rows.value.filter((row) => !isInUse(work, row));
  for (const row of ending) {
    const ended = await endCredential(work, row, ACTIONS[row.kind as (typeof KINDS)[number]]);
    if (!ended.ok) return ended;
  }
  return ok(ending.length);
}

const ACTIONS = { session: 'session.ended', personal: 'token.revoked' } as const;

/**
 * In an emergency: whatever was signed before is refused from now on, everywhere, and every person has to sign in again.
 */
export async function replaceSigningKeysAtOnce(work: UnitOfWork): Promise<Result<void>> {
  const { principal } = work;
  const allowed = principal ? authorize(principal, 'tokens:write', { kind: 'owners' }) : ok(undefined);
  const replaced = allowed.ok ? await replaceSigningKey(work, { immediately: true }) : allowed;
  return replaced.ok ? ok(undefined) : replaced;
}

async function endOne(work: UnitOfWork, id: string): Promise<Result<number>> {
  const absent = fail(fault('not_found', `there is no session or token ${JSON.stringify(id)}`));
  const row = await findCredential(work, id);
  if (!row.ok) return row;
  const holder = row.value && (await work.tx.objects.byId(row.value.holder_id));
  const isOne = row.value !== undefined && KINDS.some((kind) => kind === row.value?.kind);
  if (row.value === undefined || holder === undefined || !isOne || hasEnded(row.value, work.now))
    return absent;
  const checked = genuine(work, holder);
  if (!checked.ok) return checked;
  const allowed = await mayLookAfter(work, holder);
  // A caller who may not end it does not learn whose it is.
  if (!allowed.ok) return absent;
  const ended = await endCredential(work, row.value, ACTIONS[row.value.kind as (typeof KINDS)[number]]);
  return ended.ok ? ok(1) : ended;
}

async function holderOf(work: UnitOfWork, of: ObjectRef | undefined): Promise<Result<ObjectRow>> {
  const { principal } = work;
  if (of === undefined && principal === undefined)
    return fail(
      fault('bad_request', 'name a user, a guest or a key; a local store has no caller of its own'),
    );
  const row =
    of === undefined ? await work.tx.objects.byId(principal?.id ?? '') : await findReferred(work.tx, of);
  if (row === undefined)
    return fail(fault('not_found', `there is no ${of === undefined ? 'caller' : refText(of)}`));
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const allowed = await mayLookAfter(work, row);
  return allowed.ok ? checked : allowed;
}

/** Their own, or of those whom the caller looks after. `forbidden`. */
async function mayLookAfter(work: UnitOfWork, row: ObjectRow): Promise<Result<void>> {
  const { principal } = work;
  if (principal === undefined || isOwn(principal, row)) return ok(undefined);
  if (row.kind === 'ApiKey') return mayActOnKey(work, row, { action: END_EARLY });
  const [action, target] = careFor(row);
  return authorize(principal, action, target);
}

/** A publishable key is public, and what browsers do by it is no business of one another. */
const isOwn = (principal: Principal, { id }: ObjectRow): boolean =>
  principal.id === id &&
  principal.kind !== 'client' &&
  !(principal.kind === 'key' && principal.type === 'publishable');

function careFor(row: ObjectRow): readonly [string, Target] {
  const declaration = declarationOf(row);
  if (declaration.kind === 'Guest')
    return ['guests:write', { kind: 'guest', environment: declaration.spec.environment, id: row.id }];
  const isOwner = declaration.kind === 'User' && isActiveOwner(declaration.spec);
  return ['users:write', { kind: 'person', isOwner }];
}

async function openRows(work: UnitOfWork, holder: ObjectRow): Promise<Result<readonly CredentialRow[]>> {
  const open: CredentialRow[] = [];
  for (const kind of KINDS)
    for (const row of await work.tx.credentials.of(holder.id, kind)) {
      const checked = genuineCredential(work, row);
      if (!checked.ok) return checked;
      if (!hasEnded(row, work.now) && !isIdle(row, work.now)) open.push(row);
    }
  return ok(open.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1)));
}

const isInUse = ({ principal }: UnitOfWork, { id }: CredentialRow): boolean =>
  principal?.credential.id === id;

async function signInOf(work: UnitOfWork, row: CredentialRow, holder: ObjectRow): Promise<SignIn> {
  const parent = row.parent_id === null ? undefined : await work.tx.credentials.byId(row.parent_id);
  const by = row.kind === 'session' ? ((parent?.kind ?? 'key') as ParentKind) : undefined;
  return {
    id: row.id,
    kind: row.kind === 'session' ? 'session' : 'personal-access-token',
    of: refOfRow(holder),
    ...(row.name !== null && { name: row.name }),
    ...(by !== undefined && { by }),
    createdAt: row.created_at,
    ...(row.last_used_at !== null && { lastUsedAt: row.last_used_at }),
    ...(row.expires_at !== null && { expiresAt: row.expires_at }),
    isCurrent: isInUse(work, row),
  };
}

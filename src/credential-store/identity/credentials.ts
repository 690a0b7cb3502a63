/**
 * Rows of credentials: made, checked against their MACs, used up and ended, each with its audit entry. A secret
 * is kept as a MAC, so that a reader of the database cannot sign in with it.
 */
import { kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import { refText } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { base62 } from '../../domain/secret.js';
import { DAY_MS, type DurationMs, type Instant } from '../../domain/time.js';
import { record } from '../audit-log.js';
import { genuine } from '../key-repository.js';
import type { Keyring } from '../keyring.js';
import { isSameMac, refOfRow, tampered } from '../rows.js';
import type { CredentialRow, ObjectRow, Transaction } from '../storage-port.js';
import type { Entry, UnitOfWork } from '../unit-of-work.js';

/** What public ids begin with, by kind. */
const ID_PREFIXES = {
  root: 'us_root',
  personal: 'us_pat',
  session: 'us_ses',
  password: 'us_pwd',
  invitation: 'us_inv',
  magic_link: 'us_link',
  shared_link: 'us_link',
} as const;

export type CredentialRowKind = keyof typeof ID_PREFIXES;

export const CREDENTIAL_KINDS = Object.keys(ID_PREFIXES) as readonly CredentialRowKind[];

/** The same work in the name of the person signing in: that is known only once they have proven who they are. */
export const actingAs = (work: UnitOfWork, holder: ObjectRow): UnitOfWork => ({
  ...work,
  caller: { ...work.caller, actor: refText(refOfRow(holder)) },
});

/** What identity reads by; a whole `Work` will do. */
export interface Reading {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly now: Instant;
}

export const idOf = (kind: CredentialRowKind, publicId: string): string => `${ID_PREFIXES[kind]}_${publicId}`;

export const newPublicId = (work: Pick<UnitOfWork, 'entropy'>): string => base62(12, work.entropy);

export interface NewCredential {
  readonly kind: CredentialRowKind;
  readonly publicId: string;
  readonly holder: ObjectRow;
  readonly parentId?: string;
  readonly name?: string;
  readonly proof?: string;
  readonly expiresAt?: Instant | undefined;
}

/** Writes it with its entry. */
export async function insertCredential(
  work: UnitOfWork,
  made: NewCredential,
  entry: Entry,
): Promise<Result<CredentialRow>> {
  const row = signCredential(
    {
      id: idOf(made.kind, made.publicId),
      kind: made.kind,
      holder_id: made.holder.id,
      parent_id: made.parentId ?? null,
      name: made.name ?? null,
      proof: made.proof ?? null,
      created_at: work.now,
      expires_at: made.expiresAt ?? null,
      spent_at: null,
      ended_at: null,
      space_id: null,
      last_used_at: null,
    },
    work.keyring,
  );
  const recorded = await recordOf(work, row, entry);
  if (!recorded.ok) return recorded;
  await work.tx.credentials.insert(row);
  return ok(row);
}

/** Changes its ends, or what it is confined to, with an entry. */
export async function changeCredential(
  work: UnitOfWork,
  row: CredentialRow,
  entry: Entry,
): Promise<Result<CredentialRow>> {
  const signed = signCredential(row, work.keyring);
  const recorded = await recordOf(work, row, entry);
  if (!recorded.ok) return recorded;
  await work.tx.credentials.update(signed);
  return ok(signed);
}

/** For good; one that ended before stays as it is. */
export async function endCredential(
  work: UnitOfWork,
  row: CredentialRow,
  action: string,
): Promise<Result<void>> {
  if (row.ended_at !== null) return ok(undefined);
  const ended = await changeCredential(work, { ...row, ended_at: work.now }, { action, detail: {} });
  return ended.ok ? ok(undefined) : ended;
}

/** Ends all of a kind that a holder has. */
export async function endAllOf(
  work: UnitOfWork,
  holderId: string,
  {
    kind,
    action,
    except,
  }: { readonly kind: CredentialRowKind; readonly action: string; readonly except?: string },
): Promise<Result<void>> {
  for (const row of await work.tx.credentials.of(holderId, kind)) {
    if (hasEnded(row, work.now) || row.spent_at !== null || row.id === except) continue;
    const checked = genuineCredential(work, row);
    if (!checked.ok) return checked;
    const ended = await endCredential(work, checked.value, action);
    if (!ended.ok) return ended;
  }
  return ok(undefined);
}

/** Credentials that a person proved earlier: they end once another person decides how this one signs in. */
const SIGNED_IN = [
  { kind: 'session', action: 'session.ended' },
  { kind: 'personal', action: 'token.revoked' },
  { kind: 'invitation', action: 'invitation.ended' },
] as const;

/**
 * Ends what a person is signed in by, so that what was there before a reset, a deactivation or another invitation is dead for
 * good. `except`: this one stays valid.
 */
export async function endSignedIn(
  work: UnitOfWork,
  holderId: string,
  { except, kinds }: { readonly except?: string; readonly kinds?: readonly CredentialRowKind[] } = {},
): Promise<Result<void>> {
  for (const { kind, action } of SIGNED_IN) {
    if (kinds?.includes(kind) === false) continue;
    const ended = await endAllOf(work, holderId, { kind, action, ...(except !== undefined && { except }) });
    if (!ended.ok) return ended;
  }
  return ok(undefined);
}

/** The row of that id; undefined where it does not exist, `store_tampered` where it does not match its MAC. */
export async function findCredential(
  reading: Reading,
  id: string,
): Promise<Result<CredentialRow | undefined>> {
  const row = await reading.tx.credentials.byId(id);
  return row === undefined ? ok(undefined) : genuineCredential(reading, row);
}

export const genuineCredential = (
  { keyring }: Pick<Reading, 'keyring'>,
  row: CredentialRow,
): Result<CredentialRow> =>
  isSameMac(row.row_mac, keyring.rowMac(credentialText(row)))
    ? ok(row)
    : fail(tampered('credential', row.id));

/** The live object that holds it; undefined once it is a tombstone. */
export async function liveHolder(
  reading: Reading,
  { holder_id }: Pick<CredentialRow, 'holder_id'>,
  kind: ObjectKind,
): Promise<Result<ObjectRow | undefined>> {
  const row = await reading.tx.objects.byId(holder_id);
  if (row === undefined || row.kind !== kindOf(kind).name) return ok(undefined);
  const checked = genuine(reading, row);
  if (!checked.ok) return checked;
  return ok(row.removed_at === null ? row : undefined);
}

export const hasEnded = (row: CredentialRow, now: Instant): boolean =>
  row.ended_at !== null || (row.expires_at !== null && row.expires_at <= now);

/** A session unused for so long is over: the person has left it open. */
const SESSION_IDLE_MS: DurationMs = 7 * DAY_MS;

export const isIdle = ({ kind, created_at, last_used_at }: CredentialRow, now: Instant): boolean =>
  kind === 'session' && Math.max(created_at, last_used_at ?? 0) + SESSION_IDLE_MS <= now;

const signCredential = (row: Omit<CredentialRow, 'row_mac'>, keyring: Keyring): CredentialRow => ({
  ...row,
  row_mac: keyring.rowMac(credentialText(row)),
});

const credentialText = (row: Omit<CredentialRow, 'row_mac'>): string =>
  JSON.stringify([
    'credential',
    row.id,
    row.kind,
    row.holder_id,
    row.parent_id,
    row.name,
    row.proof,
    row.created_at,
    row.expires_at,
    row.spent_at,
    row.ended_at,
    row.space_id,
  ]);

/**
 * An entry about a credential, with whose it is. It does not concern the object: logging in changes no key, and
 * those who follow the feed of changes have nothing to do.
 */
export async function recordOf(
  work: UnitOfWork,
  { id, holder_id }: Pick<CredentialRow, 'id' | 'holder_id'>,
  { action, detail }: Entry,
): Promise<Result<number>> {
  const holder = await work.tx.objects.byId(holder_id);
  const whose = holder === undefined ? {} : { holder: refText(refOfRow(holder)) };
  return record(
    work,
    { kind: 'Credential', name: id },
    { action, detail: { ...detail, ...whose, holderId: holder_id } },
  );
}

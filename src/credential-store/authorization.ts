/**
 * Decides whether the caller may have an effect: of the objects as they are in the transaction of the effect, by
 * their ids, and by whichever port the call came (docs/adr/0027). What hands out a secret or lets it act longer confers
 * what it may do, so the caller needs that too. The operator of the store is not checked.
 */
import { authorize, type Target } from '../domain/access.js';
import { authorizeApply, reachesOwners, refuseReserved, reservedFor } from '../domain/apply-rights.js';
import { mayConfer } from '../domain/conferral.js';
import { fault } from '../domain/errors.js';
import { keyLevel } from '../domain/kinds/api-key.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { type Declaration, type ObjectRef, refOf, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isOwnerRole } from '../domain/roles.js';
import type { Mutation, Request } from '../ports/live-store.js';
import { conferredBy, conferredByKey } from './conferred.js';
import { findLive, genuine } from './key-repository.js';
import { findReferred } from './references.js';
import { declarationOf, refOfRow } from './rows.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

/** What a caller needs for an act on a key, by the account's own word for it. */
export interface KeyAct {
  readonly action: string;
  /** It hands out the secret, or lets it act for longer. */
  readonly isConferring?: boolean;
}

/** `forbidden`, or `not_found` for a key that the caller may not know of. The row may be a tombstone. */
export async function mayActOnKey(
  work: UnitOfWork,
  row: ObjectRow,
  { action, isConferring = false }: KeyAct,
): Promise<Result<void>> {
  const { principal } = work;
  if (principal === undefined) return ok(undefined);
  const { spec } = declarationOf(row) as { readonly spec: ApiKeySpec };
  const confers = isConferring ? await conferredByKey(work, spec, row.owner_id) : ok([]);
  if (!confers.ok) return confers;
  const target = keyTarget(row, confers.value);
  const allowed = authorize(principal, action, target);
  return allowed.ok || isKnown(work, target) ? allowed : fail(absent(refOfRow(row)));
}

function keyTarget(row: ObjectRow, confers: readonly string[]): Target {
  const { spec } = declarationOf(row) as { readonly spec: ApiKeySpec };
  const { environment, owner } = spec;
  return { kind: 'key', environment, owner: keyLevel(owner, row.owner_id), confers };
}

function isKnown({ principal }: UnitOfWork, target: Target): boolean {
  if (principal === undefined) return true;
  return (
    authorize(principal, 'keys:read', target).ok || authorize(principal, 'plans:read', { kind: 'account' }).ok
  );
}

const absent = (ref: ObjectRef) => fault('not_found', `there is no ${refText(ref)}`);

/** What a request for a key's effect needs of the key, as the route of that name does. */
const KEY_ACTS = {
  requestRotation: { action: 'keys:rotate', isConferring: true },
  revoke: { action: 'keys:revoke' },
  acknowledge: { action: 'keys:rotate' },
  deactivate: { action: 'keys:write' },
  activate: { action: 'keys:write', isConferring: true },
} as const satisfies Record<string, KeyAct>;

/** What an apply does to a key anyway. Nothing automatic stops a key or resumes it. */
const BY_APPLYING: ReadonlySet<string> = new Set(['requestRotation', 'revoke', 'acknowledge']);

/** May the caller have what a person asks for? */
export async function mayRequest(work: UnitOfWork, request: Request): Promise<Result<void>> {
  if (work.principal === undefined) return ok(undefined);
  if (!isKeyRequest(request)) return mayApply(work, request);
  // Each key of the name is asked about where it is ended.
  if (request.kind === 'revoke') return ok(undefined);
  const row = await findLive(work, request.object);
  if (row === undefined) return fail(absent(request.object));
  const checked = genuine(work, row);
  return checked.ok ? mayDoToKey(work, row, request.kind) : checked;
}

const isKeyRequest = (request: Request): request is Extract<Request, { kind: keyof typeof KEY_ACTS }> =>
  request.kind in KEY_ACTS;

/** By the right over the key, or, where an apply does that to it anyway, by `plans:apply`. */
export async function mayDoToKey(
  work: UnitOfWork,
  row: ObjectRow,
  kind: keyof typeof KEY_ACTS,
): Promise<Result<void>> {
  const act: KeyAct = KEY_ACTS[kind];
  const allowed = await mayActOnKey(work, row, act);
  if (allowed.ok || !BY_APPLYING.has(kind)) return allowed;
  const applied = await mayApplyTo(work, { rows: [row], declarations: [], isConferring: act.isConferring });
  return applied.ok ? applied : allowed;
}

/** A secret key may be ended by the caller that presents it: a leaked one is best ended by its finder. A publishable one is public. */
export const isOwnToken = ({ principal }: UnitOfWork, tokenId: string | undefined): boolean =>
  principal?.kind === 'key' &&
  principal.type === 'secret' &&
  principal.credential.kind === 'key' &&
  principal.credential.id === tokenId;

/**
 * The secret of a key: for a caller that may apply what it declares, since a sink of theirs would have it too; and for those
 * whose key it is. What came with the store administrators reveal (contract.md, fine print 4).
 */
export async function mayClaim(work: UnitOfWork, row: ObjectRow): Promise<Result<void>> {
  if (work.principal === undefined) return ok(undefined);
  const { spec } = declarationOf(row) as { readonly spec: ApiKeySpec };
  const isOfPeople = (spec.owner.team ?? spec.owner.user) !== undefined;
  const own = await mayActOnKey(work, row, { action: 'keys:write', isConferring: true });
  if (own.ok && isOfPeople) return own;
  // A publishable key is good for nothing by itself.
  const isConferring = row.key_type !== 'publishable';
  const came = row.origin === 'system' ? await mayReveal(work, { spec, isConferring }) : undefined;
  const applied = came ?? (await mayApplyTo(work, { rows: [row], declarations: [], isConferring }));
  return applied.ok || own.ok || own.error.code === 'forbidden' ? applied : own;
}

async function mayReveal(
  work: UnitOfWork,
  { spec, isConferring }: { readonly spec: ApiKeySpec; readonly isConferring: boolean },
): Promise<Result<void>> {
  const { principal } = work;
  if (principal === undefined) return ok(undefined);
  const may = authorizeApply(principal);
  if (!may.ok || !isConferring) return may;
  const confers = await conferredByKey(work, spec, null);
  return confers.ok ? mayConfer(principal, confers.value) : confers;
}

/** May the caller have this effect of a reconciler? */
export const mayMutate = (work: UnitOfWork, mutation: Mutation): Promise<Result<void>> =>
  mayApply(work, mutation);

type Change = Mutation | Exclude<Request, { kind: keyof typeof KEY_ACTS }>;

async function mayApply(work: UnitOfWork, change: Change): Promise<Result<void>> {
  const { principal } = work;
  if (principal === undefined) return ok(undefined);
  const may = authorizeApply(principal);
  if (!may.ok) return may;
  const rows: ObjectRow[] = [];
  for (const ref of touched(change)) {
    const row = await findLive(work, ref);
    if (row === undefined) continue;
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
    rows.push(row);
  }
  const declarations = 'declaration' in change ? [change.declaration] : [];
  return mayApplyTo(work, { rows, declarations, isConferring: change.kind === 'issue' });
}

/** Objects as they are now that an effect changes. */
function touched(change: Change): readonly ObjectRef[] {
  if (!('declaration' in change)) return [change.object];
  const former = 'former' in change ? change.former : undefined;
  return former === undefined ? [refOf(change.declaration)] : [former, refOf(change.declaration)];
}

interface Applied {
  /** As they are. */
  readonly rows: readonly ObjectRow[];
  /** As they are to be. */
  readonly declarations: readonly Declaration[];
  /** A key's secret leaves, or it acts for longer. */
  readonly isConferring?: boolean | undefined;
}

async function mayApplyTo(
  work: UnitOfWork,
  { rows, declarations, isConferring }: Applied,
): Promise<Result<void>> {
  const { principal } = work;
  if (principal === undefined) return ok(undefined);
  const may = authorizeApply(principal);
  if (!may.ok) return may;
  const reserved = reachesOwners(principal) ? ok(undefined) : await reservedAmong(work, rows, declarations);
  if (!reserved.ok) return reserved;
  if (reserved.value !== undefined) return refuseReserved(reserved.value);
  const [before] = rows;
  for (const declaration of declarations) {
    const confers = await conferredBy(work, declaration, before);
    const allowed = confers.ok ? mayConfer(principal, confers.value) : confers;
    if (!allowed.ok) return allowed;
  }
  if (isConferring !== true || before?.kind !== 'ApiKey') return ok(undefined);
  const { spec } = declarationOf(before) as { readonly spec: ApiKeySpec };
  const confers = await conferredByKey(work, spec, before.owner_id);
  return confers.ok ? mayConfer(principal, confers.value) : confers;
}

/** The name of the first that is for owners to change; undefined when none is. */
async function reservedAmong(
  work: UnitOfWork,
  rows: readonly ObjectRow[],
  declarations: readonly Declaration[],
): Promise<Result<string | undefined>> {
  const all = [
    ...declarations.map((declaration) => ({ declaration, ownerId: undefined })),
    ...rows.map((row) => ({ declaration: declarationOf(row), ownerId: row.owner_id ?? undefined })),
  ];
  for (const { declaration, ownerId } of all) {
    const reserved = reservedFor(declaration);
    const name = refText(refOf(declaration));
    if (reserved === 'owners') return ok(name);
    if (reserved === 'administrators') continue;
    const owner = await isOwnerNamed(work, ownerId ?? reserved.person);
    if (!owner.ok) return owner;
    if (owner.value) return ok(name);
  }
  return ok(undefined);
}

/** Is the person of that name, address or id an owner of the account? */
async function isOwnerNamed(work: UnitOfWork, name: string): Promise<Result<boolean>> {
  const row = await findReferred(work.tx, { kind: 'User', name });
  if (row === undefined) return ok(false);
  const checked = genuine(work, row);
  if (!checked.ok) return checked;
  const declaration = declarationOf(row);
  return ok(declaration.kind === 'User' && (declaration.spec.roles ?? []).some(isOwnerRole));
}

/**
 * Manages keys manually: made with their secret, rotated with an overlap, given other rights or another end. Everything of one
 * request is one transaction, so a caller never has a key without its secret because the second half failed.
 */
import { fault } from '../../domain/errors.js';
import { ApiKey } from '../../domain/kinds/api-key.js';
import type { ApiKeySpec } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { declaredEnd, rotationPolicy, stateOf } from '../../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../../domain/live.js';
import { namingProblem, personalWords } from '../../domain/name-lint.js';
import { type DeclarationOf, type ObjectRef, refOf, refText } from '../../domain/objects.js';
import { END_EARLY } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { DurationMs, Instant } from '../../domain/time.js';
import type { IssuedKey, KeyChange, NewKey } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { reveal } from '../claim.js';
import { conferredByKey, conferredByKeyChange } from '../conferred.js';
import { manualCreate } from '../create.js';
import { findPerson } from '../identity/passwords.js';
import { issue } from '../issue.js';
import { requestRotation } from '../key-operations.js';
import { loadKey, type StoredKey } from '../key-repository.js';
import { manualUpdate } from '../manual-update.js';
import { holdApprovalOfKey } from '../project-guard.js';
import { promote } from '../promote.js';
import { revokeAll } from '../revoke.js';
import { declarationOf, refOfRow, versionFactsOf } from '../rows.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { mayDoToKey, refuseBroken } from './targets.js';

export async function createKey(work: UnitOfWork, key: NewKey, by: By): Promise<Result<IssuedKey>> {
  const owned = await ownedBySomebody(work, key);
  if (!owned.ok) return owned;
  const { declaration, ownerId } = owned.value;
  const { spec } = declaration;
  const allowed = mayDoToKey({ action: 'keys:write', spec, ownerId }, by);
  if (!allowed.ok) return allowed;
  const broken = refuseBroken(declaration);
  if (!broken.ok) return broken;
  const created = await manualCreate(work, { declaration });
  if (!created.ok) return created;
  const object = refOf(declaration);
  // What its owner lends it is known once it is there; one that gives too much has never been.
  const stored = await loadKey(work, object);
  if (!stored.ok) return stored;
  const modest = await mayGive(work, stored.value, { action: 'keys:write', by });
  return modest.ok ? issueNow(work, object, 1) : modest;
}

/** The declaration, and the person whose key it is to be. */
async function ownedBySomebody(
  work: UnitOfWork,
  { name, labels, spec }: NewKey,
): Promise<Result<{ readonly declaration: DeclarationOf<'ApiKey'>; readonly ownerId: string | null }>> {
  const { user } = spec.owner;
  const person = user === undefined ? ok(undefined) : await findPerson(work, user);
  if (!person.ok) return person;
  const owner = person.value === undefined ? spec.owner : { ...spec.owner, user: person.value.name };
  return ok({
    declaration: {
      kind: 'ApiKey',
      metadata: { name, ...(labels !== undefined && { labels }) },
      spec: normalForm<ApiKeySpec>(ApiKey.schema, { ...spec, owner }),
    },
    ownerId: person.value?.id ?? null,
  });
}

/** `forbidden` if the key may do what its creator may not. */
async function mayGive(
  work: UnitOfWork,
  { row, spec }: StoredKey,
  { action, by }: { readonly action: string; readonly by: By },
): Promise<Result<void>> {
  const confers = await conferredByKey(work, spec, row.owner_id);
  if (!confers.ok) return confers;
  return mayDoToKey({ action, spec, ownerId: row.owner_id, confers: confers.value }, by);
}

async function issueNow(work: UnitOfWork, object: ObjectRef, generation: number): Promise<Result<IssuedKey>> {
  const issued = await issue(work, { object, generation, recipient: CLAIM_RECIPIENT });
  if (!issued.ok) return issued;
  const promoted = await promote(work, { object, generation, deliveries: [] });
  if (!promoted.ok) return promoted;
  const key = await loadKey(work, object);
  const secret = key.ok ? await reveal(work, key.value) : key;
  if (!secret.ok) return secret;
  return ok({ object, secret: secret.value, warnings: await warningsAbout(work, object.name) });
}

async function warningsAbout({ tx }: UnitOfWork, name: string): Promise<readonly string[]> {
  const people = (await tx.objects.ofKind('User')).map((row) => declarationOf(row) as DeclarationOf<'User'>);
  const problem = namingProblem(name, personalWords(people));
  return problem === undefined ? [] : [`The name ${problem}.`];
}

export interface Rotation {
  readonly object: ObjectRef;
  /** How long older versions stay valid; absent: the overlap that it declares, or a day. */
  readonly graceMs: DurationMs | undefined;
}

export async function rotateKey(
  work: UnitOfWork,
  { object, graceMs }: Rotation,
  by: By,
): Promise<Result<IssuedKey | undefined>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  const { overlapMs } = rotationPolicy(spec);
  // The next secret may do what the key may; and an end before its time is a revocation.
  const allowed = await mayGive(work, key.value, { action: 'keys:rotate', by });
  if (!allowed.ok) return allowed;
  const isEarly = graceMs !== undefined && graceMs < overlapMs;
  const mayEnd = isEarly ? mayDoToKey({ action: END_EARLY, spec, ownerId: row.owner_id }, by) : allowed;
  if (!mayEnd.ok) return mayEnd;
  const held = await holdApprovalOfKey(work, row);
  if (!held.ok) return held;
  if (row.project !== null || (spec.deliver ?? []).length > 0) {
    if (graceMs !== undefined) return fail(HANDED_OVER);
    const asked = await requestRotation(work, { object: refOfRow(row) });
    return asked.ok ? ok(undefined) : asked;
  }
  const newest = versions.at(-1);
  if (newest !== undefined && stateOf(versionFactsOf(newest), work.now) === 'revoked')
    return fail(fault('conflict', `${refText(refOfRow(row))} was revoked permanently; create another key`));
  // Before the next is there, so that it is not among those that end.
  const ended = await revokeAll(work, row, { overlapMs: graceMs ?? overlapMs });
  return ended.ok ? issueNow(work, refOfRow(row), (newest?.generation ?? 0) + 1) : ended;
}

const HANDED_OVER = fault(
  'conflict',
  'graceSeconds applies only to keys that no project declares; this key is handed over as its document declares',
);

/** Its rights and its end are those of every version, now and later: a rotation changes neither. */
export async function changeKey(work: UnitOfWork, change: KeyChange, by: By): Promise<Result<ObjectRef>> {
  const key = await loadKey(work, change.object);
  if (!key.ok) return key;
  const { row } = key.value;
  if (hasPassed(change.expiresAt, work.now))
    return fail(
      fault('conflict', 'expiresAt is in the past; use a later date, or revoke the key to end it now'),
    );
  const declaration = changedKey(declarationOf(row) as DeclarationOf<'ApiKey'>, change);
  const allowed = await mayChange(work, key.value, { declaration, by });
  const held = allowed.ok ? await holdApprovalOfKey(work, row) : allowed;
  if (!held.ok) return held;
  const broken = refuseBroken(declaration);
  if (!broken.ok) return broken;
  const { revision } = row;
  const updated = await manualUpdate(work, { declaration, revision, former: refOfRow(row) });
  return updated.ok ? ok(refOf(declaration)) : updated;
}

/** Wider rights, or a later end, confer what the key may do then; an earlier end is a revocation. */
async function mayChange(
  work: UnitOfWork,
  { row, spec }: StoredKey,
  { declaration, by }: { readonly declaration: DeclarationOf<'ApiKey'>; readonly by: By },
): Promise<Result<void>> {
  const ownerId = row.owner_id;
  const confers = await conferredByKeyChange(work, declaration, row);
  if (!confers.ok) return confers;
  const allowed = mayDoToKey({ action: 'keys:write', spec, ownerId, confers: confers.value }, by);
  const isEarlier = declaredEnd(declaration.spec) < declaredEnd(spec);
  return allowed.ok && isEarlier ? mayDoToKey({ action: END_EARLY, spec, ownerId }, by) : allowed;
}

const hasPassed = (expiresAt: KeyChange['expiresAt'], now: Instant): boolean =>
  typeof expiresAt === 'string' && Date.parse(expiresAt) <= now;

function changedKey(
  { metadata, spec, kind }: DeclarationOf<'ApiKey'>,
  { name, labels, permissions, expiresAt }: KeyChange,
): DeclarationOf<'ApiKey'> {
  const { permissions: had, expiresAt: ended, ...rest } = spec;
  const may = permissions === undefined ? had : (permissions ?? undefined);
  const end = expiresAt === undefined ? ended : (expiresAt ?? undefined);
  return {
    kind,
    metadata: {
      ...metadata,
      ...(name !== undefined && { name }),
      ...(labels !== undefined && { labels }),
    },
    spec: normalForm<ApiKeySpec>(ApiKey.schema, {
      ...rest,
      ...(may !== undefined && { permissions: [...may] }),
      ...(end !== undefined && { expiresAt: end }),
    }),
  };
}

/** Inserts a row for a declaration, whichever the caller: the first half of creating anything. */

import type { Entropy } from '../domain/entropy.js';
import { fault } from '../domain/errors.js';
import { kindOf } from '../domain/kinds/index.js';
import type { Origin, Ownership } from '../domain/live.js';
import { refuseUnfitNames } from '../domain/names.js';
import { type Declaration, declarationDigest, isId, refOf, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { base62 } from '../domain/secret.js';
import type { Instant } from '../domain/time.js';
import { record } from './audit-log.js';
import { deliveriesText } from './deliveries.js';
import { guestAccessDiff } from './events/guest-access-diff.js';
import { refuseUnknownWords } from './permission-words.js';
import { liveReferences, refuseTakenAlias } from './references.js';
import { declarationOf, declarationText, quietUntilOf, signObject } from './rows.js';
import { refuseToken } from './rules.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';

export interface NewObject {
  readonly declaration: Declaration;
  /** Undefined for what comes with the store. */
  readonly ownership: Ownership | undefined;
  readonly origin: Origin;
  /** Of a guest: the guest who invited them. */
  readonly inviterId?: string | undefined;
}

/** Writes the object and its entry; `unknown_reference` if something it names is not live. */
export async function insertObject(work: UnitOfWork, object: NewObject): Promise<Result<ObjectRow>> {
  const { declaration, ownership, origin } = object;
  const unfit = refuseUnfitNames(declaration, ownership);
  if (unfit) return fail(unfit);
  const clean = refuseToken(declaration);
  if (!clean.ok) return clean;
  const references = await liveReferences(work, declaration);
  if (!references.ok) return references;
  const known = await refuseUnknownWords(work, declaration);
  if (!known.ok) return known;
  const ref = refOf(declaration);
  if (isId(declaration.metadata.name))
    return fail(
      fault('bad_request', `${refText(ref)}: a name cannot begin as ids do, with us_; choose another`),
    );
  const taken = await refuseTakenAlias(work, declaration);
  if (!taken.ok) return taken;
  const id = newId(declaration.kind, work.entropy);
  const digest = declarationDigest(declaration);
  const revision = await record(work, ref, {
    action: 'object.created',
    detail: {
      ...{ id, digest, origin, ...ownership },
      ...(object.inviterId !== undefined && { invitedBy: object.inviterId }),
      ...(await guestAccessDiff(work.tx, undefined, declaration)),
    },
  });
  if (!revision.ok) return revision;
  const columns = {
    ...ref,
    declaration: declarationText(declaration),
    ...peopleColumns(declaration, work.now),
  };
  const row = signObject(
    {
      id,
      ...columns,
      digest,
      project: ownership?.project ?? null,
      manager: ownership?.manager ?? null,
      origin,
      revision: revision.value,
      // A key without versions needs one now.
      quiet_until: declaration.kind === 'ApiKey' ? 0 : quietUntilOf(columns),
      ...keyColumns(declaration, references.value),
      ...(object.inviterId !== undefined && { owner_id: object.inviterId }),
      created_at: work.now,
      removed_at: null,
      applied: null,
      deliveries: deliveriesText([], 0),
    },
    work.keyring,
  );
  const named = references.value.map(({ kind, name }) => ({ object_id: id, kind, name }));
  await work.tx.objects.insert(row, named);
  return ok(row);
}

function keyColumns(declaration: Declaration, referred: readonly ObjectRow[]) {
  const none = { deactivated_at: null, rotation_requested_at: null, acknowledged_generation: null };
  if (declaration.kind !== 'ApiKey') return { key_type: null, is_prod: null, owner_id: null, ...none };
  const { type, owner } = declaration.spec;
  const environment = referred.find((row) => row.kind === 'Environment');
  const person = owner.user === undefined ? undefined : referred.find((row) => row.kind === 'User');
  return {
    key_type: type ?? 'secret',
    is_prod: isProd(environment) ? 1 : 0,
    owner_id: person?.id ?? null,
    ...none,
  };
}

/** What follows from the declaration of people and guests: how else they are found, and since when a guest is in. */
export const peopleColumns = (
  declaration: Declaration,
  now: Instant,
): Pick<ObjectRow, 'alias' | 'granted_at'> => ({
  alias: kindOf(declaration.kind).alias?.(declaration.spec) ?? null,
  granted_at: declaration.kind === 'Guest' && (declaration.spec.grants ?? []).length > 0 ? now : null,
});

function isProd(environment: ObjectRow | undefined): boolean {
  const declaration = environment && declarationOf(environment);
  return declaration?.kind === 'Environment' && declaration.spec.isProd === true;
}

const newId = (kind: Declaration['kind'], entropy: Entropy): string =>
  `${kindOf(kind).idPrefix}_${base62(16, entropy)}`;

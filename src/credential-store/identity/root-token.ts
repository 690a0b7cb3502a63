/**
 * The root token: the first owner signs in with it before anything else exists. The operator of the server sets it,
 * so the one that is set replaces the one before; one that was revoked stays revoked when it is set again.
 */
import { fault } from '../../domain/errors.js';
import type { DeclarationOf } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { parseToken, type Secret } from '../../domain/secret.js';
import { isActiveOwner } from '../../domain/users.js';
import { genuine } from '../key-repository.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { ROOT_TOKEN_MIN, rootId, rootProof } from './authenticate.js';
import { endCredential, findCredential, genuineCredential, insertCredential } from './credentials.js';

/**
 * The root token is this one from now on. `usage` for one that is too short or of another kind; `conflict` for
 * one that was revoked, or replaced by another.
 */
export async function setRootToken(work: UnitOfWork, token: Secret): Promise<Result<void>> {
  if (token.reveal().length < ROOT_TOKEN_MIN || parseToken(token.reveal()) !== undefined)
    return fail(
      fault(
        'usage',
        `the root token must be ${ROOT_TOKEN_MIN} characters or more, and must not be a Keywright key or token; generate a random one`,
      ),
    );
  const proof = rootProof(work, token);
  const known = await findCredential(work, rootId(proof));
  if (!known.ok) return known;
  if (known.value?.ended_at === null) return ok(undefined);
  if (known.value !== undefined)
    return fail(
      fault(
        'conflict',
        'this root token was revoked or replaced and cannot be used again; set a new one, or none',
      ),
    );
  const owner = await firstOwner(work);
  if (!owner.ok) return owner;
  const ended = await endRootTokens(work);
  if (!ended.ok) return ended;
  const publicId = proof.slice(0, 16);
  const made = { kind: 'root', publicId, holder: owner.value, proof } as const;
  const row = await insertCredential(work, made, { action: 'token.created', detail: { name: 'root' } });
  return row.ok ? ok(undefined) : row;
}

async function endRootTokens(work: UnitOfWork): Promise<Result<void>> {
  for (const row of await work.tx.credentials.ofKind('root')) {
    const checked = genuineCredential(work, row);
    if (!checked.ok) return checked;
    const ended = await endCredential(work, row, 'token.rotated');
    if (!ended.ok) return ended;
  }
  return ok(undefined);
}

/** Was there ever one? A store whose root token was revoked is not given another unasked. */
export const hadRootToken = async ({ tx }: Pick<UnitOfWork, 'tx'>): Promise<Result<boolean>> =>
  ok((await tx.credentials.ofKind('root')).length > 0);

/** Of the active owners, the one who was there first: in a new store, the one it came with. */
async function firstOwner(work: UnitOfWork): Promise<Result<ObjectRow>> {
  const owners: ObjectRow[] = [];
  for (const row of await work.tx.objects.ofKind('User')) {
    const checked = genuine(work, row);
    if (!checked.ok) return checked;
    if (isActiveOwner((declarationOf(row) as DeclarationOf<'User'>).spec)) owners.push(row);
  }
  const [first] = owners.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1));
  if (first === undefined) throw new Error('a store without an active owner');
  return ok(first);
}

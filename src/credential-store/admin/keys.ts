/**
 * Keys: made with their secret, rotated with an overlap, given other rights or another end. Everything of one request is one
 * transaction, so a caller never has a key without its secret because the second half failed.
 */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { ApiKey, keyLevel } from '../../domain/kinds/api-key.js';
import type { ApiKeySpec } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { declaredEnd, rotationPolicy, stateOf } from '../../domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../../domain/live.js';
import { namingProblem, personalWords } from '../../domain/name-lint.js';
import { type DeclarationOf, type ObjectRef, refText } from '../../domain/objects.js';
import { END_EARLY } from '../../domain/permissions.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Admin, IssuedKey } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import { reveal } from '../claim.js';
import { conferredByKey, conferredByKeyChange } from '../conferred.js';
import { findPerson } from '../identity/passwords.js';
import { issue } from '../issue.js';
import { requestRotation } from '../key-operations.js';
import { loadKey } from '../key-repository.js';
import { holdApprovalOfKey } from '../project-guard.js';
import { promote } from '../promote.js';
import { revokeAll } from '../revoke.js';
import { declarationOf, refOfRow, versionFactsOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import { type Changing, type KindRules, refuseBroken } from './kind-rules.js';

export const keyRules: KindRules<'ApiKey'> = {
  find: async (work, ref) => {
    const key = await loadKey(work, ref);
    return key.ok ? ok(key.value.row) : key;
  },
  declare: async (work, { name = '', labels, spec: asked }, by) => {
    const { user } = asked.owner;
    const person = user === undefined ? ok(undefined) : await findPerson(work, user);
    if (!person.ok) return person;
    const owner = person.value === undefined ? asked.owner : { ...asked.owner, user: person.value.name };
    const spec = normalForm<ApiKeySpec>(ApiKey.schema, { ...asked, owner });
    const metadata = { name, ...(labels !== undefined && { labels }) };
    const declaration: DeclarationOf<'ApiKey'> = { kind: 'ApiKey', metadata, spec };
    const allowed = may('keys:write', { spec, ownerId: person.value?.id ?? null }, by);
    const whole = allowed.ok ? refuseBroken(declaration) : allowed;
    return whole.ok ? ok({ declaration }) : whole;
  },
  created: async (work, { row, by }) => {
    // What its owner lends it is known once it is there; one that gives too much has never been.
    const modest = await mayGive(work, row, { action: 'keys:write', by });
    return modest.ok ? issueNow(work, refOfRow(row), 1) : modest;
  },
  mayChange: async (work, changing, by) => {
    const { row, after, asked } = changing;
    const end = asked.spec?.['expiresAt'];
    if (typeof end === 'string' && Date.parse(end) <= work.now) return fail(PASSED);
    const allowed = await mayBecome(work, changing, by);
    const held = allowed.ok ? await holdApprovalOfKey(work, row) : allowed;
    return held.ok ? refuseBroken(after) : held;
  },
  mayRemove: async (work, row, by) => {
    const allowed = may(END_EARLY, keyIn(row), by);
    return allowed.ok ? holdApprovalOfKey(work, row) : allowed;
  },
};

const PASSED = fault(
  'conflict',
  'expiresAt is in the past; use a later date, or revoke the key to end it now',
);

interface Owned {
  readonly spec: ApiKeySpec;
  readonly ownerId: string | null;
}

const keyIn = (row: ObjectRow): Owned => ({
  spec: (declarationOf(row) as DeclarationOf<'ApiKey'>).spec,
  ownerId: row.owner_id,
});

/** `confers`: what the key may do when this is done; absent where nothing about that changes. */
const may = (
  action: string,
  { spec: { environment, owner }, ownerId }: Owned,
  { principal }: By,
  confers?: readonly string[],
): Result<void> =>
  authorize(principal, action, {
    ...{ kind: 'key', environment, owner: keyLevel(owner, ownerId) },
    ...(confers !== undefined && { confers }),
  });

/** `forbidden` if the key may do what the caller may not. */
async function mayGive(
  work: UnitOfWork,
  row: ObjectRow,
  { action, by }: { readonly action: string; readonly by: By },
): Promise<Result<void>> {
  const key = keyIn(row);
  const confers = await conferredByKey(work, key.spec, key.ownerId);
  return confers.ok ? may(action, key, by, confers.value) : confers;
}

/**
 * Its rights and its end are those of every version, now and later. Wider rights, or a later end, confer what the key may
 * do then; an earlier end is a revocation.
 */
async function mayBecome(
  work: UnitOfWork,
  { row, before, after }: Changing<DeclarationOf<'ApiKey'>>,
  by: By,
): Promise<Result<void>> {
  const key = keyIn(row);
  const confers = await conferredByKeyChange(work, after, row);
  if (!confers.ok) return confers;
  const allowed = may('keys:write', key, by, confers.value);
  const isEarlier = declaredEnd(after.spec) < declaredEnd(before.spec);
  return allowed.ok && isEarlier ? may(END_EARLY, key, by) : allowed;
}

async function issueNow(work: UnitOfWork, object: ObjectRef, generation: number): Promise<Result<IssuedKey>> {
  const issued = await issue(work, { object, generation, recipient: CLAIM_RECIPIENT });
  const promoted = issued.ok ? await promote(work, { object, generation, deliveries: [] }) : issued;
  const key = promoted.ok ? await loadKey(work, object) : promoted;
  const secret = key.ok ? await reveal(work, key.value) : key;
  return secret.ok
    ? ok({ object, secret: secret.value, warnings: await warningsAbout(work, object.name) })
    : secret;
}

async function warningsAbout({ tx }: UnitOfWork, name: string): Promise<readonly string[]> {
  const people = (await tx.objects.ofKind('User')).map((row) => declarationOf(row) as DeclarationOf<'User'>);
  const problem = namingProblem(name, personalWords(people));
  return problem === undefined ? [] : [`The name ${problem}.`];
}

/** `graceMs` undefined: older versions stay valid for the overlap that the key declares, or a day. */
export async function rotateKey(
  work: UnitOfWork,
  { object, graceMs }: Parameters<Admin['rotateKey']>[0],
  by: By,
): Promise<Result<IssuedKey | undefined>> {
  const key = await loadKey(work, object);
  if (!key.ok) return key;
  const { row, spec, versions } = key.value;
  const { overlapMs } = rotationPolicy(spec);
  // The next secret may do what the key may; and an end before its time is a revocation.
  const allowed = await mayGive(work, row, { action: 'keys:rotate', by });
  const isEarly = graceMs !== undefined && graceMs < overlapMs;
  const mayEnd = allowed.ok && isEarly ? may(END_EARLY, keyIn(row), by) : allowed;
  const held = mayEnd.ok ? await holdApprovalOfKey(work, row) : mayEnd;
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

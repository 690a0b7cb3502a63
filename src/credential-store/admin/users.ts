/** Users: invited under a name made of their address, changed, given roles; owners are changed by owners. */
import { authorize } from '../../domain/access.js';
import { fault } from '../../domain/errors.js';
import { isVisibleText } from '../../domain/kinds/fields.js';
import { foldEmail, type UserSpec } from '../../domain/kinds/index.js';
import { normalForm } from '../../domain/kinds/normal-form.js';
import { User } from '../../domain/kinds/user.js';
import { type DeclarationOf, refText } from '../../domain/objects.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { isOwnerRole } from '../../domain/roles.js';
import { isActive } from '../../domain/users.js';
import type { By } from '../../ports/identity.js';
import { conferredByPerson, type PersonRights, permissionsOfRoles } from '../conferred.js';
import type { Reading } from '../identity/credentials.js';
import { makeInvitation } from '../identity/invitations.js';
import { findPerson } from '../identity/passwords.js';
import { declarationOf } from '../rows.js';
import type { ObjectRow } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { KindRules } from './kind-rules.js';
import { another, labelFrom, NAME_MAX, refuseUnreachable } from './names.js';

export const userRules: KindRules<'User'> = {
  find: (work, { name }) => knownPerson(work, name),
  declare: async (work, { spec: { email, name = '', roles = [] } }, by) => {
    const reachable = refuseUnreachable(email, name);
    if (!reachable.ok) return reachable;
    const after = roles.length > 0 ? roles : ['member'];
    const allowed = await mayManage(work, { before: [], after, gives: after }, by);
    if (!allowed.ok) return allowed;
    const spec = normalForm<UserSpec>(User.schema, {
      ...{ email, status: 'deactivated', roles: after },
      ...(name !== '' && { name }),
    });
    return ok({ declaration: { kind: 'User', metadata: { name: await freeName(work, email) }, spec } });
  },
  created: async (work, { row }) => {
    const invitation = await makeInvitation(work, row);
    return invitation.ok ? ok({ invitation: invitation.value }) : invitation;
  },
  mayChange: async (work, { row, before, after }, by) => {
    if (!isVisibleText(after.spec.name ?? '', NAME_MAX))
      return fail(fault('bad_request', 'name must contain visible characters'));
    const [had, has] = [before.spec.roles ?? [], after.spec.roles ?? []];
    const gives = has.filter((role) => !had.includes(role));
    // Reactivating a person gives them all that they may do, in teams and by their keys too.
    const isLetIn = isActive(after.spec) && !isActive(before.spec);
    const rights = isLetIn ? await conferredByPerson(work, row) : ok(undefined);
    return rights.ok ? mayManage(work, { before: had, after: has, gives, rights: rights.value }, by) : rights;
  },
  mayRemove: (work, row, by) => mayManage(work, { before: rolesOf(row), after: [], gives: [] }, by),
};

async function freeName(work: UnitOfWork, email: string): Promise<string> {
  const wished = labelFrom(foldEmail(email.slice(0, email.indexOf('@'))), 'user');
  const isTaken = await work.tx.objects.find('User', wished);
  return isTaken ? another(wished, work) : wished;
}

interface Roles {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What they come to have by it. */
  readonly gives: readonly string[];
  /** And what they are let in to besides. */
  readonly rights?: PersonRights | undefined;
}

async function mayManage(
  work: UnitOfWork,
  { before, after, gives, rights }: Roles,
  { principal }: By,
): Promise<Result<void>> {
  const given = await permissionsOfRoles(work, gives, 'tenant');
  if (!given.ok) return given;
  const { permissions = [], memberships = [] } = rights ?? {};
  const isOwner = [...before, ...after].some(isOwnerRole);
  const confers = [...given.value, ...permissions];
  return authorize(principal, 'users:write', { kind: 'person', isOwner, confers, memberships });
}

/** A caller may not let in a person who may do more than they. */
export async function mayLetIn(work: UnitOfWork, row: ObjectRow, by: By): Promise<Result<void>> {
  const rights = await conferredByPerson(work, row);
  if (!rights.ok) return rights;
  return mayManage(work, { before: rolesOf(row), after: [], gives: [], rights: rights.value }, by);
}

/** Their roles in the account, by name. */
export const rolesOf = (row: ObjectRow): readonly string[] =>
  (declarationOf(row) as DeclarationOf<'User'>).spec.roles ?? [];

/** The live person of that name, address or id; `not_found`. */
export async function knownPerson(reading: Reading, person: string): Promise<Result<ObjectRow>> {
  const row = await findPerson(reading, person);
  if (!row.ok) return row;
  if (row.value !== undefined) return ok(row.value);
  return fail(fault('not_found', `there is no ${refText({ kind: 'User', name: person })}`));
}

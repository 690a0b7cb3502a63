/** Manages people manually: invited, changed, given and taken roles, removed; each asked of `authorize` first. */
import { authorize } from '../domain/access.js';
import { fault } from '../domain/errors.js';
import { isEmailAddress, isVisibleText } from '../domain/kinds/fields.js';
import { foldEmail, type UserSpec } from '../domain/kinds/index.js';
import { normalForm } from '../domain/kinds/normal-form.js';
import { User } from '../domain/kinds/user.js';
import { type DeclarationOf, type ObjectRef, refText } from '../domain/objects.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isOwnerRole } from '../domain/roles.js';
import type { By, Invitation, Shown } from '../ports/identity.js';
import type { NewUser, UserChange, Users } from '../ports/users.js';
import { conferredByPerson, type PersonRights, permissionsOfRoles } from './conferred.js';
import { manualCreate } from './create.js';
import type { Identity } from './identity/identity.js';
import { makeInvitation } from './identity/invitations.js';
import { findPerson } from './identity/passwords.js';
import { loadObject } from './key-repository.js';
import { manualUpdate } from './manual-update.js';
import { declarationOf, refOfRow } from './rows.js';
import { keepAttributes } from './spaces/attributes.js';
import { another, labelFrom } from './spaces/labels.js';
import type { ObjectRow } from './storage-port.js';
import type { UnitOfWork } from './unit-of-work.js';
import { removePerson } from './users.js';

export const usersOver = ({ act }: Pick<Identity, 'act'>): Users => ({
  add: (person, by) => act(by, (work, caller) => add(work, person, caller)),
  change: (person, change, by) => act(by, (work, caller) => changePerson(work, { person, change }, caller)),
  giveRole: (person, role, by) =>
    act(by, (work, caller) =>
      changeRoles(work, {
        person,
        by: caller,
        rolesAfter: (roles) => [...roles.filter((one) => one !== role), role],
      }),
    ),
  takeRole: (person, role, by) =>
    act(by, (work, caller) =>
      changeRoles(work, { person, by: caller, rolesAfter: (roles) => roles.filter((one) => one !== role) }),
    ),
  remove: (person, by) => act(by, (work, caller) => remove(work, person, caller)),
});

const NAME_MAX = 200;

async function add(
  work: UnitOfWork,
  { email, name, roles }: NewUser,
  by: By,
): Promise<Result<{ readonly person: ObjectRef; readonly invitation: Shown<Invitation> }>> {
  if (!isEmailAddress(email) || !isVisibleText(name, NAME_MAX))
    return fail(
      fault('bad_request', 'email must be an email address, and name must contain visible characters'),
    );
  const allowed = await mayMake(work, { before: [], after: roles.length > 0 ? roles : ['member'] }, by);
  if (!allowed.ok) return allowed;
  const declaration: DeclarationOf<'User'> = {
    kind: 'User',
    metadata: { name: await freeName(work, email) },
    spec: normalForm(User.schema, {
      email,
      ...(name !== '' && { name }),
      status: 'deactivated',
      ...(roles.length > 0 && { roles: [...roles] }),
    }),
  };
  const created = await manualCreate(work, { declaration });
  if (!created.ok) return created;
  const person: ObjectRef = { kind: 'User', name: declaration.metadata.name };
  const row = await loadObject(work, person);
  if (!row.ok) return row;
  const invitation = await makeInvitation(work, row.value);
  return invitation.ok ? ok({ person, invitation: invitation.value }) : invitation;
}

async function freeName(work: UnitOfWork, email: string): Promise<string> {
  const wished = labelFrom(foldEmail(email.slice(0, email.indexOf('@'))), 'user');
  const isTaken = await work.tx.objects.find('User', wished);
  return isTaken ? another(wished, work) : wished;
}

interface Changing {
  readonly person: string;
  readonly change: UserChange;
}

async function changePerson(work: UnitOfWork, { person, change }: Changing, by: By): Promise<Result<void>> {
  const row = await theirRow(work, person);
  if (!row.ok) return row;
  const { name, status, attributes = {} } = change;
  if (!isVisibleText(name ?? '', NAME_MAX))
    return fail(fault('bad_request', 'name must contain visible characters'));
  const { spec } = declaredBy(row.value);
  const roles = spec.roles ?? [];
  // Reactivating a person gives them all that they may do, in teams and by their keys too.
  const isLetIn = status === 'active' && spec.status === 'deactivated';
  const rights = isLetIn ? await conferredByPerson(work, row.value) : ok(undefined);
  if (!rights.ok) return rights;
  const allowed = await mayMake(work, { before: roles, after: roles, gives: [], rights: rights.value }, by);
  if (!allowed.ok) return allowed;
  const changed = await declare(work, row.value, {
    ...(name !== undefined && { name }),
    ...(status !== undefined && { status }),
  });
  return changed.ok ? keepAttributes(work, row.value, attributes) : changed;
}

interface RoleChange {
  readonly person: string;
  readonly by: By;
  rolesAfter(roles: readonly string[]): readonly string[];
}

async function changeRoles(work: UnitOfWork, { person, by, rolesAfter }: RoleChange): Promise<Result<void>> {
  const row = await theirRow(work, person);
  if (!row.ok) return row;
  const before = declaredBy(row.value).spec.roles ?? [];
  const after = rolesAfter(before);
  const gives = after.filter((role) => !before.includes(role));
  const allowed = await mayMake(work, { before, after, gives }, by);
  return allowed.ok ? declare(work, row.value, { roles: [...after] }) : allowed;
}

async function remove(work: UnitOfWork, person: string, by: By): Promise<Result<void>> {
  const row = await theirRow(work, person);
  if (!row.ok) return row;
  const roles = declaredBy(row.value).spec.roles ?? [];
  const allowed = await mayMake(work, { before: roles, after: [], gives: [] }, by);
  if (!allowed.ok) return allowed;
  const removed = await removePerson(work, { object: refOfRow(row.value) });
  return removed.ok ? ok(undefined) : removed;
}

interface Roles {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What they come to have by it; absent: all of `after`. */
  readonly gives?: readonly string[];
  /** And what they are let in to besides. */
  readonly rights?: PersonRights | undefined;
}

async function mayMake(
  work: UnitOfWork,
  { before, after, gives = after, rights }: Roles,
  { principal }: By,
): Promise<Result<void>> {
  const given = await permissionsOfRoles(work, gives, 'tenant');
  if (!given.ok) return given;
  const { permissions = [], memberships = [] } = rights ?? {};
  const isOwner = [...before, ...after].some(isOwnerRole);
  const confers = [...given.value, ...permissions];
  return authorize(principal, 'users:write', { kind: 'person', isOwner, confers, memberships });
}

async function theirRow(work: UnitOfWork, person: string): Promise<Result<ObjectRow>> {
  const row = await findPerson(work, person);
  if (!row.ok) return row;
  if (row.value !== undefined) return ok(row.value);
  return fail(fault('not_found', `there is no ${refText({ kind: 'User', name: person })}`));
}

const declaredBy = (row: ObjectRow): DeclarationOf<'User'> => declarationOf(row) as DeclarationOf<'User'>;

async function declare(work: UnitOfWork, row: ObjectRow, spec: Partial<UserSpec>): Promise<Result<void>> {
  const before = declaredBy(row);
  const declaration = { ...before, spec: normalForm(User.schema, { ...before.spec, ...spec }) };
  const updated = await manualUpdate(work, { declaration, revision: row.revision });
  return updated.ok ? ok(undefined) : updated;
}

/** Composes the port of manual changes: each in one transaction, in the name of the caller. */
import type { ObjectKind } from '../../domain/kinds/index.js';
import { ok } from '../../domain/result.js';
import type { Admin, NewObject } from '../../ports/admin.js';
import type { By } from '../../ports/identity.js';
import type { Identity } from '../identity/identity.js';
import { agentsOf, deployAgent, removeAgent } from './agents.js';
import { about } from './attributes.js';
import { closePlace, leaveSpace, openPlace } from './guest-places.js';
import { rotateKey } from './keys.js';
import { change, create, createAll, remove } from './objects.js';
import { knownPerson, rolesOf } from './users.js';
import { changeWorkbook, createWorkbook, removeWorkbook, workbooksOf } from './workbooks.js';

export function adminOver({ read, act }: Pick<Identity, 'read' | 'act'>): Admin {
  const changeRoles = (user: string, rolesAfter: (roles: readonly string[]) => readonly string[], by: By) =>
    act(by, async (work, caller) => {
      const row = await knownPerson(work, user);
      if (!row.ok) return row;
      const object = { kind: 'User', name: row.value.id } as const;
      const changed = await change(work, { object, spec: { roles: rolesAfter(rolesOf(row.value)) } }, caller);
      return changed.ok ? ok(undefined) : changed;
    });
  return {
    create: <K extends ObjectKind>(object: NewObject<K>, by: By) =>
      act(by, (work, caller) => create(work, object, caller)),
    createAll: (objects, by) => act(by, (work, caller) => createAll(work, objects, caller)),
    change: (asked, by) => act(by, (work, caller) => change(work, asked, caller)),
    remove: (objects, by) => act(by, (work, caller) => remove(work, objects, caller)),
    about: (objects) => read(({ tx }) => about(tx, objects)),
    rotateKey: (rotation, by) => act(by, (work, caller) => rotateKey(work, rotation, caller)),
    giveRole: (user, role, by) =>
      changeRoles(user, (roles) => [...roles.filter((one) => one !== role), role], by),
    takeRole: (user, role, by) => changeRoles(user, (roles) => roles.filter((one) => one !== role), by),
    openPlace: (place, by) => act(by, (work, caller) => openPlace(work, place, caller)),
    closePlace: (place, by) => act(by, (work, caller) => closePlace(work, place, caller)),
    leaveSpace: (from, by) => act(by, (work, caller) => leaveSpace(work, from, caller)),
    workbooks: (spaceIds) => read(({ tx }) => workbooksOf(tx, spaceIds)),
    createWorkbook: (workbook, by) => act(by, (work, caller) => createWorkbook(work, workbook, caller)),
    changeWorkbook: (id, attributes, by) =>
      act(by, (work, caller) => changeWorkbook(work, { id, attributes }, caller)),
    removeWorkbook: (id, by) => act(by, (work, caller) => removeWorkbook(work, id, caller)),
    agents: (environmentIds) => read(({ tx }) => agentsOf(tx, environmentIds)),
    deployAgent: (agent, by) => act(by, (work, caller) => deployAgent(work, agent, caller)),
    removeAgent: (id, by) => act(by, (work, caller) => removeAgent(work, id, caller)),
  };
}

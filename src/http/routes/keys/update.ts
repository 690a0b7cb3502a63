/** PATCH and DELETE /keys/{id}: other rights, another end, another name; or none of it any more. */
import { Type } from 'typebox';
import { instantField, nameField, permissionsField } from '../../../domain/kinds/fields.js';
import { refreshVerifier } from '../../key-verification.js';
import { byOf, done, refById, Success } from '../../live-objects.js';
import { route } from '../../route.js';
import { closed, nullable } from '../../schemas.js';
import { Labels } from './create.js';
import { findKey } from './find.js';
import { byId, keyNow, OneKey } from './transitions.js';

const body = Type.Object(
  {
    name: Type.Optional(nameField('Another name; its versions stay as they are.')),
    labels: Type.Optional(nullable(Labels)),
    permissions: Type.Optional(
      nullable(permissionsField('What every version may do from now on. null: what its owner may do.')),
    ),
    expiresAt: Type.Optional(
      nullable(instantField('When every version expires at the latest. null: no such limit.')),
    ),
  },
  { ...closed, minProperties: 1 },
);

export const changeKeyRoute = route({
  method: 'PATCH',
  path: '/keys/{id}',
  id: 'changeKey',
  tag: 'keys',
  summary: 'Change its permissions, expiry or name.',
  description:
    'In force before the response. An earlier expiry applies to existing versions; a later one to the newest version, ' +
    'unless it has expired, and requires the permissions of the key. For a key that a project declares it is drift, which the next apply reverts.',
  permission: 'keys:write',
  scope: 'keys',
  params: byId,
  body,
  answer: OneKey,
  faults: ['not_found', 'exists', 'conflict'],
  handle: async (call, deps) => {
    const { principal, params, body } = call;
    const found = await findKey(deps.store, { principal, idOrName: params.id, permission: 'keys:write' });
    if (!found.ok) return found;
    const { name, labels, ...spec } = body;
    const changed = await deps.admin.change(
      { object: refById(found.value), name, labels: labels === null ? {} : labels, spec },
      byOf(call),
    );
    return changed.ok ? keyNow(deps, changed.value) : changed;
  },
});

export const removeKey = route({
  method: 'DELETE',
  path: '/keys/{id}',
  id: 'deleteKey',
  tag: 'keys',
  summary: 'Revoke all versions immediately and permanently, and free the name.',
  description:
    'In force before the response. A key that is still declared is created again by the next apply.',
  permission: 'keys:revoke',
  scope: 'keys',
  params: byId,
  answer: Success,
  faults: ['not_found'],
  handle: async (call, deps) => {
    const { principal, params } = call;
    const found = await findKey(deps.store, { principal, idOrName: params.id, permission: 'keys:revoke' });
    if (!found.ok) return found;
    const removed = await deps.admin.remove([refById(found.value)], byOf(call));
    if (!removed.ok) return removed;
    return done(await refreshVerifier(deps));
  },
});

/** PATCH and DELETE /keys/{id}: other rights, another end, another name; or none of it any more. */
import { Type } from 'typebox';
import { instantField, nameField, permissionsField } from '../../../domain/kinds/fields.js';
import { byOf, refById, SUCCESS, Success } from '../../live-objects.js';
import { json, route } from '../../route.js';
import { closed, nullable } from '../../schemas.js';
import { inForce } from '../../verifying.js';
import { byId, keyNow, OneKey } from './changing.js';
import { findKey } from './finding.js';
import { Labels } from './making.js';

const body = Type.Object(
  {
    name: Type.Optional(nameField('Another name; its versions stay as they are.')),
    labels: Type.Optional(nullable(Labels)),
    permissions: Type.Optional(
      nullable(permissionsField('What every version may do from now on. null: what its owner may.')),
    ),
    expiresAt: Type.Optional(
      nullable(instantField('When every version ends at the latest. null: no such end.')),
    ),
  },
  { ...closed, minProperties: 1 },
);

export const changeKeyRoute = route({
  method: 'PATCH',
  path: '/keys/{id}',
  id: 'changeKey',
  tag: 'keys',
  summary: 'Change what it may do, until when, or what it is called.',
  description:
    'In force before the answer. An end that is brought forward holds for the versions that there are; one that is ' +
    'put off, for those issued from then on. Of a key that a project declares it is drift, which the next apply undoes.',
  permission: 'keys:write',
  scope: 'keys',
  params: byId,
  body,
  answer: OneKey,
  faults: ['not_found', 'exists', 'conflict'],
  handle: async (call, world) => {
    const { principal, params, body } = call;
    const found = await findKey(world.store, { principal, idOrName: params.id, permission: 'keys:write' });
    if (!found.ok) return found;
    const labels = body.labels === null ? {} : body.labels;
    const changed = await world.manual.changeKey(
      { object: refById(found.value), ...body, labels },
      byOf(call),
    );
    return changed.ok ? keyNow(world, changed.value) : changed;
  },
});

export const removeKey = route({
  method: 'DELETE',
  path: '/keys/{id}',
  id: 'deleteKey',
  tag: 'keys',
  summary: 'Revoke every version at once and for good, and free the name.',
  description: 'In force before the answer. A key that is still declared is made anew by the next apply.',
  permission: 'keys:revoke',
  scope: 'keys',
  params: byId,
  answer: Success,
  faults: ['not_found'],
  handle: async (call, world) => {
    const { principal, params } = call;
    const found = await findKey(world.store, { principal, idOrName: params.id, permission: 'keys:revoke' });
    if (!found.ok) return found;
    const removed = await world.manual.remove(refById(found.value), byOf(call));
    if (!removed.ok) return removed;
    const inMemory = await inForce(world);
    return inMemory.ok ? json(SUCCESS) : inMemory;
  },
});

/** Composes the port of manual changes: each in one transaction, in the name of the caller. */
import type { Admin } from '../../ports/admin.js';
import type { Identity } from '../identity/identity.js';
import { changeKey, createKey, rotateKey } from './keys.js';
import { change, create, remove } from './objects.js';

export const adminOver = ({ act }: Pick<Identity, 'act'>): Admin => ({
  createKey: (key, by) => act(by, (work, caller) => createKey(work, key, caller)),
  rotateKey: (rotation, by) => act(by, (work, caller) => rotateKey(work, rotation, caller)),
  changeKey: (request, by) => act(by, (work, caller) => changeKey(work, request, caller)),
  create: (declaration, by) => act(by, (work, caller) => create(work, declaration, caller)),
  change: (request, by) => act(by, (work, caller) => change(work, request, caller)),
  remove: (object, by) => act(by, (work, caller) => remove(work, object, caller)),
});

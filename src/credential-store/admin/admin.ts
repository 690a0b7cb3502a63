/** Changes by hand put together as their port: each in one transaction, by whoever calls. */
import type { Admin } from '../../ports/admin.js';
import { callerBy, type Identity } from '../identity/identity.js';
import { changeKey, createKey, rotateKey } from './keys.js';
import { change, create, remove } from './objects.js';

export const adminOver = ({ write }: Pick<Identity, 'write'>): Admin => ({
  createKey: (key, by) => write(callerBy(by), (work) => createKey(work, key, by)),
  rotateKey: (rotation, by) => write(callerBy(by), (work) => rotateKey(work, rotation, by)),
  changeKey: (request, by) => write(callerBy(by), (work) => changeKey(work, request, by)),
  create: (declaration, by) => write(callerBy(by), (work) => create(work, declaration, by)),
  change: (request, by) => write(callerBy(by), (work) => change(work, request, by)),
  remove: (object, by) => write(callerBy(by), (work) => remove(work, object, by)),
});

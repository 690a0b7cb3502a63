/** The routes by which a credential is ended. They have slots and a budget of their own: a flood must not hold them up. */
import { type AnyRoute, PREFIXES } from './route.js';

const IDS: ReadonlySet<string> = new Set([
  ...['revokeToken', 'revokeKey', 'deactivateKey', 'deleteKey', 'deleteApiKey', 'deletePersonalAccessToken'],
  ...['deleteUser', 'updateUser', 'deleteGuest', 'endGuestLink', 'storeRequest'],
  ...['endSession', 'endSessions', 'storeEndSignIns', 'storeReplaceSigningKeys', 'rotateSigningKey'],
]);

/** Says of a method and the path that was called whether it is one of them. */
export function urgentAmong(routes: readonly AnyRoute[]): (method: string, path: string) => boolean {
  const urgent = routes
    .filter(({ id }) => IDS.has(id))
    .map(({ method, path }) => ({
      method,
      path: new RegExp(`^(?:${PREFIXES.join('|')})${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    }));
  return (method, path) => urgent.some((one) => one.method === method && one.path.test(path));
}

/** The routes by which a credential is ended. They have slots and a budget of their own: a flood must not hold them up. */
import { PREFIXES, ROUTES } from './routes/index.js';

const IDS: ReadonlySet<string> = new Set([
  ...['revokeToken', 'revokeKey', 'deactivateKey', 'deleteKey', 'deleteApiKey', 'deletePersonalAccessToken'],
  ...['deleteUser', 'updateUser', 'deleteGuest', 'endGuestLink', 'storeRequest'],
]);

const PATTERNS = ROUTES.filter(({ id }) => IDS.has(id)).map(({ method, path }) => ({
  method,
  path: new RegExp(`^(?:${PREFIXES.join('|')})?${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
}));

/** `path` as it was called, or as its route has it. */
export const isUrgent = (method: string, path: string): boolean =>
  PATTERNS.some((one) => one.method === method && one.path.test(path));

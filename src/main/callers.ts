/** Who is calling, for a store on its own: whoever holds the root token, and keys. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { fault } from '../domain/errors.js';
import { FIRST_OWNER } from '../domain/first-start.js';
import { EVERYTHING } from '../domain/permissions.js';
import type { Principal } from '../domain/principal.js';
import { fail, ok, type Result } from '../domain/result.js';
import { parseToken, type Secret } from '../domain/secret.js';
import type { Authority } from '../ports/authority.js';
import type { Clock } from '../ports/clock.js';
import type { LiveStore } from '../ports/live-store.js';

const UNKNOWN = fail(fault('unauthenticated', 'the credential is not accepted'));

export function callersOf(
  store: LiveStore,
  clock: Clock,
  rootToken: Secret,
): Pick<Authority, 'authenticate'> {
  const root = digest(rootToken);
  return {
    authenticate: async (credential) => {
      if (timingSafeEqual(digest(credential), root)) return ok(rootPrincipal(clock.now()));
      return keyPrincipal(store, clock, credential);
    },
  };
}

const digest = (secret: Secret): Buffer => createHash('sha256').update(secret.reveal()).digest();

const rootPrincipal = (at: number): Principal => ({
  kind: 'root',
  id: 'us_root',
  ref: { kind: 'User', name: FIRST_OWNER.metadata.name },
  display: 'root token',
  environment: undefined,
  permissions: EVERYTHING,
  credential: { kind: 'root', id: 'us_root', expiresAt: undefined, parent: undefined },
  at,
  email: FIRST_OWNER.spec.email,
  roles: ['owner'],
  memberships: [],
});

async function keyPrincipal(store: LiveStore, clock: Clock, credential: Secret): Promise<Result<Principal>> {
  const verified = await store.verify(credential, {});
  if (!verified.ok) return verified;
  const { valid, key } = verified.value;
  if (!valid || key === undefined) return UNKNOWN;
  const ref = { kind: 'ApiKey', name: key.name } as const;
  const found = await store.fetch([ref]);
  if (!found.ok) return found;
  const declaration = found.value[0]?.declaration;
  if (declaration?.kind !== 'ApiKey') return UNKNOWN;
  const type = key.type === 'publishable' ? 'publishable' : 'secret';
  const id = parseToken(credential.reveal())?.id ?? '';
  return ok({
    kind: 'key',
    ...{ id: key.keyId, ref, display: key.name, environment: key.environment, type },
    owner: declaration.spec.owner,
    permissions: type === 'secret' ? key.permissions : [],
    credential: { kind: 'key', id, expiresAt: key.expiresAt, parent: undefined },
    at: clock.now(),
  });
}

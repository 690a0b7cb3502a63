/**
 * POST /revoke: RFC 7009. Ends the token that is shown, at once: of a key that one version. Its holder may, for
 * a leaked key is best revoked by its finder; so may callers with `keys:revoke`. An unknown token counts as revoked.
 */
import { Type } from 'typebox';
import { authorize } from '../../../domain/access.js';
import { actorOf } from '../../../domain/principal.js';
import { ok, type Result } from '../../../domain/result.js';
import { isKeyToken, publicIdOf, Secret } from '../../../domain/secret.js';
import type { Verification } from '../../../ports/live-store.js';
import { mayTouch } from '../../access.js';
import type { HttpDependencies } from '../../dependencies.js';
import { refreshVerifier, verifyInStore } from '../../key-verification.js';
import { type Call, json, route } from '../../route.js';
import { closed, SecretText } from '../../schemas.js';

/** What else a client sends is passed over (RFC 7009, 2.1; RFC 7662, 2.1). */
const body = Type.Object(
  { token: SecretText, token_type_hint: Type.Optional(Type.String({ maxLength: 100 })) },
  { maxProperties: 20 },
);

export const revokeTokenRoute = route({
  method: 'POST',
  path: '/revoke',
  id: 'revokeToken',
  browsers: 'allowed',
  tag: 'verification',
  summary: 'Revoke this token (RFC 7009)',
  description:
    'In force before the response. Other versions of the key stay valid; POST /keys/{id}/revoke ends them all. ' +
    'Needs the permission `keys:revoke`, unless it is the token of the request itself.',
  body,
  formats: ['form', 'json'],
  answer: Type.Object({}, closed),
  handle: async (call, deps) => {
    const { principal, credential, body } = call;
    const token = new Secret(body.token);
    if (!isKeyToken(body.token)) {
      const revoked = await deps.authority.revokeToken(token, { principal, context: credential.context });
      return revoked.ok ? json({}) : revoked;
    }
    // Of the store, not of memory: memory may not know yet of a key that was issued a moment ago, and would let it live.
    const known = await verifyInStore(deps, token);
    if (!known.ok) return known;
    const { key, code } = known.value;
    if (key === undefined || code === 'REVOKED') return json({});
    const allowed = isOwn(call) ? ok(undefined) : await mayRevoke(call, key, deps);
    if (!allowed.ok) return allowed;
    const revoked = await deps.store.request(
      {
        kind: 'revoke',
        object: { kind: 'ApiKey', name: key.name },
        overlapMs: 0,
        tokenId: publicIdOf(body.token),
      },
      { actor: actorOf(principal), path: 'http:POST /revoke' },
    );
    if (!revoked.ok) return revoked;
    const inMemory = await refreshVerifier(deps);
    return inMemory.ok ? json({}) : inMemory;
  },
});

type Revoking = Pick<Call, 'principal' | 'credential'> & { readonly body: { readonly token: string } };

/** Everybody holds a publishable key, so holding it proves nothing. */
const isOwn = ({ principal, credential, body }: Revoking): boolean =>
  credential.token.reveal() === body.token && principal.kind === 'key' && principal.type === 'secret';

/** A key that was removed and runs out is no object any more: the permission is asked for where it was. */
async function mayRevoke(
  { principal }: Revoking,
  { name, environment }: NonNullable<Verification['key']>,
  { store }: HttpDependencies,
): Promise<Result<void>> {
  const found = await store.fetch([{ kind: 'ApiKey', name }]);
  if (!found.ok) return found;
  const [object] = found.value;
  if (object !== undefined) return mayTouch(principal, 'keys:revoke', object);
  return authorize(principal, 'keys:revoke', { kind: 'environment', environment });
}

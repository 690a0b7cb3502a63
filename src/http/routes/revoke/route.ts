/**
 * POST /revoke: RFC 7009. Ends the token that is shown, at once: of a key that one version. Its holder may, for
 * a leaked key is best revoked by its finder; so may callers with `keys:revoke`. An unknown token counts as revoked.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { END_EARLY } from '../../../domain/permissions.js';
import { actorOf } from '../../../domain/principal.js';
import { fail } from '../../../domain/result.js';
import { isKeyToken, publicIdOf, Secret } from '../../../domain/secret.js';
import { refreshVerifier, verifyInStore } from '../../key-verification.js';
import { json, route } from '../../route.js';
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
    const revoked = await deps.store.request(
      {
        kind: 'revoke',
        object: { kind: 'ApiKey', name: key.keyId },
        overlapMs: 0,
        tokenId: publicIdOf(body.token),
      },
      { actor: actorOf(principal), path: 'http:POST /revoke', principal, isApproved: true },
    );
    // A caller who may not know of the key learns no more of it here.
    if (!revoked.ok) return revoked.error.code === 'not_found' ? fail(REFUSED) : revoked;
    const inMemory = await refreshVerifier(deps);
    return inMemory.ok ? json({}) : inMemory;
  },
});

const REFUSED = fault('forbidden', `this requires the permission ${END_EARLY}`);

/**
 * POST /revoke: RFC 7009. Ends the one version of a key that is shown, at once. Whoever holds it may, for a leaked key
 * is best ended by its finder; so may anybody with `keys:revoke`. A token that nobody knows is as good as revoked.
 */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { permits } from '../../../domain/permissions.js';
import { actorOf } from '../../../domain/principal.js';
import { fail } from '../../../domain/result.js';
import { publicIdOf, Secret } from '../../../domain/secret.js';
import { json, route } from '../../route.js';
import { closed, SecretText } from '../../schemas.js';
import { verifyToken } from '../../verifying.js';
import { inForce } from '../keys/changing.js';

const body = Type.Object({ token: SecretText, token_type_hint: Type.Optional(Type.String()) });

export const revokeTokenRoute = route({
  method: 'POST',
  path: '/revoke',
  id: 'revokeToken',
  tag: 'verification',
  summary: 'Revoke this token (RFC 7009)',
  description:
    'In force before the answer. The other versions of the key go on; POST /keys/{id}/revoke ends them all. ' +
    'Needs the permission `keys:revoke`, unless it is the token that the request is made with.',
  body,
  formats: ['form', 'json'],
  answer: Type.Object({}, closed),
  handle: async ({ principal, credential, body }, world) => {
    const isOwn = credential.token.reveal() === body.token;
    if (!isOwn && !permits(principal.permissions, 'keys:revoke'))
      return fail(fault('forbidden', 'to revoke a token of somebody else needs keys:revoke'));
    const known = await verifyToken(world, new Secret(body.token), {});
    if (!known.ok) return known;
    const { key, code } = known.value;
    if (key === undefined || code === 'REVOKED') return json({});
    if (principal.environment !== undefined && principal.environment !== key.environment)
      return fail(fault('forbidden', 'the token is of another environment'));
    const object = { kind: 'ApiKey', name: key.name } as const;
    const revoked = await world.store.request(
      { kind: 'revoke', object, overlapMs: 0, tokenId: publicIdOf(body.token) },
      { actor: actorOf(principal), path: 'http:POST /revoke' },
    );
    if (!revoked.ok) return revoked;
    const inMemory = await inForce(world);
    return inMemory.ok ? json({}) : inMemory;
  },
});

/** POST /introspect: the same question as RFC 7662 asks it, for gateways that speak OAuth. */
import { Type } from 'typebox';
import { Secret } from '../../../domain/secret.js';
import { SECOND_MS } from '../../../domain/time.js';
import type { Verification } from '../../../ports/live-store.js';
import { type Answered, type Asker, json, route } from '../../route.js';
import { SecretText } from '../../schemas.js';
import { verifyToken } from '../../verifying.js';

/** Open, as the RFC wants it: parameters that a server does not know are passed over. */
const body = Type.Object({ token: SecretText, token_type_hint: Type.Optional(Type.String()) });

const Answer = Type.Object(
  {
    active: Type.Boolean(),
    scope: Type.Optional(Type.String({ description: 'Its permissions, with spaces between.' })),
    client_id: Type.Optional(Type.String({ description: 'The id of the key.' })),
    username: Type.Optional(Type.String({ description: 'The name of the key.' })),
    sub: Type.Optional(Type.String({ description: 'Its owner.' })),
    token_type: Type.Optional(Type.Literal('Bearer')),
    exp: Type.Optional(Type.Integer({ description: 'Seconds since the epoch.' })),
    environment: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);

export const introspectRoute = route<never, never, typeof body, Asker>({
  method: 'POST',
  path: '/introspect',
  id: 'introspectToken',
  tag: 'verification',
  summary: 'Is this token active? (RFC 7662)',
  description: 'A key asks about keys of its own environment; others are not active to it.',
  permission: 'keys:verify',
  scope: 'own',
  body,
  formats: ['form', 'json'],
  answer: Answer,
  handle: ({ principal, body }, world) => {
    const { environment } = principal;
    const request = environment === undefined ? {} : { environment };
    const answer = verifyToken(world, new Secret(body.token), request);
    return answer instanceof Promise ? answer.then(told) : told(answer);
  },
});

const told = (answer: Awaited<ReturnType<typeof verifyToken>>): Answered =>
  answer.ok ? json(shown(answer.value)) : answer;

/** Why a token is not active is none of the asker's business. */
function shown({ valid, key }: Verification): object {
  if (!valid || key === undefined) return { active: false };
  return {
    active: true,
    scope: key.permissions.join(' '),
    client_id: key.keyId,
    username: key.name,
    sub: key.owner,
    token_type: 'Bearer',
    ...(key.expiresAt !== undefined && { exp: Math.floor(key.expiresAt / SECOND_MS) }),
    environment: key.environment,
  };
}

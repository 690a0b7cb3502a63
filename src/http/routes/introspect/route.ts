/** POST /introspect: the same question as RFC 7662 asks it, for gateways that speak OAuth; of keys and of every other token. */
import { Type } from 'typebox';
import type { Principal } from '../../../domain/principal.js';
import { isKeyToken, Secret } from '../../../domain/secret.js';
import { SECOND_MS } from '../../../domain/time.js';
import type { Verification } from '../../../ports/live-store.js';
import type { HttpDependencies } from '../../dependencies.js';
import { verifyToken } from '../../key-verification.js';
import { type Answered, type CallerRights, json, route } from '../../route.js';
import { SecretText } from '../../schemas.js';

/** Open, as the RFC requires it: parameters that a server does not know are passed over. */
/** What else a client sends is passed over (RFC 7009, 2.1; RFC 7662, 2.1). */
const body = Type.Object(
  { token: SecretText, token_type_hint: Type.Optional(Type.String({ maxLength: 100 })) },
  { maxProperties: 20 },
);

const Answer = Type.Object(
  {
    active: Type.Boolean(),
    scope: Type.Optional(Type.String({ description: 'Its permissions, separated by spaces.' })),
    client_id: Type.Optional(
      Type.String({ description: 'The id of the key, or of what an access token was exchanged for.' }),
    ),
    username: Type.Optional(
      Type.String({ description: 'The name of the key, or the address of the person.' }),
    ),
    sub: Type.Optional(
      Type.String({ description: 'The owner of the key, or the id of the caller that it acts for.' }),
    ),
    token_type: Type.Optional(Type.Literal('Bearer')),
    exp: Type.Optional(Type.Integer({ description: 'Seconds since the epoch.' })),
    environment: Type.Optional(Type.String({ description: 'Absent: all of them.' })),
    space: Type.Optional(Type.String({ description: 'The only one it reaches, by id.' })),
  },
  { additionalProperties: false },
);

export const introspectRoute = route<never, never, typeof body, CallerRights>({
  method: 'POST',
  path: '/introspect',
  id: 'introspectToken',
  tag: 'verification',
  summary: 'Is this token active? (RFC 7662)',
  description:
    'A key can ask about tokens of its own environment and of users, who act in all environments; any other is not ' +
    'active for it.',
  permission: 'keys:verify',
  scope: 'own',
  body,
  formats: ['form', 'json'],
  answer: Answer,
  handle: ({ principal, body }, deps) => {
    const { environment } = principal;
    const token = new Secret(body.token);
    if (!isKeyToken(body.token)) return ofHolder(deps, token, environment);
    const answer = verifyToken(deps, token, environment === undefined ? {} : { environment });
    return answer instanceof Promise ? answer.then(answerOf) : answerOf(answer);
  },
});

const INACTIVE = json({ active: false });

const answerOf = (answer: Awaited<ReturnType<typeof verifyToken>>): Answered =>
  answer.ok ? shown(answer.value) : answer;

/** The caller does not learn why a token is not active. */
function shown({ valid, key }: Verification): Answered {
  if (!valid || key === undefined) return INACTIVE;
  return json({
    active: true,
    scope: key.permissions.join(' '),
    client_id: key.keyId,
    username: key.name,
    sub: key.owner,
    token_type: 'Bearer',
    ...(key.expiresAt !== undefined && { exp: Math.floor(key.expiresAt / SECOND_MS) }),
    environment: key.environment,
  });
}

/** Access tokens, tokens of people, the root token: the store says who holds them. */
async function ofHolder(
  { authority }: HttpDependencies,
  token: Secret,
  environment: string | undefined,
): Promise<Answered> {
  const known = await authority.authenticate(token, { path: 'http:POST /introspect' });
  if (!known.ok) return known.error.code === 'unauthenticated' ? INACTIVE : known;
  const { value: holder } = known;
  const isElsewhere = environment !== undefined && ![undefined, environment].includes(holder.environment);
  return isElsewhere ? INACTIVE : json(holderShown(holder));
}

function holderShown(holder: Principal): object {
  const { permissions, credential, environment, id, ref } = holder;
  return {
    active: true,
    scope: permissions.join(' '),
    client_id: credential.parent?.id ?? credential.id,
    username: 'email' in holder ? holder.email : ref.name,
    sub: id,
    token_type: 'Bearer',
    ...(credential.expiresAt !== undefined && { exp: Math.floor(credential.expiresAt / SECOND_MS) }),
    ...(environment !== undefined && { environment }),
    ...('onlySpace' in holder && holder.onlySpace !== undefined && { space: holder.onlySpace.id }),
  };
}

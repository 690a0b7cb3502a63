/**
 * POST /auth exchanges a credential for an access token, and POST /auth/refresh-token one for another. Callers are not
 * authenticated yet, so every refusal is the same 401.
 */

import { type Static, Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { instantField } from '../../../domain/kinds/fields.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { Secret } from '../../../domain/secret.js';
import { AccessTokenBody, accessTokenBody } from '../../../http/access-token.js';
import { type AnyRoute, openRoute, respond } from '../../../http/route.js';
import { closed, SecretText } from '../../../http/schemas.js';
import type { Proof } from '../../../ports/identity.js';

const Email = Type.String({ minLength: 1, maxLength: 320 });

/** One schema for all ways: a union would report what is wrong with each of them. */
const credentials = Type.Object(
  {
    type: Type.Optional(
      Type.Enum(['userCredentials', 'apiCredentials', 'magicLink', 'sharedLink'], {
        description: 'Optional if the other fields determine it.',
      }),
    ),
    email: Type.Optional(Email),
    password: Type.Optional(SecretText),
    clientId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        description: 'The id of a key, of its version or of a token.',
      }),
    ),
    secret: Type.Optional(SecretText),
    token: Type.Optional(SecretText),
    name: Type.Optional(
      Type.String({ maxLength: 200, description: 'Of a guest who signs in by a shared link.' }),
    ),
    expiresAt: Type.Optional(instantField('When the session ends at the latest.')),
  },
  closed,
);

type Credentials = Static<typeof credentials>;

/** The fields that each way in needs, and what it makes of them. The first that fits is meant. */
const WAYS: readonly {
  readonly type: NonNullable<Credentials['type']>;
  readonly needs: readonly (keyof Credentials)[];
  readonly takes?: readonly (keyof Credentials)[];
  proof(texts: Required<Omit<Credentials, 'type' | 'name' | 'expiresAt'>> & Pick<Credentials, 'name'>): Proof;
}[] = [
  {
    type: 'userCredentials',
    needs: ['email', 'password'],
    proof: ({ email, password }) => ({ kind: 'password', email, password: new Secret(password) }),
  },
  {
    type: 'apiCredentials',
    needs: ['clientId', 'secret'],
    proof: ({ clientId, secret }) => ({ kind: 'client', clientId, secret: new Secret(secret) }),
  },
  {
    type: 'sharedLink',
    needs: ['token', 'email'],
    takes: ['name'],
    proof: ({ token, email, name }) => ({
      ...{ kind: 'sharedLink', token: new Secret(token), email },
      ...(name !== undefined && { name }),
    }),
  },
  {
    type: 'magicLink',
    needs: ['token'],
    proof: ({ token }) => ({ kind: 'magicLink', token: new Secret(token) }),
  },
];

const UNCLEAR = fail(
  fault(
    'bad_request',
    'unknown combination of fields; send email and password, clientId and secret, the token of a magic link, the token of a shared link ' +
      'and an email, or no body and a key or token as Authorization: Bearer',
  ),
);

/** What the body says is meant, whatever the header has: clients send their header with everything. */
function proofOf(sent: Omit<Credentials, 'expiresAt'>, shown: Secret | undefined): Result<Proof> {
  const { type, ...fields } = sent;
  const given = Object.keys(fields);
  if (given.length === 0 && type === undefined && shown !== undefined)
    return ok({ kind: 'token', token: shown });
  const way = WAYS.find(
    ({ needs, takes = [], ...one }) =>
      [undefined, one.type].includes(type) &&
      needs.every((field) => given.includes(field)) &&
      given.every((field) => [...needs, ...takes].some((known) => known === field)),
  );
  const { email = '', password = '', clientId = '', secret = '', token = '', name } = fields;
  const texts = { email, password, clientId, secret, token, ...(name !== undefined && { name }) };
  return way === undefined ? UNCLEAR : ok(way.proof(texts));
}

const signIn = openRoute({
  method: 'POST',
  path: '/auth',
  id: 'createAccessToken',
  tag: 'signing in',
  summary: 'Exchange credentials for an access token.',
  description:
    'It is valid for 24 hours, 1 hour for a guest, and never longer than the credential it was exchanged for. Without a body, the key or ' +
    'personal access token of the request is exchanged; a publishable key can be used for nothing else.',
  body: credentials,
  nulls: 'absent',
  answer: AccessTokenBody,
  handle: async ({ body, token, context }, { authority }) => {
    const { expiresAt, ...credentials } = body;
    const proof = proofOf(credentials, token);
    if (!proof.ok) return proof;
    const sessionEndsAt = expiresAt === undefined ? undefined : Date.parse(expiresAt);
    const asked = { ...context, ...(sessionEndsAt !== undefined && { sessionEndsAt }) };
    return respond(await authority.exchange(proof.value, asked), (granted) => accessTokenBody(granted));
  },
});

const refresh = openRoute({
  method: 'POST',
  path: '/auth/refresh-token',
  id: 'refreshAccessToken',
  tag: 'signing in',
  summary: 'Exchange an access token for another of the same session.',
  description: 'The body is the token, as a JSON text. A session lasts at most 30 days.',
  body: SecretText,
  answer: AccessTokenBody,
  handle: async ({ body, context }, { authority }) => {
    return respond(await authority.refresh(new Secret(body), context), (granted) => accessTokenBody(granted));
  },
});

export const signInRoutes: readonly AnyRoute[] = [signIn, refresh];

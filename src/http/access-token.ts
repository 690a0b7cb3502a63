/** An access token as it leaves: the shape of Flatfile's client, which wraps it in nothing and counts in texts. */
import { type Static, Type } from 'typebox';
import { formatInstant } from '../domain/time.js';
import type { AccessToken } from '../ports/identity.js';
import { closed } from './schemas.js';

export const AccessTokenBody = Type.Object(
  {
    accessToken: Type.String({ description: 'An EdDSA JWT; send it as `Authorization: Bearer`.' }),
    expiresIn: Type.String({ pattern: '^[0-9]+$', description: 'Seconds from now.' }),
    expires: Type.String({ format: 'date-time' }),
    email: Type.Optional(Type.String({ description: 'Of a person or a guest.' })),
    userId: Type.Optional(Type.String({ description: 'Of a person or a guest.' })),
    accountId: Type.String(),
  },
  closed,
);

export function accessTokenBody(granted: AccessToken): Static<typeof AccessTokenBody> {
  const { token, expiresAt, expiresInS, principal, accountId } = granted;
  return {
    accessToken: token.reveal(),
    expiresIn: String(expiresInS),
    expires: formatInstant(expiresAt),
    ...('email' in principal && { email: principal.email, userId: principal.id }),
    accountId,
  };
}

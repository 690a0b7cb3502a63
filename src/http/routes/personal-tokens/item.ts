/** A personal access token as the API shows it, and the one answer that has its secret. */
import { type Static, Type } from 'typebox';
import { formatInstant } from '../../../domain/time.js';
import type { PersonalToken, Shown } from '../../../ports/identity.js';
import { type Answered, shownOnce } from '../../route.js';
import { closed, dataOf, Instant, nullable, oneById } from '../../schemas.js';

export const Token = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    prefix: Type.String({ description: 'Of the token, including its id.' }),
    createdAt: Instant,
    expiresAt: nullable(Type.String({ format: 'date-time', description: 'null: it does not expire.' })),
    lastUsedAt: nullable(Type.String({ format: 'date-time', description: 'null: never used.' })),
  },
  closed,
);

export const Made = dataOf(
  Type.Object(
    {
      token: Type.Optional(Type.String({ description: 'Shown once; it is not stored.' })),
      personalAccessToken: Token,
    },
    closed,
  ),
);

export const byTokenId = oneById('us_pat');

export const madeOnce = ({ shown: made, token }: Shown<PersonalToken>): Answered => {
  const personalAccessToken = shown(made);
  return shownOnce(
    { data: { token: token.reveal(), personalAccessToken } },
    { data: { personalAccessToken } },
  );
};

export const shown = ({
  createdAt,
  expiresAt,
  lastUsedAt,
  ...rest
}: PersonalToken): Static<typeof Token> => ({
  ...rest,
  createdAt: formatInstant(createdAt),
  expiresAt: expiresAt === undefined ? null : formatInstant(expiresAt),
  lastUsedAt: lastUsedAt === undefined ? null : formatInstant(lastUsedAt),
});

/** GET /whoami: who the store takes the caller for. 200 or 401: what a key's holder asks. */
import { Type } from 'typebox';
import { formatInstant } from '../../../domain/time.js';
import { json, route } from '../../route.js';
import { closed, dataOf, Instant, nullable } from '../../schemas.js';

const Answer = dataOf(
  Type.Object(
    {
      kind: Type.String({ description: '`root`, `person`, `key`, `client`, `guest`.' }),
      id: Type.String(),
      name: Type.String(),
      email: nullable(Type.String({ description: 'Of a person or a guest.' })),
      environment: nullable(
        Type.String({ description: 'The only environment it acts in; null: all of them.' }),
      ),
      space: nullable(
        Type.String({
          description: 'The only space it reaches, by id; null: no such limit.',
        }),
      ),
      permissions: Type.Array(Type.String()),
      roles: Type.Array(Type.String()),
      teams: Type.Array(
        Type.Object(
          { team: Type.String(), role: Type.String(), permissions: Type.Array(Type.String()) },
          closed,
        ),
      ),
      credential: Type.Object(
        {
          kind: Type.Enum(['root', 'personal', 'key', 'access']),
          id: Type.String({ description: 'Public.' }),
          exchangedFor: nullable(
            Type.String({
              description: 'For an access token: the credential that it was exchanged for, and ends with.',
            }),
          ),
        },
        closed,
      ),
      expiresAt: nullable(Instant),
    },
    closed,
  ),
);

export const whoamiRoute = route({
  method: 'GET',
  path: '/whoami',
  id: 'whoami',
  browsers: 'allowed',
  tag: 'verification',
  summary: 'The caller of this request.',
  answer: Answer,
  handle: ({ principal }) => {
    const { kind, id, display, environment, permissions, credential } = principal;
    return json({
      data: {
        ...{ kind, id, permissions, name: display },
        email: 'email' in principal ? principal.email : null,
        environment: environment ?? null,
        space: 'onlySpace' in principal ? (principal.onlySpace?.id ?? null) : null,
        roles: 'roles' in principal ? principal.roles : [],
        teams: 'memberships' in principal ? principal.memberships : [],
        credential: {
          kind: credential.kind,
          id: credential.id,
          exchangedFor: credential.parent?.kind ?? null,
        },
        expiresAt: credential.expiresAt === undefined ? null : formatInstant(credential.expiresAt),
      },
    });
  },
});

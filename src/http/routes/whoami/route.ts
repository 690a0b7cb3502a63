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
      environment: nullable(Type.String({ description: 'The only one it acts in; null: all of them.' })),
      permissions: Type.Array(Type.String()),
      roles: Type.Array(Type.String()),
      expiresAt: nullable(Instant),
    },
    closed,
  ),
);

export const whoamiRoute = route({
  method: 'GET',
  path: '/whoami',
  id: 'whoami',
  tag: 'verification',
  summary: 'Who am I?',
  answer: Answer,
  handle: ({ principal }) =>
    json({
      data: {
        kind: principal.kind,
        id: principal.id,
        name: principal.display,
        environment: principal.environment ?? null,
        permissions: principal.permissions,
        roles: 'roles' in principal ? principal.roles : [],
        expiresAt:
          principal.credential.expiresAt === undefined ? null : formatInstant(principal.credential.expiresAt),
      },
    }),
});

/** Sessions, personal access tokens and signing keys of a live store over HTTP, call by call. */
import { Type } from 'typebox';
import { closed } from '../domain/kinds/fields.js';
import type { ObjectRef } from '../domain/objects.js';
import type { SignIn } from '../ports/sign-ins.js';
import { Path } from './effects.js';
import * as shape from './objects.js';
import { operation, TIMEOUT_MS } from './operation.js';

const holder = { of: Type.Optional(shape.Ref) };

export const signIns = operation<{ readonly of?: ObjectRef }, readonly SignIn[]>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeSignIns',
  path: '/store/sign-ins',
  summary:
    'Sessions and personal access tokens of a user, guest or key that are good; without `of`, your own.',
  sent: Type.Object(holder, closed),
  got: Type.Array(
    Type.Object({
      id: Type.String(),
      kind: Type.Enum(['session', 'personal-access-token']),
      of: shape.Ref,
      name: Type.Optional(Type.String()),
      by: Type.Optional(Type.String()),
      createdAt: shape.At,
      lastUsedAt: Type.Optional(shape.At),
      expiresAt: Type.Optional(shape.At),
      isCurrent: Type.Boolean(),
    }),
  ),
});

export const endSignIns = operation<
  { readonly of?: ObjectRef; readonly id?: string; readonly path: string },
  number
>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeEndSignIns',
  path: '/store/end-sign-ins',
  summary: 'End one of them, or all of a holder except the one in use; answers how many ended.',
  sent: Type.Object(
    { ...holder, id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })), path: Path },
    closed,
  ),
  got: shape.Count,
});

export const replaceSigningKeys = operation<{ readonly path: string }, null>({
  again: 'harmless',
  patienceMs: TIMEOUT_MS,
  id: 'storeReplaceSigningKeys',
  path: '/store/replace-signing-keys',
  summary: 'Refuse every access token that was signed until now. For owners.',
  sent: Type.Object({ path: Path }, closed),
  got: Type.Null(),
});

/** POST /keys/{id}/revoke: at once and for good (U7), of the whole key or of one version; on demand only if unused. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { route } from '../../route.js';
import { closed } from '../../schemas.js';
import { BreakGlass, byId, changeKey, OneKey } from './changing.js';
import type { KeyObject } from './item.js';

interface Wanted {
  readonly version?: number;
}

export const revokeKey = route({
  method: 'POST',
  path: '/keys/{id}/revoke',
  id: 'revokeKey',
  tag: 'keys',
  summary: 'End it at once and for good.',
  description:
    'In force before the answer, whoever it breaks: `revoking` of GET /keys/{id} says first whom. ' +
    'A key that is still declared is issued anew by the next apply.',
  permission: 'keys:revoke',
  scope: 'keys',
  params: byId,
  body: Type.Object(
    {
      version: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000_000,
          description: 'This one alone; every one if absent.',
        }),
      ),
      breakGlass: BreakGlass,
      onlyIfUnused: Type.Optional(
        Type.Boolean({ description: 'Refuse, and say why, while what is to be revoked is in use.' }),
      ),
    },
    closed,
  ),
  answer: OneKey,
  faults: ['not_found', 'conflict', 'in_use'],
  handle: ({ principal, params, body }, world) =>
    changeKey(world, {
      ...{ principal, id: params.id, verb: 'revoke', permission: 'keys:revoke' },
      breakGlass: body.breakGlass,
      refuse: (key) => refusalOf(key, body),
      request: (object, { key }) => ({
        ...{ kind: 'revoke', object, overlapMs: 0 },
        ...(body.onlyIfUnused === true && { onlyIfUnused: true }),
        ...versionNamed(key.versions, body.version),
      }),
    }),
});

const versionNamed = (versions: KeyObject['key']['versions'], wanted: number | undefined) => {
  const tokenId = versions.find(({ generation }) => generation === wanted)?.id;
  return tokenId === undefined ? {} : { tokenId };
};

function refusalOf({ key }: KeyObject, { version }: Wanted): Result<void> {
  if (version !== undefined && !key.versions.some(({ generation }) => generation === version))
    return fail(fault('not_found', `the key has no version ${version}`));
  return ok(undefined);
}

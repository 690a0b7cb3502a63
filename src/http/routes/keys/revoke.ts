/** POST /keys/{id}/revoke: at once and for good (U7), of the whole key or of one version; on demand only if unused. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import { closed } from '../../schemas.js';
import type { KeyObject } from './item.js';
import { BreakGlass, transition } from './transitions.js';

interface Wanted {
  readonly version?: number;
}

export const revokeKey = transition({
  verb: 'revoke',
  permission: 'keys:revoke',
  summary: 'Revoke it immediately and permanently.',
  description:
    'In force before the response, even if consumers still use it: see `revoking` of GET /keys/{id} first. ' +
    'A key that is still declared is issued again by the next apply.',
  body: Type.Object(
    {
      version: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1_000_000_000,
          description: 'Only this version; absent: all of them.',
        }),
      ),
      breakGlass: BreakGlass,
      onlyIfUnused: Type.Optional(
        Type.Boolean({ description: 'Refuse, with the reason, while a version to be revoked is in use.' }),
      ),
    },
    closed,
  ),
  faults: ['in_use'],
  refuse: refusalOf,
  request: (object, { version, onlyIfUnused }, { key }) => ({
    ...{ kind: 'revoke', object, overlapMs: 0 },
    ...(onlyIfUnused === true && { onlyIfUnused: true }),
    ...versionNamed(key.versions, version),
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

/** POST /keys/{id}/revoke: at once and for good (U7), of the whole key or of one version; on demand only if unused. */
import { Type } from 'typebox';
import { fault } from '../../../domain/errors.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { Instant } from '../../../domain/time.js';
import { closed } from '../../schemas.js';
import type { KeyObject } from './item.js';
import { transition } from './transitions.js';
import { revokingOf, versionsInUse } from './version-usage.js';

interface Wanted {
  readonly version?: number;
  readonly onlyIfUnused?: boolean;
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
      onlyIfUnused: Type.Optional(
        Type.Boolean({ description: 'Refuse, with the reason, while a version to be revoked is in use.' }),
      ),
    },
    closed,
  ),
  faults: ['in_use'],
  refuse: refusalOf,
  request: ({ ref, key }, { version }) => ({
    ...{ kind: 'revoke', object: ref, overlapMs: 0 },
    ...versionNamed(key.versions, version),
  }),
});

const versionNamed = (versions: KeyObject['key']['versions'], wanted: number | undefined) => {
  const tokenId = versions.find(({ generation }) => generation === wanted)?.id;
  return tokenId === undefined ? {} : { tokenId };
};

function refusalOf(
  { key, declaration }: KeyObject,
  { version, onlyIfUnused }: Wanted,
  now: Instant,
): Result<void> {
  if (version !== undefined && !key.versions.some(({ generation }) => generation === version))
    return fail(fault('not_found', `the key has no version ${version}`));
  const inUse = versionsInUse(key, declaration.spec, now).some(
    ({ generation }) => version === undefined || generation === version,
  );
  if (onlyIfUnused !== true || !inUse) return ok(undefined);
  return fail(fault('in_use', revokingOf(key, declaration.spec, now).message));
}

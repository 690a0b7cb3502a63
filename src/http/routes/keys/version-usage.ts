/** What is known of a key's use, and what revoking it would break (U5, U10). */
import { type Static, Type } from 'typebox';
import { isReplacementUsed, useText, versionsInUse } from '../../../domain/key-use.js';
import type { ApiKeySpec } from '../../../domain/kinds/index.js';
import type { KeyFacts } from '../../../domain/live.js';
import type { Instant } from '../../../domain/time.js';
import { closed, nullable } from '../../schemas.js';

export const Revoking = Type.Object(
  {
    versionsInUse: Type.Array(Type.Integer(), {
      description: 'Accepted versions that were used within the key’s `quiet` period, by default a day.',
    }),
    isReplacementUsed: nullable(
      Type.Boolean({
        description: 'Whether the newest version has been used. null: no older version is accepted.',
      }),
    ),
    message: Type.String({ description: 'What revoking it now would break, for people.' }),
  },
  { ...closed, description: 'Read it before POST /keys/{id}/revoke.' },
);

export const revokingOf = (key: KeyFacts, spec: ApiKeySpec, now: Instant): Static<typeof Revoking> => ({
  versionsInUse: versionsInUse(key, spec, now).map(({ generation }) => generation),
  isReplacementUsed: isReplacementUsed(key, now),
  message: useText(key, spec, now),
});

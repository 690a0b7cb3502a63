/** What is known of a key's use, and what revoking it would break (U5, U10): said before anybody does. */
import { type Static, Type } from 'typebox';
import { isReplacementUsed, useText, versionsInUse } from '../../../domain/key-use.js';
import type { ApiKeySpec } from '../../../domain/kinds/index.js';
import type { KeyFacts } from '../../../domain/live.js';
import type { Instant } from '../../../domain/time.js';
import { closed, nullable } from '../../schemas.js';

export const Revoking = Type.Object(
  {
    versionsInUse: Type.Array(Type.Integer(), {
      description:
        'Accepted versions that were used within the time that the key calls quiet; a day if it says nothing.',
    }),
    isReplacementUsed: nullable(
      Type.Boolean({ description: 'Has the newest version been used? null: no older one is accepted.' }),
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

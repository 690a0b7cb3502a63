/** Rotation of a person's own access token. Listing, making and deleting them is under `/auth` (compat/flatfile). */
import { Type } from 'typebox';
import { byOf } from '../../live-objects.js';
import { type AnyRoute, route } from '../../route.js';
import { closed } from '../../schemas.js';
import { byTokenId, Made, madeOnce } from './item.js';

const rotate = route({
  method: 'POST',
  path: '/personal-access-tokens/{id}/rotate',
  id: 'rotatePersonalAccessToken',
  tag: 'personal access tokens',
  summary: 'Replace one of your tokens with a new one of the same name.',
  description: 'The old token ends immediately, with the sessions that it started; the new one has a new id.',
  params: byTokenId,
  body: Type.Object({}, closed),
  creates: true,
  answer: Made,
  faults: ['not_found'],
  handle: async (call, { authority }) => {
    const made = await authority.rotatePersonalToken(call.params.id, byOf(call));
    return made.ok ? madeOnce(made.value) : made;
  },
});

export const personalTokenRoutes: readonly AnyRoute[] = [rotate];

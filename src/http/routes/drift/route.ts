/** GET /drift: what differs from what was applied last, since when, who did it and by which path. */
import { respond, route } from '../../route.js';
import { DriftStep, previewOf, whoseQuery } from '../plan/shape.js';

export const driftRoute = route({
  method: 'GET',
  path: '/drift',
  id: 'getDrift',
  tag: 'plans',
  summary: 'What differs from what a project applied last, since when, and who changed it.',
  description:
    'What `keywright drift` prints, computed without the documents, as `GET /plan` is. No steps means no drift. Changes nothing.',
  permission: 'plans:read',
  query: whoseQuery,
  answer: previewOf('Drift', DriftStep),
  faults: ['not_found'],
  handle: async ({ query }, { previews }) => {
    return respond(await previews.drift(query), (drift) => drift);
  },
});

/** GET /drift: what differs from what was applied last, since when, who did it and by which path. */
import { json, route } from '../../route.js';
import { DriftStep, driftFields, previewOf, whoseQuery } from '../plan/shape.js';

export const driftRoute = route({
  method: 'GET',
  path: '/drift',
  id: 'getDrift',
  tag: 'plans',
  summary: 'What differs from what a project applied last, since when, and through whom.',
  description:
    'What `keywright drift` answers, without the documents, as `GET /plan` does; no differences: no drift. Changes nothing.',
  permission: 'plans:read',
  query: whoseQuery,
  answer: previewOf('Drift', DriftStep, driftFields),
  faults: ['not_found'],
  handle: async ({ query }, { previews }) => {
    const drift = await previews.drift(query);
    return drift.ok ? json(drift.value) : drift;
  },
});

/** GET /plan: what would bring the live store back to what was applied last. */
import { respond, route } from '../../route.js';
import { previewOf, Step, whoseQuery } from './shape.js';

export const planRoute = route({
  method: 'GET',
  path: '/plan',
  id: 'getPlan',
  tag: 'plans',
  summary: 'The steps that would restore what a project applied last.',
  description:
    'What `keywright plan` prints, computed without the documents: policies have their defaults, and what sinks hold is ' +
    'unknown. Changes nothing.',
  permission: 'plans:read',
  query: whoseQuery,
  answer: previewOf('Plan', Step),
  faults: ['not_found'],
  handle: async ({ query }, { previews }) => {
    return respond(await previews.plan(query), (plan) => plan);
  },
});

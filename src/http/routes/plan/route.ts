/** GET /plan: what would bring the live store back to what was applied last. */
import { respond, route } from '../../route.js';
import { previewOf, Step, whoseQuery } from './shape.js';

export const planRoute = route({
  method: 'GET',
  path: '/plan',
  id: 'getPlan',
  tag: 'plans',
  summary: 'The steps that would bring the live store back to what a project applied last.',
  description:
    'What `keywright plan` answers, without the documents: policies are those of a project that names none, and the ' +
    'places that keys are delivered to are unknown. Changes nothing.',
  permission: 'plans:read',
  query: whoseQuery,
  answer: previewOf('Plan', Step),
  faults: ['not_found'],
  handle: async ({ query }, { previews }) => {
    return respond(await previews.plan(query), (plan) => plan);
  },
});

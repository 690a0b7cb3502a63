/** Services: what owns keys and is nobody, so that no key dies with a person. */
import type { Route } from '../../route.js';
import { listManaged, managedRoutes } from '../managed.js';

export const serviceRoutes: readonly Route[] = [
  listManaged('Service', 'services'),
  ...managedRoutes({
    ...{ kind: 'Service', noun: 'services' },
    changeable: ['description', 'stewards', 'permissions'],
  }),
];

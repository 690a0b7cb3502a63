/** Services: what owns keys and is nobody, so that no key dies with a person. */

import { listManaged, managedRoutes } from '../../crud.js';
import type { Route } from '../../route.js';

export const serviceRoutes: readonly Route[] = [
  listManaged('Service', 'services'),
  ...managedRoutes({
    ...{ kind: 'Service', noun: 'services' },
    changeable: ['description', 'stewards', 'permissions'],
  }),
];

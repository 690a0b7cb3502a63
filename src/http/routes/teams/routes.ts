/** Teams: people with roles in them. Whoever may change a team by its own roles changes that one and no other. */

import { listManaged, managedRoutes } from '../../crud.js';
import type { Route } from '../../route.js';

export const teamRoutes: readonly Route[] = [
  listManaged('Team', 'teams'),
  ...managedRoutes({ kind: 'Team', noun: 'teams', changeable: ['description', 'members'] }),
];

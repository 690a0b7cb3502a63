/** Teams: people with roles in them. Whoever may change a team by its own roles changes that one and no other. */
import type { Route } from '../../route.js';
import { listManaged, managedRoutes } from '../managed.js';

export const teamRoutes: readonly Route[] = [
  listManaged('Team', 'teams'),
  ...managedRoutes({ kind: 'Team', noun: 'teams', changeable: ['description', 'members'] }),
];

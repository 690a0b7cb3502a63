/** All routes of people. */
import type { Route } from '../../../http/route.js';
import { apiTokenRoutes } from './api-token.js';
import { userRoleRoutes } from './roles.js';
import { personRoutes } from './routes.js';

export const userRoutes: readonly Route[] = [...personRoutes, ...userRoleRoutes, ...apiTokenRoutes];

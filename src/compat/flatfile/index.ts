/**
 * What is here for code written to Flatfile's API (`@flatfile/api`): its paths, shapes, numbered pages and quirks, mapped
 * to the use-cases of this server. Nothing outside this folder knows of them (docs/adr/0026).
 */
import type { AnyRoute } from '../../http/route.js';
import { accountRoutes } from './account/routes.js';
import { agentRoleRoutes } from './agents/roles.js';
import { agentRoutes } from './agents/routes.js';
import { apiKeyRoutes } from './auth/api-keys.js';
import { personalTokenRoutes } from './auth/personal-tokens.js';
import { signInRoutes } from './auth/sign-in.js';
import { environmentRoutes } from './environments/routes.js';
import { eventRoutes } from './events/routes.js';
import { guestRoleRoutes } from './guests/roles.js';
import { guestRoutes } from './guests/routes.js';
import { guestTokenRoute } from './guests/token.js';
import { exchangeRoute } from './invitations/exchange.js';
import { roleListRoutes } from './roles/routes.js';
import { secretRoutes } from './secrets/routes.js';
import { initSpaceRoute } from './spaces/init.js';
import { spaceRoutes } from './spaces/routes.js';
import { userRoutes } from './users/index.js';
import { workbookRoutes } from './workbooks/routes.js';

export const FLATFILE_ROUTES: readonly AnyRoute[] = [
  ...signInRoutes,
  ...personalTokenRoutes,
  ...apiKeyRoutes,
  exchangeRoute,
  ...environmentRoutes,
  ...spaceRoutes,
  initSpaceRoute,
  ...workbookRoutes,
  ...userRoutes,
  ...roleListRoutes,
  ...guestRoutes,
  ...guestRoleRoutes,
  guestTokenRoute,
  ...agentRoutes,
  ...agentRoleRoutes,
  ...secretRoutes,
  ...eventRoutes,
  ...accountRoutes,
];

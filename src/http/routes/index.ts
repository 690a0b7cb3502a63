/** Every route below the prefixes. What is not here is answered 404 and is not in /openapi.json. */
import type { AnyRoute } from '../route.js';
import { accountRoutes } from './account/routes.js';
import { agentRoleRoutes } from './agents/roles.js';
import { agentRoutes } from './agents/routes.js';
import { proofRoutes } from './audit/proof.js';
import { auditRoute } from './audit/route.js';
import { apiKeyRoutes } from './auth/api-keys.js';
import { personalTokenRoutes } from './auth/personal-tokens.js';
import { signInRoutes } from './auth/sign-in.js';
import { changesRoute } from './changes/route.js';
import { driftRoute } from './drift/route.js';
import { environmentRoutes } from './environments/routes.js';
import { eventRoutes } from './events/routes.js';
import { guestLinkRoutes } from './guest-links/routes.js';
import { guestRoleRoutes } from './guests/roles.js';
import { guestRoutes } from './guests/routes.js';
import { instancesRoute } from './instances/route.js';
import { internalRoutes } from './internal/routes.js';
import { introspectRoute } from './introspect/route.js';
import { invitationRoutes } from './invitations/routes.js';
import { signingKeyRoutes } from './jwks/routes.js';
import { keyRoutes } from './keys/routes.js';
import { planRoute } from './plan/route.js';
import { revokeTokenRoute } from './revoke/route.js';
import { roleRoutes } from './roles/routes.js';
import { secretRoutes } from './secrets/routes.js';
import { serviceRoutes } from './services/routes.js';
import { sessionRoutes } from './sessions/routes.js';
import { spaceRoutes } from './spaces/routes.js';
import { storeRoutes } from './store/routes.js';
import { teamRoutes } from './teams/routes.js';
import { usageRoute } from './usage/route.js';
import { userRoutes } from './users/index.js';
import { verifyRoute } from './verify/route.js';
import { whoamiRoute } from './whoami/route.js';
import { workbookRoutes } from './workbooks/routes.js';

export const PREFIXES = ['/v1', '/api/v1'] as const;

export const ROUTES: readonly AnyRoute[] = [
  verifyRoute,
  introspectRoute,
  revokeTokenRoute,
  whoamiRoute,
  ...signInRoutes,
  ...sessionRoutes,
  ...personalTokenRoutes,
  ...apiKeyRoutes,
  ...invitationRoutes,
  ...guestLinkRoutes,
  ...signingKeyRoutes,
  ...keyRoutes,
  auditRoute,
  ...proofRoutes,
  changesRoute,
  ...environmentRoutes,
  ...spaceRoutes,
  ...workbookRoutes,
  ...userRoutes,
  ...guestRoutes,
  ...guestRoleRoutes,
  ...agentRoutes,
  ...agentRoleRoutes,
  ...secretRoutes,
  ...eventRoutes,
  ...internalRoutes,
  ...serviceRoutes,
  ...teamRoutes,
  ...roleRoutes,
  ...accountRoutes,
  planRoute,
  driftRoute,
  usageRoute,
  instancesRoute,
  ...storeRoutes,
];

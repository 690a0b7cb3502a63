/** This server's own routes below the prefixes. What is in no list of routes is answered 404 and is not in /openapi.json. */
import type { AnyRoute } from '../route.js';
import { proofRoutes } from './audit/proof.js';
import { auditRoute } from './audit/route.js';
import { changesRoute } from './changes/route.js';
import { driftRoute } from './drift/route.js';
import { guestLinkRoutes } from './guest-links/routes.js';
import { instancesRoute } from './instances/route.js';
import { introspectRoute } from './introspect/route.js';
import { invitationRoutes } from './invitations/routes.js';
import { signingKeyRoutes } from './jwks/routes.js';
import { keyRoutes } from './keys/routes.js';
import { personalTokenRoutes } from './personal-tokens/routes.js';
import { planRoute } from './plan/route.js';
import { revokeTokenRoute } from './revoke/route.js';
import { roleRoutes } from './roles/routes.js';
import { serviceRoutes } from './services/routes.js';
import { storeRoutes } from './store/routes.js';
import { teamRoutes } from './teams/routes.js';
import { usageRoute } from './usage/route.js';
import { verifyRoute } from './verify/route.js';
import { whoamiRoute } from './whoami/route.js';

export const NATIVE_ROUTES: readonly AnyRoute[] = [
  verifyRoute,
  introspectRoute,
  revokeTokenRoute,
  whoamiRoute,
  ...personalTokenRoutes,
  ...invitationRoutes,
  ...guestLinkRoutes,
  ...signingKeyRoutes,
  ...keyRoutes,
  auditRoute,
  ...proofRoutes,
  changesRoute,
  ...serviceRoutes,
  ...teamRoutes,
  ...roleRoutes,
  planRoute,
  driftRoute,
  usageRoute,
  instancesRoute,
  ...storeRoutes,
];

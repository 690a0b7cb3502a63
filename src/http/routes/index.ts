/** This server's own routes below the prefixes. What is in no list of routes is answered 404 and is not in /openapi.json. */
import { OBJECT_KINDS, type ObjectKind } from '../../domain/kinds/index.js';
import { type BuiltIn, crudRoutes } from '../crud.js';
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
import { BUILT_IN as BUILT_IN_ROLES } from './roles/built-in.js';
import { sessionRoutes } from './sessions/routes.js';
import { storeRoutes } from './store/routes.js';
import { usageRoute } from './usage/route.js';
import { verifyRoute } from './verify/route.js';
import { whoamiRoute } from './whoami/route.js';

const BUILT_IN: { readonly [K in ObjectKind]?: BuiltIn } = { Role: BUILT_IN_ROLES };

export const NATIVE_ROUTES: readonly AnyRoute[] = [
  ...OBJECT_KINDS.flatMap((kind) => crudRoutes(kind, BUILT_IN[kind])),
  verifyRoute,
  introspectRoute,
  revokeTokenRoute,
  whoamiRoute,
  ...personalTokenRoutes,
  ...invitationRoutes,
  ...guestLinkRoutes,
  ...signingKeyRoutes,
  ...sessionRoutes,
  ...keyRoutes,
  auditRoute,
  ...proofRoutes,
  changesRoute,
  planRoute,
  driftRoute,
  usageRoute,
  instancesRoute,
  ...storeRoutes,
];

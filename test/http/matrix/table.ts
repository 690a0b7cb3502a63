/**
 * Who may call what: written from the contract (fine print 9 and 10) and from F5, F7, F10, F11, F12, U2 and T2 of the
 * seeds, not from the code. A row names by letter (callers.ts) those who get in, in their own environment. In another
 * the same people do, and no other: keys, clients and guests stay in theirs. Callers that are not named are refused.
 */

import type { Row } from './row.js';
import { accountRows } from './table-account.js';
import { keyRows } from './table-keys.js';
import { spaceRows } from './table-spaces.js';

/** Routes for those who are not known yet: what they answer to any caller, with something that is no good. */
export const OPEN: Readonly<
  Record<string, { readonly body?: unknown; readonly query?: string; readonly status: number }>
> = {
  'POST /auth': { body: { email: 'nobody@example.com', password: 'not a password' }, status: 401 },
  'POST /auth/refresh-token': { body: '"none"', status: 401 },
  'POST /invitations/accept': { body: { token: 'none', password: 'correct horse battery' }, status: 401 },
  'POST /invitations/exchange': { body: { token: 'none' }, status: 200 },
  'GET /.well-known/jwks.json': { status: 200 },
  'POST /internal/spaces/init': { body: { space: {} }, query: 'publishableKey=none', status: 401 },
  'GET /healthz': { status: 200 },
  'GET /readyz': { status: 200 },
  'GET /metrics': { status: 200 },
  'GET /openapi.json': { status: 200 },
};

export const TABLE: readonly Row[] = [...accountRows, ...keyRows, ...spaceRows];

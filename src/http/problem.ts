/**
 * The one mapping of faults to the wire: the status, and a body that is an error of Flatfile's and a problem of
 * RFC 9457 at once. Internal causes go to the log, never to the caller.
 */
import { FAULTS, type Fault, type FaultCode } from '../domain/errors.js';
import { SECOND_MS } from '../domain/time.js';
import { isOAuth, type OAuthError, oauthError } from './oauth.js';

/** What was wrong with one field; `key` is where it is: `body.permission`. */
export interface FieldError {
  readonly key?: string;
  readonly message: string;
}

/** A fault on its way out, with what only HTTP knows of it. */
export interface Refusal extends Fault {
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

const STATUS: Readonly<Partial<Record<FaultCode, number>>> = {
  bad_request: 400,
  usage: 400,
  unauthenticated: 401,
  forbidden: 403,
  approval_required: 403,
  upgrade_required: 403,
  possession_required: 403,
  not_found: 404,
  method_not_allowed: 405,
  ambiguous: 409,
  already_claimed: 409,
  conflict: 409,
  exists: 409,
  in_use: 409,
  lease_lost: 409,
  locked: 409,
  moved: 409,
  nothing_to_claim: 409,
  not_confirmed: 409,
  refused: 409,
  sealed_to_another: 409,
  stale_plan: 409,
  too_many_versions: 409,
  too_large: 413,
  unsupported_media_type: 415,
  invalid_documents: 422,
  unknown_reference: 422,
  rate_limited: 429,
  interrupted: 503,
  overloaded: 503,
  store_unreachable: 503,
};

/** 500 for everything that is no caller's doing. */
export const statusOf = (code: FaultCode): number => STATUS[code] ?? 500;

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ProblemBody;
}

export interface ProblemBody {
  readonly errors: readonly FieldError[];
  readonly code: FaultCode;
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly error?: OAuthError;
}

/** RFC 6750: the same challenge for every invalid or missing credential. */
export const CHALLENGE = 'Bearer realm="keywright"';

const challengeAt = (path: string): string =>
  isOAuth(path) ? `${CHALLENGE}, Basic realm="keywright"` : CHALLENGE;

/** `instance` is the path that was called. */
export function problemOf(refusal: Refusal, instance: string): Problem {
  const status = statusOf(refusal.code);
  const title = FAULTS[refusal.code];
  const error = oauthError(status, instance);
  // A message about the inside names folders, hosts and rows.
  const detail = status >= 500 ? title : refusal.message;
  return {
    status,
    headers: {
      ...RETRY[status],
      ...(refusal.retryAfterMs !== undefined && retryAfter(refusal.retryAfterMs)),
      ...(status === 401 && { 'www-authenticate': challengeAt(instance) }),
      ...refusal.headers,
    },
    body: {
      errors: refusal.errors ?? [{ message: detail }],
      code: refusal.code,
      type: `https://keywright.dev/errors#${refusal.code}`,
      title,
      status,
      detail,
      instance,
      ...(error !== undefined && { error }),
    },
  };
}

const RETRY: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  503: { 'retry-after': '1' },
};

export const retryAfter = (ms: number): Readonly<Record<string, string>> => ({
  'retry-after': String(Math.max(1, Math.ceil(ms / SECOND_MS))),
});

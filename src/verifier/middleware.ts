/**
 * Protects the routes of a service and accepts requests with a good key: for express, and anything else that
 * calls `(request, response, next)`. Reveals as little as a server does: one 401 for anything wrong with a key.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FAULTS, type FaultCode } from '../domain/errors.js';
import { requestCredential } from '../domain/request-credential.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { VerificationRequest } from '../domain/verification.js';
import type { Verification } from '../ports/live-store.js';
import type { SpaceQuestion } from './in-space.js';
import type { Answer } from './verifier.js';

/** Holds the facts of the key of an accepted request; never the key itself. */
export type VerifiedKey = NonNullable<Verification['key']>;

/** Says what a key is needed for. An absent field is not checked. */
export interface Question extends VerificationRequest, Partial<SpaceQuestion> {}

/**
 * Says what the key of a request must be good for. A space may depend on the request: `(request) => request.params.space`.
 */
export interface Protection<R extends IncomingMessage = IncomingMessage> extends VerificationRequest {
  readonly space?: string | ((request: R) => string);
  readonly workbook?: string | ((request: R) => string);
}

/** Is a request that was accepted, with the facts of its key. */
export interface WithKey {
  apiKey?: VerifiedKey;
}

/** Is a function for express, and for anything else that calls `(request, response, next)`. */
export type Middleware<R extends IncomingMessage = IncomingMessage> = (
  request: R & WithKey,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** One of the ways to verify. */
export interface Verifying {
  /** `UNAVAILABLE` when the answer is unknown. Never rejects. */
  verify(token: string, question: Question): Answer | Promise<Answer>;
  /** What was done before the call is in force when it resolves. */
  refresh(): Promise<Result<void>>;
  /** Reports the last uses and lets go of everything. A fault if those uses are lost. */
  close(): Promise<Result<void>>;
}

export type Verify = (token: string, question: Question) => Answer | Promise<Answer>;

/** Calls `next` for a good key, with an error only for a bug; answers everything else itself. */
export function middlewareOf<R extends IncomingMessage>(
  verify: Verify,
  protection: Protection<R>,
): Middleware<R> {
  return (request, response, next) => {
    const settle = (verdict: Verdict): void => {
      if (verdict.kind === 'refused') {
        refuse(response, verdict.refusal);
        return;
      }
      request.apiKey = verdict.key;
      next();
    };
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = verdictOn(request, verify, protection);
    } catch (error) {
      next(error);
      return;
    }
    if (verdict instanceof Promise) verdict.then(settle, next);
    else settle(verdict);
  };
}

type Verdict =
  | { readonly kind: 'let in'; readonly key: VerifiedKey }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const refused = (refusal: Refusal): Verdict => ({ kind: 'refused', refusal });

function verdictOn<R extends IncomingMessage>(
  request: R,
  verify: Verify,
  protection: Protection<R>,
): Verdict | Promise<Verdict> {
  const shown = requestCredential(request.rawHeaders);
  if (shown.kind === 'none') return refused(UNKNOWN);
  if (shown.kind === 'several') return refused(TWO);
  if (isFromBrowser(request, shown.token)) return refused(FROM_BROWSER);
  const answer = verify(shown.token.reveal(), questionOf(protection, request));
  return answer instanceof Promise
    ? answer.then((later) => verdictOf(later, protection.permission))
    : verdictOf(answer, protection.permission);
}

const isFromBrowser = ({ headers }: IncomingMessage, token: Secret): boolean =>
  headers.origin !== undefined && token.reveal().startsWith('sk_');

function questionOf<R extends IncomingMessage>(
  { space, workbook, ...request }: Protection<R>,
  of: R,
): Question {
  return {
    ...request,
    ...(space !== undefined && { space: typeof space === 'string' ? space : space(of) }),
    ...(workbook !== undefined && { workbook: typeof workbook === 'string' ? workbook : workbook(of) }),
  };
}

interface Refusal {
  readonly status: number;
  readonly code: FaultCode;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
}

const CHALLENGE = 'Bearer realm="keywright"';

const UNKNOWN: Refusal = {
  status: 401,
  code: 'unauthenticated',
  detail: 'send a valid key as Authorization: Bearer or X-API-Key',
  headers: { 'www-authenticate': CHALLENGE },
};

const TWO: Refusal = {
  status: 400,
  code: 'bad_request',
  detail: 'send one key with one method: Authorization or X-API-Key',
  headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_request"` },
};

const NOBODY_KNOWS: Refusal = {
  status: 503,
  code: 'store_unreachable',
  detail: FAULTS.store_unreachable,
  headers: { 'retry-after': '1' },
};

const forbidden = (detail: string, scope?: string): Refusal => ({
  status: 403,
  code: 'forbidden',
  detail,
  headers: {
    'www-authenticate': `${CHALLENGE}, error="insufficient_scope"${scope === undefined ? '' : `, scope="${scope}"`}`,
  },
});

const FROM_BROWSER = forbidden('a secret key is for servers, not for browsers');
const NOT_IN_PLAN = forbidden('the plan of this account does not include the API');
const PUBLISHABLE = forbidden('a publishable key can only start a session; use a secret key');

/** A caller without a good key for this environment gets no reason. */
function verdictOf({ code, key }: Answer, permission: string | undefined): Verdict {
  if (code === 'UNAVAILABLE') return refused(NOBODY_KNOWS);
  if (code === 'PLAN_REQUIRED') return refused(NOT_IN_PLAN);
  const isPublic = key?.type === 'publishable';
  if (isPublic && (code === 'VALID' || code === 'FORBIDDEN')) return refused(PUBLISHABLE);
  if (code === 'FORBIDDEN')
    return refused(
      permission === undefined
        ? forbidden('the key is not allowed to do this here')
        : forbidden(`this requires the permission ${permission}`, permission),
    );
  return code === 'VALID' && key !== undefined ? { kind: 'let in', key } : refused(UNKNOWN);
}

/** A problem of RFC 9457 that has the shape of a server's errors too. */
function refuse(response: ServerResponse, { status, code, detail, headers }: Refusal): void {
  const text = JSON.stringify({
    errors: [{ message: detail }],
    code,
    type: `https://keywright.dev/errors#${code}`,
    title: FAULTS[code],
    status,
    detail,
  });
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('cache-control', 'no-store');
  response.setHeader('content-type', 'application/problem+json; charset=utf-8');
  response.setHeader('content-length', Buffer.byteLength(text));
  response.end(text);
}

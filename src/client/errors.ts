/** What can go wrong on the way, in words that say what to do; never with a token in them. */
import { FAULTS, type Fault, type FaultCode, fault } from '../domain/errors.js';
import { SECOND_MS } from '../domain/time.js';

/** A request that led to no answer that we wanted. */
export interface ClientError {
  readonly fault: Fault;
  /** Was it, perhaps, done? `no`: it did not get there, or was turned away; `yes`: that is the answer. */
  readonly heard: 'no' | 'maybe' | 'yes';
}

const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

const CERTIFICATE = /^(?:ERR_TLS|CERT_|DEPTH_ZERO|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH)/;

/** Of an error of the network. */
export function clientErrorOf(error: unknown, shown: string): ClientError {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  const code = isCoded ? String(error.code) : '';
  if (CERTIFICATE.test(code))
    return {
      heard: 'no',
      fault: fault(
        'store_unreachable',
        `${shown}: its certificate is not trusted (${code}); if it is correct, set NODE_EXTRA_CA_CERTS to the file of its certificate authority`,
        error,
      ),
    };
  const why = code === 'SILENCE' ? 'did not respond in time' : `does not respond${code && ` (${code})`}`;
  return {
    heard: NEVER_SENT.has(code) ? 'no' : 'maybe',
    fault: fault('store_unreachable', `${shown} ${why}; check that the server is running there`, error),
  };
}

/** An answer, as far as a refusal needs it. */
export interface Answered {
  readonly status: number;
  readonly contentType: string;
  /** Seconds, as the header has it. */
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/** Turned away before anything was done. */
const TURNED_AWAY: ReadonlySet<FaultCode> = new Set(['rate_limited', 'overloaded']);
/** The store behind the server, or the server itself, was going away. */
const PASSING: ReadonlySet<FaultCode> = new Set(['store_unreachable', 'interrupted']);

/** Of an answer that is not a good one. */
export function refusalOf(answered: Answered, shown: string): ClientError {
  const { status } = answered;
  if (status >= 300 && status < 400)
    return refused(
      fault(
        'store_unreachable',
        `${shown} redirects (${status}), which is not followed because it would forward the token; use the address it redirects to`,
      ),
    );
  const problem = problemIn(answered);
  if (problem === undefined)
    return [502, 503, 504].includes(status)
      ? {
          heard: 'maybe',
          fault: fault('store_unreachable', `${shown} is not available (${status})`),
        }
      : refused(foreign(shown, `responded with status ${status} and an unexpected body`));
  const waitMs = Number(answered.retryAfter) * SECOND_MS;
  const said: Fault = {
    ...fault(problem.code, problem.message),
    ...(Number.isFinite(waitMs) && { retryAfterMs: waitMs }),
  };
  if (TURNED_AWAY.has(problem.code)) return { heard: 'no', fault: said };
  if (PASSING.has(problem.code)) return { heard: 'maybe', fault: withPlace(said, shown) };
  return refused(problem.code === 'unauthenticated' ? withToken(said, shown) : said);
}

const refused = (said: Fault): ClientError => ({ heard: 'yes', fault: said });

const withPlace = (said: Fault, shown: string): Fault => ({ ...said, message: `${shown}: ${said.message}` });

const withToken = (said: Fault, shown: string): Fault => ({
  ...said,
  message: `${shown} does not accept the token: it is unknown, expired or revoked; set another in KEYWRIGHT_TOKEN or with --token`,
});

export const foreign = (shown: string, what: string): Fault =>
  fault('store_foreign', `${shown} ${what}; check that it is the address of keywright serve of this version`);

interface Problem {
  readonly code: FaultCode;
  readonly message: string;
}

function problemIn({ contentType, body }: Answered): Problem | undefined {
  if (!contentType.startsWith('application/problem+json')) return undefined;
  try {
    return problemOf(JSON.parse(body));
  } catch {
    return undefined;
  }
}

/** Reads a fault as another server names it: an unknown one is not Keywright's. */
function problemOf(body: unknown): Problem | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { code, detail } = body as { readonly code?: unknown; readonly detail?: unknown };
  if (typeof code !== 'string' || !isFaultCode(code)) return undefined;
  return { code, message: typeof detail === 'string' ? detail : FAULTS[code] };
}

export const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(FAULTS, code);

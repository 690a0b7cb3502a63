/** What GitHub answers when it does not do what it was asked, as faults. */
import { type Fault, fault } from '../../domain/errors.js';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../domain/time.js';
import { faultOf, type HttpAnswer } from '../http.js';
import { retryAfterMs } from '../http-faults.js';

export interface GithubRefused {
  /** What was asked for, for the message: `the secret API_KEY of acme/shop`. */
  readonly what: string;
  /** What answered. */
  readonly by: string;
  readonly now: Instant;
}

/** Of an answer that is no success. A 404 is for the caller: it means several things. */
export function githubFault(answer: HttpAnswer, { what, by, now }: GithubRefused): Fault {
  const { status, headers } = answer;
  const waitMs = limitedMs(answer, now);
  if (waitMs !== undefined)
    return {
      ...fault('sink_unavailable', `${by} allows no more requests for now (status ${status})`),
      retryAfterMs: waitMs,
    };
  if (status === 401)
    return fault(
      'sink_forbidden',
      `${by} does not accept the credential of the Connection. It may have expired.`,
    );
  if (status === 403)
    return fault(
      'sink_forbidden',
      `the credential of the Connection to ${by} is missing permissions for ${what}. Grant read and write of secrets.`,
    );
  if (status === 409 || status === 422)
    return fault(
      'sink_refused',
      `${by} does not accept ${what} (status ${status}): the limit of secrets may be reached, or the name is invalid`,
    );
  return faultOf(status, headers, { by, now });
}

/** Undefined unless a limit was met; the two kinds of limit are recognized by headers, and come with 403 as with 429. */
function limitedMs({ status, headers }: HttpAnswer, now: Instant): number | undefined {
  if (status !== 403 && status !== 429) return undefined;
  const said = retryAfterMs(headers['retry-after'], now);
  if (said !== undefined) return said;
  const [remaining, reset] = ['x-ratelimit-remaining', 'x-ratelimit-reset'].map((name) => headers[name]);
  if (remaining === '0' && typeof reset === 'string' && /^\d{1,12}$/.test(reset))
    return Math.max(Number(reset) * SECOND_MS - now, SECOND_MS);
  // As GitHub asks for when it says no time.
  return status === 429 || remaining === '0' ? MINUTE_MS : undefined;
}

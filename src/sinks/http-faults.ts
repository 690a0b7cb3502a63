/** What went wrong with a request, as a fault: by its status, or by the error of the network. Never with a secret in it. */
import type { IncomingHttpHeaders } from 'node:http';
import { type Fault, type FaultCode, fault } from '../domain/errors.js';
import { withoutTokens } from '../domain/secret.js';
import { type Instant, SECOND_MS } from '../domain/time.js';
import { ProxyError } from './proxy.js';

export interface Answered {
  /** What answered, for the message: `https://vault.example.com`. */
  readonly by: string;
  /** To read a Retry-After that is a date. */
  readonly now: Instant;
  /** What it said about it, if that is known to hold no secret; shortened. */
  readonly said?: string;
}

/**
 * Maps a status that is no success: 401 and 403 `sink_forbidden`; 408, 429 and 5xx `sink_unavailable`, with `retryAfterMs`
 * where the answer has it; any other `sink_refused`.
 */
export function faultOf(status: number, headers: IncomingHttpHeaders, { by, now, said }: Answered): Fault {
  const about = said === undefined || said === '' ? '' : ` (${shown(said)})`;
  const waitMs = retryAfterMs(headers['retry-after'], now);
  return {
    ...fault(codeOf(status), `${by} responded with status ${status}${about}${redirectTo(status, headers)}`),
    ...(waitMs !== undefined && { retryAfterMs: waitMs }),
  };
}

function codeOf(status: number): FaultCode {
  if (status === 401 || status === 403) return 'sink_forbidden';
  return status === 408 || status === 429 || status >= 500 ? 'sink_unavailable' : 'sink_refused';
}

const SAID_MAX_CHARACTERS = 200;

/** Foreign text: one short line of it, without control characters and tokens. */
const shown = (said: string): string =>
  withoutTokens(said.replace(/[\p{C}\s]+/gu, ' ').trim()).slice(0, SAID_MAX_CHARACTERS);

/** Of where a redirect leads no more than the origin: the rest is the server's to choose, and may be anything. */
function redirectTo(status: number, { location }: IncomingHttpHeaders): string {
  if (status < 300 || status >= 400) return '';
  const to = location !== undefined && URL.canParse(location) ? new URL(location) : undefined;
  const where = to?.protocol.startsWith('http') ? ` to ${to.origin}` : '';
  return `, a redirect${where}, which is not followed. Use the address of the service itself in the Connection.`;
}

/** Seconds, or an HTTP date; undefined for anything else, and for what is past. */
export function retryAfterMs(header: string | undefined, now: Instant): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * SECOND_MS;
  // Only the form that RFC 9110 asks senders for: `Date.parse` takes much else for a date.
  const waitMs = /^\w{3}, \d{2} \w{3} \d{4} [\d:]{8} GMT$/.test(text) ? Date.parse(text) - now : Number.NaN;
  return waitMs > 0 ? waitMs : undefined;
}

/** What the network did: `sink_unavailable`, by its code alone. Whether a request was heard is unknown. */
export function networkFault(error: unknown, by: string): Fault {
  if (error instanceof ProxyError)
    return fault('sink_unavailable', `${by} cannot be reached: ${error.message}`);
  const code = (error as NodeJS.ErrnoException).code ?? 'no response';
  if (code.startsWith('ERR_OSSL'))
    return fault('sink_refused', `a certificate or key of the Connection to ${by} cannot be used (${code})`);
  if (code.startsWith('ERR_SSL'))
    return fault('sink_unavailable', `${by} and this client do not agree on TLS (${code})`);
  if (/CERT|SELF_SIGNED|ISSUER|SIGNATURE/.test(code))
    return fault(
      'sink_unavailable',
      `the certificate of ${by} is not trusted (${code}). Name the certificate of its issuer in the Connection's caFile or in NODE_EXTRA_CA_CERTS.`,
    );
  return fault('sink_unavailable', `${by} cannot be reached (${code})`);
}

/**
 * What RFC 6749 requires of the two routes that gateways and libraries of OAuth call, `/introspect` and `/revoke`: a client
 * may show its id and secret by HTTP Basic (2.3.1), and a refusal names one of the RFC's errors (5.2).
 */
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../domain/principal.js';
import { Secret } from '../domain/secret.js';

const PATHS = /^(?:(?:\/api)?\/v1)?\/(?:introspect|revoke)$/;

/** With a prefix or below it. */
export const isOAuth = (path: string): boolean => PATHS.test(path);

export type OAuthError = 'invalid_request' | 'invalid_client' | 'unauthorized_client';

const OF_STATUS: Readonly<Record<number, OAuthError>> = { 401: 'invalid_client', 403: 'unauthorized_client' };

/** Returns the OAuth error of a refusal; undefined for server errors and for paths outside the OAuth RFCs. */
export const oauthError = (status: number, path: string): OAuthError | undefined =>
  status >= 500 || !isOAuth(path) ? undefined : (OF_STATUS[status] ?? 'invalid_request');

export interface Client {
  readonly id: string;
  readonly secret: Secret;
}

const BASIC = /^basic (?<encoded>[A-Za-z0-9+/_-]{1,8192}={0,2})$/i;

/** By `Authorization: Basic`; undefined when it is unreadable. Not verified. */
export function clientIn({ headers }: IncomingMessage): Client | undefined {
  const encoded = BASIC.exec(headers.authorization?.trim() ?? '')?.groups?.['encoded'];
  if (encoded === undefined) return undefined;
  const shown = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = shown.indexOf(':');
  const [id, secret] = [formDecoded(shown.slice(0, colon)), formDecoded(shown.slice(colon + 1))];
  return colon < 0 || !id || !secret ? undefined : { id, secret: new Secret(secret) };
}

/** F9: the id of a key, of its version or of a person's token. */
export const isClient = ({ id, credential }: Principal, clientId: string): boolean =>
  [id, credential.id].includes(clientId);

/** Both halves are form-encoded before they are joined. Undefined if they cannot be. */
function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

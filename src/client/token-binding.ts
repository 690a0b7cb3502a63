/**
 * To which addresses a token goes. Documents come from anyone who can open a pull request, so an address in a document
 * is no reason to send it a token that was given for another one (ADR 29).
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { type Address, isLoopback } from './address.js';

export interface Binding {
  /** Who names the address: the command line or environment that the token comes from, or a document. */
  readonly namedBy: 'operator' | 'document';
  /** `KEYWRIGHT_TOKEN_HOST`: `keys.example.com`, `keys.example.com:8443` or `https://keys.example.com`. */
  readonly tokenHost: string | undefined;
}

/** `usage`, before anything is sent, where the token does not belong to this address. */
export function refuseUnbound(address: Address, { namedBy, tokenHost }: Binding): Result<void> {
  const { shown } = address;
  if (tokenHost !== undefined) {
    if (isHostOf(address, tokenHost)) return ok(undefined);
    return fail(
      fault(
        'usage',
        `the token belongs to ${tokenHost} (KEYWRIGHT_TOKEN_HOST) and was not sent to ${shown}. Use that store, or give the token of this one`,
      ),
    );
  }
  // What listens on this machine was started on it: no document from elsewhere can have put it there.
  if (namedBy === 'operator' || isLoopback(address.hostname)) return ok(undefined);
  return fail(
    fault(
      'usage',
      `keywright.yaml names ${shown}, and nothing says that the token belongs there, so it was not sent. If it does, set KEYWRIGHT_TOKEN_HOST=${hostOf(address)} beside it, or name the store with --store or KEYWRIGHT_STORE`,
    ),
  );
}

const hostOf = ({ hostname, port }: Address): string => {
  const name = hostname.includes(':') ? `[${hostname}]` : hostname;
  return port === '' ? name : `${name}:${port}`;
};

/** Host and port must both be the same; a port left out is that of https. */
function isHostOf(address: Address, tokenHost: string): boolean {
  const text = tokenHost.includes('://') ? tokenHost : `${address.isTls ? 'https' : 'http'}://${tokenHost}`;
  if (!URL.canParse(text)) return false;
  const { host, protocol } = new URL(text);
  return host === hostOf(address) && (protocol === 'https:') === address.isTls;
}

/** The address of a server, as people write it: `https://keys.example.com`, perhaps with a path before `/v1`. */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';

export interface Address {
  /** Scheme, host, port and path; nothing secret. For messages. */
  readonly shown: string;
  readonly isTls: boolean;
  readonly hostname: string;
  /** Empty: that of the scheme. */
  readonly port: string;
  /** Of the API: `/v1`, or `/keywright/v1`. */
  readonly prefix: string;
}

/** `anywhere`: the operator allowed that tokens may cross the network in clear. */
export type PlainHttp = 'loopback' | 'anywhere';

/** Is it meant for us at all? */
export const isRemoteAddress = (location: string): boolean => /^https?:\/\//i.test(location);

const usage = (message: string): Result<never> => fail(fault('usage', message));

/** `usage`: malformed, with a password or a query, or plain HTTP to another machine. */
export function parseAddress(location: string, plainHttp: PlainHttp): Result<Address> {
  if (!URL.canParse(location)) return usage('the server address is malformed; use https://HOST[:PORT]');
  const url = new URL(location);
  const shown = `${url.protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
  if (url.username !== '' || url.password !== '')
    return usage(
      `${shown}: the address must not contain a token or password; set the token in KEYWRIGHT_TOKEN`,
    );
  if (url.search !== '' || url.hash !== '')
    return usage(
      `${shown}: the address must not contain a query or fragment; remove ? or # and what follows`,
    );
  const isTls = url.protocol === 'https:';
  if (!isTls && plainHttp === 'loopback' && !isLoopback(url.hostname))
    return usage(
      `${shown}: plain http sends the token and claimed secrets over the network unencrypted; ` +
        'use https://, or --insecure-http if the connection is encrypted otherwise',
    );
  const path = url.pathname.replace(/\/+$/, '');
  return ok({
    ...{ shown, isTls, hostname: bare(url.hostname), port: url.port },
    prefix: /\/v1$/.test(path) ? path : `${path}/v1`,
  });
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  /^127(?:\.\d{1,3}){3}$/.test(hostname) ||
  bare(hostname) === '::1';

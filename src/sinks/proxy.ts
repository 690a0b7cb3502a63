/**
 * The way through a proxy: HTTPS_PROXY or HTTP_PROXY, unless NO_PROXY names the host. Always a tunnel (CONNECT), so that
 * the proxy sees the name of the host and, with TLS, nothing of what is said to it.
 */
import { type ClientRequestArgs, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { authorityOf, type Env, type Host, isReachedDirectly } from './hosts.js';

/** What is wrong with the proxy, in words that may be shown: its credential is not in them. */
export class ProxyError extends Error {}

/** Returns the proxy on the way to a host; undefined for the direct way. Throws a ProxyError for a malformed address. */
export function proxyFor(there: Host, isTls: boolean, env: Env): URL | undefined {
  const name = isTls ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const value = env[name] || env[name.toLowerCase()];
  if (!value || isReachedDirectly(there, env)) return undefined;
  const url = URL.canParse(value) && value.includes('://') ? new URL(value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new ProxyError(`${name} is not an address such as http://proxy.example.com:3128`);
  return url;
}

/**
 * Opens a tunnel. Rejects with a ProxyError when the proxy cannot be reached, refuses, or has not answered when the signal
 * aborts.
 */
export function openTunnel(proxy: URL, there: Host, signal: AbortSignal): Promise<Socket> {
  const open = proxy.protocol === 'https:' ? tlsRequest : plainRequest;
  const target = authorityOf(there);
  const options: ClientRequestArgs = {
    ...{ hostname: proxy.hostname.replace(/^\[|\]$/g, ''), port: proxy.port || undefined },
    ...{ method: 'CONNECT', path: target, agent: false, signal },
    headers: { host: target, ...authorization(proxy) },
  };
  return new Promise((resolve, reject) => {
    const refused = (status: number | undefined): ProxyError =>
      new ProxyError(`the proxy ${proxy.host} responded with status ${status} to CONNECT ${target}`);
    const asked = open(options);
    asked.once('connect', ({ statusCode = 0 }, socket) => {
      if (statusCode >= 200 && statusCode < 300) return resolve(socket);
      socket.destroy();
      reject(refused(statusCode));
    });
    asked.once('response', ({ statusCode }) => {
      asked.destroy();
      reject(refused(statusCode));
    });
    asked.on('error', ({ code = 'no response' }: NodeJS.ErrnoException) =>
      reject(new ProxyError(`the proxy ${proxy.host} cannot be reached (${code})`)),
    );
    asked.end();
  });
}

function authorization({ username, password }: URL): { readonly 'proxy-authorization'?: string } {
  if (username === '') return {};
  const login = `${unescaped(username)}:${unescaped(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` };
}

/** A percent sign that begins no escape is itself. */
const unescaped = (text: string): string =>
  text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escaped) =>
    Buffer.from(escaped.replaceAll('%', ''), 'hex').toString('utf8'),
  );

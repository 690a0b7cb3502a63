/** Where a server listens, as people write it. */
import type { ListenAddress } from '../http/bind.js';

/** `PORT`, `:PORT`, `HOST:PORT`, `[IPv6]:PORT`; loopback unless it names another interface. Undefined for anything else. */
export function parseListenAddress(address: string): ListenAddress | undefined {
  const match = /^(?:(?<host>\[[0-9A-Fa-f:.]+\]|[\w.-]*):)?(?<port>\d{1,5})$/.exec(address)?.groups;
  const port = Number(match?.['port']);
  if (match === undefined || port > 65_535) return undefined;
  return { host: match['host']?.replace(/^\[|\]$/g, '') || '127.0.0.1', port };
}

/** As it stands in a URL. */
export const placeText = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

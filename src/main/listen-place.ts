/** Where a server listens, as people write it. */
export interface ListenPlace {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** `PORT`, `:PORT`, `HOST:PORT`, `[IPv6]:PORT`; loopback unless it names another interface. Undefined for anything else. */
export function parseListenPlace(address: string): ListenPlace | undefined {
  const match = /^(?:(?<host>\[[0-9A-Fa-f:.]+\]|[\w.-]*):)?(?<port>\d{1,5})$/.exec(address)?.groups;
  const port = Number(match?.['port']);
  if (match === undefined || port > 65_535) return undefined;
  return { host: match['host']?.replace(/^\[|\]$/g, '') || '127.0.0.1', port };
}

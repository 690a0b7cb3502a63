/** Connections to one service: its certificates, the way through a proxy, and sockets that nothing else uses. */
import { Agent as PlainAgent } from 'node:http';
import { type AgentOptions, type RequestOptions, Agent as TlsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Secret } from '../domain/secret.js';
import { SECOND_MS } from '../domain/time.js';
import { type Env, type Host, hostOf } from './hosts.js';
import { openTunnel, proxyFor } from './proxy.js';

export interface AgentSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  readonly serverName?: string | undefined;
  readonly env: Env;
}

/** A request knows until when a tunnel may take: its agent opens it before the request has a socket to be ended with. */
export interface Tunnelled extends RequestOptions {
  readonly deadline: AbortSignal;
}

/** As many as a connection has requests at a time (gate.ts). */
const SOCKETS_MAX = 8;
/** Shorter than servers keep idle connections: a request on one that was just closed fails, and is not tried again. */
const IDLE_MS = 4 * SECOND_MS;
const POOL = { keepAlive: true, maxSockets: SOCKETS_MAX, timeout: IDLE_MS };

/** Throws a ProxyError when the proxy's address is malformed. */
export function agentFor(url: URL, { ca, cert, key, serverName, env }: AgentSettings): PlainAgent {
  const isTls = url.protocol === 'https:';
  const there = hostOf(url);
  const proxy = proxyFor(there, isTls, env);
  if (!isTls) return proxy ? new PlainTunnelAgent({ proxy, there }) : new PlainAgent(POOL);
  const tls: AgentOptions = {
    ...POOL,
    // Said outright, whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: key.reveal() }),
    ...(serverName !== undefined && { servername: serverName }),
  };
  return proxy ? new TlsTunnelAgent({ proxy, there }, tls) : new TlsAgent(tls);
}

type Done = (error: Error | null, socket: Duplex) => void;

/** A tunnel to a host through a proxy, as an agent opens it: by calling back. */
interface Through {
  readonly proxy: URL;
  readonly there: Host;
}

class PlainTunnelAgent extends PlainAgent {
  readonly #through: Through;

  constructor(through: Through) {
    super(POOL);
    this.#through = through;
  }

  override createConnection(options: unknown, done?: Done): undefined {
    const { proxy, there } = this.#through;
    openTunnel(proxy, there, (options as Tunnelled).deadline).then(
      (tunnel) => done?.(null, tunnel),
      (error: Error) => done?.(error, undefined as never),
    );
  }
}

class TlsTunnelAgent extends TlsAgent {
  readonly #through: Through;

  constructor(through: Through, options: AgentOptions) {
    super(options);
    this.#through = through;
  }

  override createConnection(options: RequestOptions, done?: Done): undefined {
    const { proxy, there } = this.#through;
    openTunnel(proxy, there, (options as Tunnelled).deadline).then(
      (tunnel) =>
        done?.(null, super.createConnection({ ...options, socket: tunnel } as RequestOptions) as Duplex),
      (error: Error) => done?.(error, undefined as never),
    );
  }
}

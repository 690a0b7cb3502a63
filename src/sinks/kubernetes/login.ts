/** How a cluster is reached: its address, whom to trust, and what is shown there. */
import type { Result } from '../../domain/result.js';
import type { Secret } from '../../domain/secret.js';
import type { Instant } from '../../domain/time.js';

export interface Login {
  readonly origin: string;
  readonly ca?: string | undefined;
  /** The name to expect in the server's certificate; absent: the host's. */
  readonly serverName?: string | undefined;
  /** Instead of HTTPS_PROXY. */
  readonly proxy?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: Secret | undefined;
  /** `Bearer …` */
  readonly authorization?: Secret | undefined;
  /** The credential ends then. */
  readonly until?: Instant | undefined;
}

export type OpenLogin = (signal: AbortSignal) => Promise<Result<Login>>;

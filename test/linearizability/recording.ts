/** Records what concurrent clients of several servers do to one key, and what they are answered. */
import type { Secret } from '../../src/domain/secret.js';
import type { ServerProcess } from '../support/several-servers.js';
import type { Deed, Found, Operation } from './checker.js';

/** The store itself, which is asked by way of either server. */
export const STORE = 'store';

export class Recording {
  readonly operations: Operation[] = [];
  readonly tokens: Secret[] = [];

  /** `outcomeOf` gives what came of it; `unknown` when it is unknown whether it was done. */
  async change(at: string, deed: Deed, outcomeOf: () => Promise<'done' | 'unknown'>): Promise<void> {
    const calledMs = performance.now();
    const outcome = await outcomeOf();
    const returnedMs = outcome === 'done' ? performance.now() : Number.POSITIVE_INFINITY;
    this.operations.push({ deed, calledMs, returnedMs, at });
  }

  /** Nothing is noted when it is unknown: refusing is always right. */
  async look(at: string, generation: number, outcomeOf: () => Promise<Found | undefined>): Promise<void> {
    const calledMs = performance.now();
    const found = await outcomeOf();
    const returnedMs = performance.now();
    if (found !== undefined)
      this.operations.push({ deed: { kind: 'verify', generation, found }, calledMs, returnedMs, at });
  }
}

const OF_CODE: Readonly<Record<string, Found>> = { VALID: 'good', REVOKED: 'ended', NOT_FOUND: 'absent' };

/** From the server's memory. */
export async function foundBy(
  server: ServerProcess,
  token: Secret,
  asker: string,
): Promise<Found | undefined> {
  const code = await server.code(token.reveal(), asker);
  if (code === 'UNAVAILABLE') return undefined;
  const found = OF_CODE[code];
  if (found === undefined) throw new Error(`${code} is no answer about this key`);
  return found;
}

/** From the store: whom it takes the holder for. A version that is not good has ended, for it was issued once. */
export async function foundInStore(server: ServerProcess, token: Secret): Promise<Found | undefined> {
  const { status } = await server.ask('GET /v1/whoami', token.reveal());
  return status === 200 ? 'good' : status === 401 ? 'ended' : undefined;
}

/** Reports to the store now and then that a server, or a verifier in another application's process, is running (`GET /instances`, F16). */

import { hostname } from 'node:os';
import { pause } from '../async/pause.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import type { Result } from '../domain/result.js';
import { base62 } from '../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import { type Instance, KEEP_USES_MS } from '../ports/accounts.js';
import type { Verifier } from '../verifier/verifier.js';
import { isStoreClock, SKEW_MAX_MS } from './store-clock.js';

const EVERY_MS = 15 * SECOND_MS;
/** After a report failed. */
const AGAIN_MS = SECOND_MS;

/** Whether the store knows of us, which it must before uses may be kept from it. */
export interface Presence {
  isKnown: boolean;
}

/** How long uses may be kept while the store cannot be written: it has to know of us first. */
export const keepingUses = (presence: Presence) => (): DurationMs => (presence.isKnown ? KEEP_USES_MS : 0);

export interface Reporting {
  readonly kind: 'server' | 'verifier';
  readonly seen: (instance: Instance) => Promise<Result<void>>;
  readonly verifier: Pick<Verifier, 'revision' | 'uses' | 'refresh'>;
  readonly presence: Presence;
  /** Is given a warning when this machine's clock becomes wrong, and a message when it is right again. */
  readonly warn?: (message: string) => void;
}

export interface Heartbeat {
  /** Writes that it is there, now. */
  beat(): Promise<Result<void>>;
  /** Reports the last uses, and that there are no more. */
  end(): Promise<void>;
}

/** A store that does not answer hears of us a second later. */
export function startHeartbeat(
  { kind, seen, verifier, presence, warn }: Reporting,
  { clock, entropy }: Pick<Dependencies, 'clock' | 'entropy'>,
): Heartbeat {
  const over = new AbortController();
  const instance: Instance = {
    id: `us_ins_${base62(16, entropy)}`,
    kind,
    name: `${hostname()}:${process.pid}`,
    version: VERSION,
    startedAt: clock.now(),
  };
  let isSkewed = false;
  const warnOfSkew = (skewMs: DurationMs): void => {
    const wasSkewed = isSkewed;
    isSkewed = Math.abs(skewMs) > SKEW_MAX_MS;
    if (isSkewed !== wasSkewed)
      warn?.(isSkewed ? skewText(skewMs) : 'the clock of this machine agrees with the store again');
  };
  const report = (usesUntil: number | undefined): Promise<Result<void>> => {
    const clockSkewMs = isStoreClock(clock) ? clock.skewMs() : undefined;
    warnOfSkew(clockSkewMs ?? 0);
    return seen({
      ...{ ...instance, revision: verifier.revision() },
      ...(clockSkewMs !== undefined && { clockSkewMs: Math.round(clockSkewMs) }),
      ...(usesUntil !== undefined && { usesUntil }),
    });
  };
  const beat = async (): Promise<Result<void>> => {
    const reported = await report(verifier.uses().until ?? instance.startedAt);
    if (reported.ok) presence.isKnown = true;
    return reported;
  };
  const beating = (async () => {
    while (!over.signal.aborted) {
      const reported = await beat();
      await pause(clock, reported.ok ? EVERY_MS : AGAIN_MS, over.signal);
    }
  })();
  return {
    beat,
    end: async () => {
      over.abort();
      await beating;
      presence.isKnown = false;
      const reported = await verifier.refresh();
      if (reported.ok) await report(undefined);
    },
  };
}

const skewText = (skewMs: DurationMs): string =>
  `the clock of this machine is ${(Math.abs(skewMs) / SECOND_MS).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} that of the store. ` +
  "Keys go by the store's clock; synchronize this machine, whose logs and certificates go by its own.";

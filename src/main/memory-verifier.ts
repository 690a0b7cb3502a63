/** Verifies from memory, in this process, over an embedded store's folder or a store on a server. */

import { sodiumSealing, systemClock, systemEntropy } from '../adapters/system.js';
import type { Dependencies } from '../credential-store/credential-store.js';
import { API_ACCESS, entitlementsOf, type Plan } from '../domain/billing-plan.js';
import { ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { LiveStore, Verification } from '../ports/live-store.js';
import { inSpace, type SpaceQuestion } from '../verifier/in-space.js';
import type { Verifying } from '../verifier/middleware.js';
import { type Answer, createVerifier, type Unavailable, type Verifier } from '../verifier/verifier.js';
import { type Heartbeat, keepingUses, type Presence, startHeartbeat } from './heartbeat.js';
import { openStore, openStoreFeed, type StoreLocation, storeLocation } from './open-store.js';
import { storeClock } from './store-clock.js';

export interface MemoryOptions {
  readonly store: string;
  readonly masterKey?: Secret;
  readonly refreshEveryMs: DurationMs;
  readonly consumer: string | undefined;
}

/** Faults are those of opening the store. Nothing is left open then. */
export async function memoryVerifier(options: MemoryOptions): Promise<Result<Verifying>> {
  const { consumer, refreshEveryMs } = options;
  const clock = storeClock(systemClock);
  const presence: Presence = { isKnown: false };
  const feed = await openStoreFeed({ ...locationOf(options), clock });
  if (!feed.ok) return feed;
  const verifier = await createVerifier(feed.value, clock, {
    keepUsesMs: keepingUses(presence),
    ...(consumer !== undefined && { consumer }),
  });
  if (!verifier.ok) {
    await feed.value.close();
    return verifier;
  }
  const { seen } = feed.value;
  const heartbeat = startHeartbeat(
    { kind: 'verifier', seen, verifier: verifier.value, presence },
    { clock, entropy: systemEntropy },
  );
  return ok(following(verifier.value, { everyMs: refreshEveryMs, spaces: spacesOf(options), heartbeat }));
}

/** Of `master.key` on this machine, when a store is on a server. */
const MACHINE_FOLDER = '.keywright';

const ADAPTERS = { clock: systemClock, entropy: systemEntropy, sealing: sodiumSealing };

const locationOf = ({ store, masterKey }: MemoryOptions): StoreLocation & Dependencies => ({
  ...{ ...ADAPTERS, ...storeLocation(store, MACHINE_FOLDER) },
  ...(masterKey && { masterKey }),
});

/** The last reason of all, as `POST /keys/verify` has it: whatever else is wrong with a key is said first (U1). */
const asPlanned = (answer: Answer, plan: Plan | undefined): Answer =>
  answer.valid && plan !== undefined && !entitlementsOf(plan).includes(API_ACCESS)
    ? { ...answer, valid: false, code: 'PLAN_REQUIRED' }
    : answer;

interface Around {
  readonly everyMs: DurationMs;
  readonly spaces: SpaceLookup;
  readonly heartbeat: Heartbeat;
}

/** The verifier kept true by itself. Spaces are asked of the store: memory knows keys alone. */
function following(verifier: Verifier, { everyMs, spaces, heartbeat }: Around): Verifying {
  const stopping = new AbortController();
  const followed = verifier.follow(everyMs, stopping.signal);
  return {
    verify: (token, { space, workbook, ...request }) => {
      const answer = asPlanned(verifier.verify(token, request), verifier.plan());
      return space === undefined || !answer.valid ? answer : spaces.decide(answer, { space, workbook });
    },
    refresh: () => verifier.refresh(),
    close: async () => {
      stopping.abort();
      await followed;
      await heartbeat.end();
      await spaces.close();
      return verifier.close();
    },
  };
}

interface SpaceLookup {
  /** For a key that is good otherwise. */
  decide(answer: Verification, question: SpaceQuestion): Promise<Answer>;
  close(): Promise<void>;
}

const UNAVAILABLE: Unavailable = Object.freeze({ valid: false, code: 'UNAVAILABLE' });

/** Opened by the first who asks, and again if that did not work. */
function spacesOf(options: MemoryOptions): SpaceLookup {
  let opening: Promise<Result<LiveStore>> | undefined;
  return {
    decide: async (answer, question) => {
      opening ??= openStore({ ...locationOf(options), whenAbsent: 'refuse' });
      const store = await opening;
      if (!store.ok) {
        opening = undefined;
        return UNAVAILABLE;
      }
      const decided = await inSpace({ store: store.value }, answer, question);
      return decided.ok ? decided.value : UNAVAILABLE;
    },
    close: async () => {
      const store = await opening;
      if (store?.ok) await store.value.close();
    },
  };
}

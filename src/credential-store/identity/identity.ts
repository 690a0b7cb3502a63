/** What the use-cases of identity share: the store, how passwords are hashed, what is remembered of wrong ones. */

import { semaphore } from '../../async/semaphore.js';
import type { Entropy } from '../../domain/entropy.js';
import { actorOf, type Principal } from '../../domain/principal.js';
import type { Result } from '../../domain/result.js';
import { base62, Secret } from '../../domain/secret.js';
import type { Clock } from '../../ports/clock.js';
import type { By, CallContext } from '../../ports/identity.js';
import type { Caller } from '../../ports/live-store.js';
import type { PasswordHashing } from '../../ports/password-hashing.js';
import { effectOnce } from '../accounts/replays.js';
import type { Dependencies } from '../credential-store.js';
import type { Keyring } from '../keyring.js';
import type { Storage } from '../storage-port.js';
import type { UnitOfWork } from '../unit-of-work.js';
import type { Reading } from './credentials.js';
import { MagicLinkRateLimit } from './magic-link-rate-limit.js';
import type { Hasher } from './passwords.js';
import { inTheNameOf } from './principal-now.js';
import { PublicQuotas } from './public-quotas.js';
import { SignInRateLimit } from './sign-in-rate-limit.js';

/** Two of a machine's cores at most, 19 MiB each; a caller behind more than 50 others is better refused. */
const HASHING = { atOnce: 2, waiting: 50 } as const;

export interface IdentityWorld extends Dependencies {
  readonly hashing: PasswordHashing;
  /** Whether messages are sent from here; absent: no mail is sent. */
  readonly hasPost?: boolean;
}

export interface Identity {
  readonly storeId: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly hasPost: boolean;
  readonly throttle: SignInRateLimit;
  readonly asking: MagicLinkRateLimit;
  readonly quotas: PublicQuotas;
  readonly hasher: Hasher;
  /** The hash of a password that no person has. */
  decoy(): Promise<string>;
  read<T>(look: (reading: Reading) => Promise<Result<T>>): Promise<Result<T>>;
  write<T>(caller: Caller, work: (work: UnitOfWork) => Promise<Result<T>>): Promise<Result<T>>;
  /** In the name of a caller, with their rights as they are in the transaction: `by` is who they are then. */
  act<T>(by: By, work: (work: UnitOfWork, by: By) => Promise<Result<T>>): Promise<Result<T>>;
}

export interface IdentityParts extends IdentityWorld {
  readonly storage: Storage;
  readonly keyring: Keyring;
  readonly storeId: string;
}

export function identityOver(parts: IdentityParts): Identity {
  const { storage, keyring, clock, entropy, hashing, storeId, hasPost = false } = parts;
  let decoy: Promise<string> | undefined;
  const write: Identity['write'] = (caller, act) => {
    const { once } = caller;
    const nth = once === undefined ? 0 : once.asked++;
    return storage.write((tx) => {
      const work = { ...parts, tx, caller, now: clock.now() };
      return once === undefined ? act(work) : effectOnce(work, { attempt: once, nth }, act);
    });
  };
  return {
    storeId,
    clock,
    entropy,
    hasPost,
    throttle: new SignInRateLimit(),
    asking: new MagicLinkRateLimit(),
    quotas: new PublicQuotas(),
    hasher: { hashing, turns: semaphore(HASHING) },
    decoy: () => {
      decoy ??= hashing.hash(new Secret(base62(43, entropy)), entropy.bytes(16));
      return decoy;
    },
    read: (look) => storage.read((tx) => look({ tx, keyring, now: clock.now() })),
    write,
    act: (by, perform) =>
      write(callerBy(by), async (work) => {
        const named = await inTheNameOf(work, by);
        if (!named.ok) return named;
        return perform(named.value, { ...by, principal: named.value.principal ?? by.principal });
      }),
  };
}

/** The caller of a route asks for just this: that is their consent. */
export const callerOf = (principal: Principal, { path, once, breakGlass }: CallContext): Caller => ({
  actor: actorOf(principal),
  path,
  isApproved: true,
  ...(breakGlass !== undefined && { breakGlass }),
  ...(once !== undefined && { once }),
});

export const callerBy = ({ principal, context }: By): Caller => callerOf(principal, context);

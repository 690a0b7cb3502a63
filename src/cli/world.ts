/** The adapters a command may ask for; `main` supplies them. */
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { Clock } from '../ports/clock.js';
import type { Caller, LiveStore } from '../ports/live-store.js';
import type { Identity, Sealing } from '../ports/sealing.js';
import type { Sinks } from '../ports/sink.js';
import type { DocumentMemory } from '../spec/memory.js';

/** What to do when there is no store yet: make it, reckon with a fresh one in memory, or say so. */
export type WhenAbsent = 'create' | 'pretend' | 'refuse';

export interface World {
  readonly clock: Clock;
  readonly sealing: Sealing;
  /** `location` is a folder, relative to `folder`, or a URL. */
  openStore(place: StorePlace, whenAbsent: WhenAbsent): Promise<Result<LiveStore>>;
  /** Sinks below `folder`, confined to `roots`. */
  openSinks(folder: string, roots: readonly string[]): Sinks;
  /** The key pair that new secrets are sealed to on this machine; kept beside the store. */
  identity(place: StorePlace): Promise<Result<Identity>>;
  /** The recipient of `identity`, without making one; empty while there is none. */
  recipient(place: StorePlace): Promise<string>;
  /** Remembered digests of documents; undefined where nothing may be written. */
  memory(place: StorePlace): DocumentMemory | undefined;
  /** Replaces the master key: by `next` where the environment gives the present one, else by a new one in the store's folder. */
  rotateMasterKey(place: StorePlace, next: Secret | undefined, caller: Caller): Promise<Result<void>>;
}

/** Where the live store is. */
export interface StorePlace {
  readonly folder: string;
  readonly location: string;
}

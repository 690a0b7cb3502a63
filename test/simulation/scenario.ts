/** What a run is made from: a seed, what may happen in it, and perhaps a planted bug. */
import type { Storage } from '../../src/credential-store/storage-port.js';
import type { DesiredState } from '../../src/domain/desired.js';
import type { Secret } from '../../src/domain/secret.js';
import type { SinkAbility } from '../../src/domain/sinks/index.js';
import type { Clock } from '../../src/ports/clock.js';
import type { CredentialFeed } from '../../src/ports/credential-feed.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { Driver } from '../../src/sinks/driver.js';
import type { Weather } from './faults.js';
import type { MemoryStorage, Tables } from './memory-storage.js';
import type { Places } from './places.js';
import type { Services } from './services.js';

export interface Scenario {
  readonly seed: number;
  /** Only these faults may happen, by name; for shrinking. */
  readonly only?: ReadonlySet<string> | undefined;
  /** Only these keys are declared; for shrinking. */
  readonly keys?: ReadonlySet<string> | undefined;
  /** How long things go wrong, in virtual time; for shrinking. */
  readonly chaosMs?: number | undefined;
  /** Keys are delivered to services of every ability too. */
  readonly services?: true | undefined;
  readonly defect?: Defect | undefined;
}

/** A planted bug: a part of the world that is replaced or wrapped. The code under test stays as it is. */
export interface Defect {
  readonly storage?: (storage: Storage, world: DefectWorld) => Storage;
  /** The controllers' store. */
  readonly store?: (store: LiveStore, world: DefectWorld) => LiveStore;
  readonly sinks?: (sinks: Sinks, places: Places) => Sinks;
  /** The controllers' driver of a service. */
  readonly driver?: (driver: Driver, world: DriverWorld) => Driver;
  /** The controllers' sinks as the engine of objects makes them; `sinks` is below it, and for files only. */
  readonly engine?: (sinks: Sinks, world: DefectWorld) => Sinks;
  readonly feed?: (feed: CredentialFeed) => CredentialFeed;
  /** The controllers' clock. */
  readonly clock?: (clock: Clock) => Clock;
  readonly desired?: (desired: DesiredState) => DesiredState;
  readonly weather?: Weather;
  /** For how long verifiers in memory trust it. */
  readonly staleAfterMs?: number;
}

/** What a broken driver may use besides the one that it spoils. */
export interface DriverWorld extends DefectWorld {
  readonly services: Services;
  readonly ability: SinkAbility;
}

/** What a defect may use besides the port that it spoils. */
export interface DefectWorld {
  readonly storage: MemoryStorage;
  readonly tables: Tables;
  /** To sign forged rows with. */
  readonly masterKey: Secret;
  /** Does it later, whatever becomes of the processes. */
  readonly later: (ms: number, run: () => void) => void;
}

/**
 * What the live store and the sinks hold, as facts. State that depends on the clock is derived from
 * these (lifecycle.ts) and never stored.
 */
import type { SinkId } from './kinds/index.js';
import type { Declaration, ObjectRef } from './objects.js';
import type { KeyType } from './secret.js';
import type { SinkAbility } from './sinks/index.js';
import type { Instant } from './time.js';

export type Fingerprint = string;

/** How a live object came to be: with the store, from documents, or manually. */
export type Origin = 'system' | 'declared' | 'manual';

/** Who acts on an object's declaration: removal stays within one project and manager (contract.md, fine print 1). */
export interface Ownership {
  readonly project: string;
  readonly manager: string;
}

/** The manager name of everything that comes from documents. */
export const DOCUMENTS_MANAGER = 'documents';

/** A confirmed delivery, as the store remembers it. */
export interface Delivery {
  readonly sink: SinkId;
  readonly generation: number;
  readonly fingerprint: Fingerprint;
  /** Where it was written and confirmed: the machine and the real path on it, or the address of the service. */
  readonly machine: string;
  /** What the sink showed after the delivery, where it shows no values. */
  readonly revision?: string;
}

/** One line of the survey: enough to see that an object needs nothing. */
export interface LiveSummary {
  readonly ref: ObjectRef;
  /** Digest of the live declaration. Equal to the desired one: nothing to create, update or replace. */
  readonly digest: string;
  /** `markOf` ref and digest, where that is at hand. */
  readonly mark?: string;
  /** `stampOf` mark and revision, where that is at hand. */
  readonly stamp?: string;
  /** Undefined for objects that no project declares. */
  readonly ownership: Ownership | undefined;
  readonly origin: Origin;
  /** The change that touched it last; grows with every mutation, not with use. */
  readonly revision: number;
  /** As long as digest and sinks stay the same, no step and no finding is due before this (lifecycle.ts). */
  readonly quietUntil: Instant;
  readonly deliveries: readonly Delivery[];
}

/** Everything about one live object. */
export interface LiveObject extends LiveSummary {
  readonly id: string;
  readonly declaration: Declaration;
  readonly createdAt: Instant;
  readonly key: KeyFacts | undefined;
  /** Of a guest: when the first grant was given; absent as long as none was. */
  readonly grantedAt?: Instant;
}

/** The owner of a key: a person that is deactivated pauses theirs, a deleted owner ends them. */
export type OwnerStatus = 'active' | 'deactivated' | 'deleted';

export interface KeyFacts {
  readonly type: KeyType;
  /** Is the key's environment production? Part of every token. */
  readonly isProd: boolean;
  /** The emergency stop: set and cleared manually only, whatever rotates. */
  readonly deactivatedAt: Instant | undefined;
  /** A rotation was requested; met by any version issued later. */
  readonly rotationRequestedAt: Instant | undefined;
  /** The newest version whose hand-over was confirmed. */
  readonly acknowledgedGeneration: number | undefined;
  /** Of a personal key: the state of the person it was made for, even if another has that name now. */
  readonly owner?: OwnerStatus;
  /** Of a personal key: the id of that person. */
  readonly ownerId?: string;
  /** All versions ever, by version number, oldest first. */
  readonly versions: readonly VersionFacts[];
}

export interface VersionFacts {
  /** Public id: the twelve characters in the token. */
  readonly id: string;
  /** Counts from 1 within a key. */
  readonly generation: number;
  readonly fingerprint: Fingerprint;
  readonly issuedAt: Instant;
  readonly promotedAt: Instant | undefined;
  /** When a successor was promoted. */
  readonly retiringAt: Instant | undefined;
  /** A temporary disable: refused until then. */
  readonly suspendedUntil: Instant | undefined;
  /** From then on refused for good. May lie ahead; may be brought forward, never put off. */
  readonly revokedAt: Instant | undefined;
  /** It was revoked at once: refused whatever a clock says. Absent for an end that lies, or lay, ahead. */
  readonly isRevoked?: boolean;
  /** May be brought forward, and put off for as long as it has not come and the declaration allows. */
  readonly expiresAt: Instant | undefined;
  readonly lastUsedAt: Instant | undefined;
  /** How often it was accepted; absent for one that is older than counting. */
  readonly useCount?: number;
  /** Consumers that were seen with it. */
  readonly consumers: readonly string[];
  /** The undelivered secret, if it is still kept: to whom it is sealed. */
  readonly envelope: Envelope | undefined;
}

/** A version of which nothing is known: what facts are filled into. */
export const EMPTY_VERSION: VersionFacts = {
  id: '',
  generation: 0,
  fingerprint: '',
  issuedAt: 0,
  promotedAt: undefined,
  retiringAt: undefined,
  suspendedUntil: undefined,
  revokedAt: undefined,
  expiresAt: undefined,
  lastUsedAt: undefined,
  consumers: [],
  envelope: undefined,
};

/** The sealed plaintext itself is only ever given out by `issue` and `claim`. */
export interface Envelope {
  /** Public key of the reconciler it is sealed to, or `authority` for a secret that waits for a claim. */
  readonly recipient: string;
}

/** The recipient of secrets that wait to be claimed. */
export const CLAIM_RECIPIENT = 'authority';

/** Begins the fingerprint of a receipt that shows a revision only. */
export const REVISION_ONLY = 'revision:';

/** What a sink says it holds. */
export type Receipt =
  /** Some content: a delivered token, or something foreign. `tokenId` when it has the form of a token. */
  | {
      readonly kind: 'holds';
      /** Of a sink that shows no values: `REVISION_ONLY` and the revision, until it is compared with what was recorded. */
      readonly fingerprint: Fingerprint;
      readonly tokenId: string | undefined;
      /** Another one after every write, where the sink has one. */
      readonly revision?: string;
      /** Who else manages the object, where the service says so: `argocd`, `external-secrets`. */
      readonly manager?: string;
      /** What the sink can do, where that shows only when it is asked; absent: what its type says. */
      readonly ability?: SinkAbility;
      /** Where it was delivered, when its Connection leads to another address now. */
      readonly formerly?: string;
    }
  /** Nothing is there; or nothing can be seen, where `read` of its ability is `nothing`. */
  | { readonly kind: 'missing'; readonly ability?: SinkAbility; readonly formerly?: string }
  /** Nothing can be seen there: what the store recorded of the delivery is the receipt. */
  | { readonly kind: 'unseen'; readonly fingerprint: Fingerprint; readonly ability?: SinkAbility }
  /** It was delivered and confirmed where this process cannot look: on another machine, or in another folder. */
  | { readonly kind: 'elsewhere'; readonly where: string; readonly fingerprint: Fingerprint }
  /** It could not be read; says why. Never treated as missing, nor as confirmed. */
  | { readonly kind: 'unknown'; readonly why: string };

/**
 * What the sink may hold for a write to go ahead: nothing at all, or content with one of these
 * fingerprints. The version being written always counts as expected, so a repeated write is harmless;
 * a higher version never is, so a sink cannot go back.
 */
export interface Expectation {
  readonly mayBeMissing: boolean;
  readonly fingerprints: readonly Fingerprint[];
}

/** A live object that names another one, and so keeps it from being removed. */
export interface LiveDependent {
  readonly ref: ObjectRef;
  readonly origin: Origin;
  /** When its last version ends, for a key on its way out; undefined while it stays. */
  readonly endsAt: Instant | undefined;
  /** A personal key, of the person asked about: it dies with them and does not prevent their removal. */
  readonly diesWithIt?: true;
  /** Of a guest, for the space asked about: the workbooks of it that grants name. */
  readonly workbooks?: readonly string[];
}

/** A token that the store knows by its id, and the key it was issued for. */
export interface KnownToken {
  readonly tokenId: string;
  readonly object: ObjectRef;
  /** The key it was issued for is a tombstone; a live one may have its name again. */
  readonly isRemoved: boolean;
  /** Of a removed key: when the version ends, or ended; absent while nothing says so. */
  readonly endsAt?: Instant;
  /** Of a removed key that was declared to stay in its sinks (keywright.dev/keep-delivered). */
  readonly isKept?: true;
  /** A later version of that key is current. */
  readonly isSuperseded: boolean;
  /** Where that key is to be delivered by its live declaration; nowhere once it is removed. */
  readonly declaredAt: readonly SinkId[];
  /** Where its current version was delivered, which the declaration may have left since. */
  readonly deliveredTo: readonly SinkId[];
  /** The same deliveries with where they were written; absent from an older server. */
  readonly deliveredAt?: readonly Pick<Delivery, 'sink' | 'machine'>[];
}

/** Through what telemetry use is known: complete for every verifier within these instants. */
export interface UsageCoverage {
  readonly from: Instant;
  readonly until: Instant;
}

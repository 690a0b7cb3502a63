/**
 * What a plan is: an immutable, printable account of what has to be done, why, in which order, what
 * stands against it and what is being waited for. It leaves no choice for execution time and holds
 * nothing secret. Field names up to `detail` are a promise to outsiders (contract.md, "Commands").
 */
import type { DesiredObject, DesiredProject } from '../domain/desired.js';
import type { SinkDeclaration, SinkId } from '../domain/kinds/index.js';
import type {
  Expectation,
  Fingerprint,
  KnownToken,
  LiveDependent,
  LiveObject,
  Ownership,
  Receipt,
  UsageCoverage,
} from '../domain/live.js';
import type { Declaration, DeclarationOf, ObjectRef } from '../domain/objects.js';
import type { KeyType } from '../domain/secret.js';
import type { RefreshTarget } from '../domain/sinks/refresh-target.js';
import type { DurationMs, Instant } from '../domain/time.js';
import type { Totals } from './compare.js';
import type { FindingCode, StepReason, WaitingReason } from './reasons.js';

/** Deterministic and unique in a plan: `ApiKey/billing-prod issue 2`. */
export type StepId = string;

/** What a step does, with everything that doing it needs. */
export type Effect =
  | {
      readonly action: 'create';
      readonly detail: {
        readonly declaration: Declaration;
        /** Of an environment: the keys that come with it; none where the project says `automaticKeys: none`. */
        readonly implied?: readonly ImpliedKey[];
        /** Of a replacement: how it differs from the object that it replaces. */
        readonly changes?: readonly FieldChange[];
      };
    }
  | {
      readonly action: 'update';
      readonly detail: {
        readonly declaration: Declaration;
        readonly changes: readonly FieldChange[];
        readonly revision: number;
        /** What it is called until then, when this renames it. */
        readonly former?: ObjectRef;
      };
    }
  | {
      readonly action: 'adopt';
      readonly detail: {
        readonly revision: number;
        /** To be written down first, of an object that no document declares. */
        readonly document?: Declaration;
      };
    }
  | {
      readonly action: 'delete';
      readonly detail: { readonly overlapMs: DurationMs; readonly revision: number };
    }
  | {
      readonly action: 'issue';
      readonly detail: { readonly generation: number; readonly sealedTo: SealedTo };
    }
  | {
      readonly action: 'deliver';
      readonly detail: {
        readonly generation: number;
        readonly sink: SinkDeclaration;
        readonly expected: Expectation;
      };
    }
  | {
      readonly action: 'confirm';
      readonly detail: {
        readonly generation: number;
        readonly sink: SinkId;
        /** Read once more after older versions ended: an older value may have come back. */
        readonly isAfter?: true;
      };
    }
  | {
      readonly action: 'promote';
      readonly detail: { readonly generation: number; readonly sinks: readonly SinkId[] };
    }
  | {
      readonly action: 'extend';
      /** The new end in ISO 8601; null: it does not end by itself. */
      readonly detail: { readonly generation: number; readonly expiresAt: string | null };
    }
  | {
      readonly action: 'withdraw';
      readonly detail: { readonly sink: SinkId; readonly fingerprint: Fingerprint };
    }
  | {
      /** What reads its secrets only at the start is started again. It proves nothing. */
      readonly action: 'refresh';
      readonly detail: { readonly generation: number; readonly target: RefreshTarget };
    }
  | { readonly action: 'revoke'; readonly detail: { readonly generations: readonly number[] } };

/** A key that no document declares and that comes with an environment. */
export interface ImpliedKey {
  readonly kind: 'ApiKey';
  readonly name: string;
  readonly type: KeyType;
  readonly owner: 'tenant';
  /** `*`: everything, as its owner. A publishable key has no permissions of this list. */
  readonly permissions: readonly string[];
  readonly expires: 'never';
}

/** Who can open the new secret: the reconciler that carries out the plan, or the caller that claims it. */
export type SealedTo = 'reconciler' | 'claim';

export type Step = Effect & {
  readonly id: StepId;
  readonly object: ObjectRef;
  readonly reason: StepReason;
  /** Steps that must have succeeded before; always earlier in the list. */
  readonly dependsOn: readonly StepId[];
};

export type Action = Step['action'];

/** One field that differs; `undefined` stands for absent. */
export interface FieldChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

export interface Finding {
  readonly code: FindingCode;
  /** `refuse`: the steps it speaks of are not in the plan, and `apply` exits with 3. */
  readonly severity: 'refuse' | 'warn';
  readonly object: ObjectRef | undefined;
  readonly message: string;
}

export interface Waiting {
  readonly object: ObjectRef;
  readonly reason: WaitingReason;
  /** When to look again; undefined when it depends on a person, not on time. */
  readonly until: Instant | undefined;
  readonly message: string;
}

/** How many steps of which sort. `issue` counts first versions, `rotate` later ones, `replace` a delete with a create. */
export interface Summary {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly adopt: number;
  readonly issue: number;
  readonly rotate: number;
  /** Rollouts taken up where an earlier run stopped. */
  readonly resume: number;
  readonly deliver: number;
  readonly extend: number;
  readonly withdraw: number;
  /** Absent where there are none. */
  readonly refresh?: number;
  readonly revoke: number;
  /** Declared objects without a step. */
  readonly unchanged: number;
  /** Live objects that no project declares. */
  readonly unmanaged: number;
}

export interface Plan {
  readonly apiVersion: 'keywright.dev/v1';
  readonly kind: 'Plan';
  readonly project: string;
  /** The labels it is limited to (`--select`); absent when it is not. */
  readonly selection?: string;
  /**
   * Over the steps and what they rest on, and what guards say of them or refuse: the same whenever and on whichever
   * machine it was planned.
   */
  readonly digest: string;
  /** Digests of what it was made from, without *now* and use: equal as long as nothing has moved that its steps need. */
  readonly basedOn: { readonly desired: string; readonly observed: string };
  readonly now: Instant;
  readonly summary: Summary;
  readonly steps: readonly Step[];
  readonly findings: readonly Finding[];
  readonly waiting: readonly Waiting[];
  /** Environments with `requireApproval` that the steps change; upkeep is no change. */
  readonly approvals: readonly string[];
}

/** Everything deciding may look at. No clock, no store, no chance. */
export interface PlanInput {
  readonly now: Instant;
  /** Of `--select`, for the record: `subjects` are limited to it already. */
  readonly selection?: string | undefined;
  readonly project: DesiredProject;
  readonly ownership: Ownership;
  /** Digest of the documents. */
  readonly desired: string;
  /** Digest of what such steps rest on: equal as long as nothing has moved that they need. */
  readonly basis: (steps: readonly Step[]) => string;
  /** To whom new secrets are sealed: this reconciler. */
  readonly recipient: string;
  readonly settleMs: DurationMs;
  readonly usage: UsageCoverage;
  /** The objects that need a look, sorted by `compareRefs`; everything else agrees and is only counted. */
  readonly subjects: readonly Subject[];
  readonly totals: Totals;
  /** Some of the live objects that no project declares, sorted by `compareRefs`; `totals` has their number. */
  readonly unmanaged: readonly ObjectRef[];
  /** Tokens at declared sinks of subjects that are no version of theirs, by id, as far as the store knows them. */
  readonly tokens: ReadonlyMap<string, KnownToken>;
  /** Every live person, whichever project manages them; none when no subject is a person or has a name to be looked at. */
  readonly people: readonly DeclarationOf<'User'>[];
  /** What removed keys left in sinks here, and is no longer accepted. */
  readonly leftovers?: readonly Leftover[];
  /** Refreshes of current versions that an earlier run here left undone. */
  readonly refreshes?: readonly PlannedRefresh[];
  /** Live objects by the addresses and ids that references in the subjects name them by, as `refText`. */
  readonly names?: ReadonlyMap<string, ObjectRef>;
  /**
   * Of the environments that keys with sinks which show nothing are declared in: those that are production, as the keys
   * name them.
   */
  readonly production?: ReadonlySet<string>;
  /** `--allow-removals N`. */
  readonly allowRemovals: number | undefined;
  /** What to do about tokens at declared sinks that this store never issued: `--take-over-sinks`. */
  readonly unknownTokens?: 'quarantine' | 'replace';
}

/** A token that is of no use, in a sink that no key has. */
export interface Leftover {
  /** The key that it was issued for; a live one may have its name again. */
  readonly object: ObjectRef;
  readonly sink: SinkId;
  readonly fingerprint: Fingerprint;
}

export interface PlannedRefresh {
  readonly object: ObjectRef;
  readonly generation: number;
  readonly target: RefreshTarget;
}

/** One object, from both sides. */
export interface Subject {
  readonly ref: ObjectRef;
  readonly desired: DesiredObject | undefined;
  readonly live: LiveObject | undefined;
  /** What the live object is called until it is renamed (rename.ts). */
  readonly former?: ObjectRef;
  /** What each declared or delivered sink of a key holds. */
  readonly receipts: ReadonlyMap<SinkId, Receipt>;
  /** For an object on its way out: the live objects that still name it. */
  readonly dependents: readonly LiveDependent[];
}

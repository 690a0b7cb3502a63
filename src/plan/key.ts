/** A key as its checks see it: what is declared, its versions, and what its sinks show. */
import { type ApiKeySpec, type SinkDeclaration, sinkIdOf } from '../domain/kinds/index.js';
import { isAlive, type RotationPolicy, rotationPolicy } from '../domain/lifecycle.js';
import type { Delivery, KeyFacts, Receipt, VersionFacts } from '../domain/live.js';
import type { DeclarationOf, ObjectRef } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import type { Declared } from './decision.js';
import { type ForeignToken, foreignTokensAt } from './occupied-sinks.js';
import type { PlanInput, StepId } from './plan.js';

export interface Key {
  readonly ref: ObjectRef;
  readonly spec: ApiKeySpec;
  readonly policy: RotationPolicy;
  /** Undefined for a key that this plan makes. */
  readonly facts: KeyFacts | undefined;
  /** Oldest first; empty for a key that this plan makes. */
  readonly versions: readonly VersionFacts[];
  readonly newest: VersionFacts | undefined;
  /** Earlier ones that neither a person nor time has ended. */
  readonly predecessors: readonly VersionFacts[];
  readonly sinks: readonly SinkDeclaration[];
  readonly receipts: ReadonlyMap<string, Receipt>;
  /** Of the current version; empty for a key that this plan makes. */
  readonly deliveries: readonly Delivery[];
  readonly foreignTokens: readonly ForeignToken[];
  readonly input: PlanInput;
  readonly now: Instant;
  /** Steps on the object itself that come before anything on its versions. */
  readonly after: readonly StepId[];
}

/** `isNew`: made or replaced by this plan, so that the live versions are another key's past. */
export function keyOf(
  declared: Declared,
  declaration: DeclarationOf<'ApiKey'>,
  made: { readonly isNew: boolean; readonly after: readonly StepId[] },
): Key {
  const { input, live, ref, receipts } = declared;
  const facts = made.isNew ? undefined : live?.key;
  const versions = facts?.versions ?? [];
  return {
    ref,
    spec: declaration.spec,
    policy: rotationPolicy(declaration.spec),
    facts,
    versions,
    newest: versions.at(-1),
    predecessors: versions.slice(0, -1).filter((one) => isOpen(one) && isAlive(one, input.now)),
    sinks: declaration.spec.deliver ?? [],
    receipts,
    deliveries: made.isNew ? [] : (live?.deliveries ?? []),
    foreignTokens: foreignTokensAt(declared),
    input,
    now: input.now,
    after: made.after,
  };
}

/** No end has been set for it, not even one that lies ahead. */
export const isOpen = (version: VersionFacts): boolean => version.revokedAt === undefined;

export const receiptAt = ({ receipts }: Pick<Key, 'receipts'>, sink: SinkDeclaration): Receipt =>
  receipts.get(sinkIdOf(sink)) ?? { kind: 'unknown', why: 'it has not been read' };

/** As far as is known: what was confirmed elsewhere, or where nothing can be seen, is taken to be there still. */
export const holds = (key: Key, sink: SinkDeclaration, version: VersionFacts): boolean => {
  const receipt = receiptAt(key, sink);
  const isKnown = receipt.kind !== 'missing' && receipt.kind !== 'unknown';
  return isKnown && receipt.fingerprint === version.fingerprint;
};

/**
 * What applying a plan keeps in memory of versions on their way: the opened secret and which sinks were seen
 * to hold it. From a key's issue until its promotion, and never longer than the run.
 */
import type { SinkId } from '../domain/kinds/index.js';
import type { Fingerprint } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import type { Secret } from '../domain/secret.js';
import type { ConfirmedDelivery } from '../ports/live-store.js';

export interface Rollout {
  readonly fingerprint: Fingerprint;
  /** Undefined for a version that was issued before this run, or is sealed until it is claimed. */
  readonly secret: Secret | undefined;
  readonly confirmed: Map<SinkId, ConfirmedDelivery>;
  /** What sinks that show no values showed after the delivery. */
  readonly revisions: Map<SinkId, string>;
}

export interface Rollouts {
  get(object: ObjectRef, generation: number): Rollout | undefined;
  begin(object: ObjectRef, generation: number, version: Pick<Rollout, 'fingerprint' | 'secret'>): Rollout;
  end(object: ObjectRef, generation: number): void;
}

export function newRollouts(): Rollouts {
  const rollouts = new Map<string, Rollout>();
  const keyOf = (object: ObjectRef, generation: number): string => `${refText(object)} ${generation}`;
  return {
    get: (object, generation) => rollouts.get(keyOf(object, generation)),
    begin: (object, generation, { fingerprint, secret }) => {
      const rollout = { fingerprint, secret, confirmed: new Map(), revisions: new Map() };
      rollouts.set(keyOf(object, generation), rollout);
      return rollout;
    },
    end: (object, generation) => {
      rollouts.delete(keyOf(object, generation));
    },
  };
}

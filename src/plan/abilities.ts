/** What the sinks of a key can do, and what follows from it for the planner (docs/rotation.md, "What a sink can do"). */
import { type SinkDeclaration, type SinkId, sinkIdOf } from '../domain/kinds/index.js';
import { REVISION_ONLY, type Receipt } from '../domain/live.js';
import { abilityOf, parseSinkId, type SinkAbility } from '../domain/sinks/index.js';
import type { DurationMs } from '../domain/time.js';

/** As the sink answered when it was asked, else as its type says. Undefined for the id of a type that is not known. */
export function abilityAt(id: SinkId, receipt: Receipt | undefined): SinkAbility | undefined {
  const asked = receipt && 'ability' in receipt ? receipt.ability : undefined;
  if (asked) return asked;
  const type = parseSinkId(id)?.type;
  return type && abilityOf(type);
}

/** How long a write of a sink that compares nothing may be late, where its type does not say. */
const LATE_MS: DurationMs = 120_000;

/** How much longer than the store's own the stabilization window is for this sink. */
export const settleOf = ({ write, settleMs }: SinkAbility): DurationMs =>
  write === 'conditional' || settleMs > 0 ? settleMs : LATE_MS;

/** One sink of a key with what it can do. */
export interface AbleSink {
  readonly id: SinkId;
  readonly sink: SinkDeclaration;
  readonly ability: SinkAbility;
}

export const ableSinks = ({
  sinks,
  receipts,
}: {
  readonly sinks: readonly SinkDeclaration[];
  readonly receipts: ReadonlyMap<SinkId, Receipt>;
}): readonly AbleSink[] =>
  sinks.flatMap((sink) => {
    const id = sinkIdOf(sink);
    const ability = abilityAt(id, receipts.get(id));
    return ability ? [{ id, sink, ability }] : [];
  });

/** A write that another one came between is not refused. */
export const cannotCompare = ({ ability }: Pick<AbleSink, 'ability'>): boolean =>
  ability.write !== 'conditional';

/** It shows neither values nor revisions. */
export const isUnseen = ({ ability }: Pick<AbleSink, 'ability'>): boolean => ability.read === 'nothing';

/** It shows no value, and the revision is not the one that was recorded after a delivery. */
export const isOtherRevision = (receipt: Receipt | undefined): boolean =>
  receipt?.kind === 'holds' && receipt.fingerprint.startsWith(REVISION_ONLY);

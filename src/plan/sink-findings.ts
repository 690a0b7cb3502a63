/** What is said of sinks that can do less than compare and be read (docs/rotation.md, "What a sink can do"). */
import { formatDuration } from '../domain/time.js';
import { type AbleSink, ableSinks, cannotCompare, isOtherRevision, isUnseen, settleOf } from './abilities.js';
import { type Decision, finding, instantText, NOTHING, together } from './decision.js';
import type { Key } from './key.js';
import type { Step } from './plan.js';

/** While a version is rolled out or handed over: at other times nothing is written that could be lost. */
export function sinkWarnings(key: Key): Decision {
  const sinks = ableSinks(key);
  return together([
    ...sinks.filter(cannotCompare).map((one) => cannotCompareAt(key, one)),
    ...sinks
      .filter(isUnseen)
      .map(({ id }) => finding('warn', 'SinkUnverifiable')(key.ref, unseenText(key, id))),
  ]);
}

function cannotCompareAt({ ref }: Key, { id, ability }: AbleSink): Decision {
  const what =
    ability.write === 'counted'
      ? 'tells only after a write that another one came between'
      : 'does not tell when another write came between';
  const then = isUnseen({ ability }) ? '' : ', and the sink is read before and after older versions end';
  return finding('warn', 'SinkCannotCompare')(
    ref,
    `is delivered to ${id}, which cannot compare before it writes and ${what}. The stabilization window is ${formatDuration(settleOf(ability))} longer${then}.`,
  );
}

const unseenText = (key: Key, id: string): string =>
  `is delivered to ${id}, which cannot be read back; ${recordedText(key, id)}.`;

/** `recorded as delivered at 2027-01-31 12:00 UTC`. */
function recordedText(key: Key, id: string): string {
  const at = deliveredAt(key, id);
  return at === undefined
    ? 'nothing is recorded as delivered yet'
    : `recorded as delivered at ${instantText(at)}`;
}

/** When the version that was recorded there was promoted. */
export function deliveredAt({ deliveries, versions }: Key, id: string): number | undefined {
  const recorded = deliveries.find(({ sink }) => sink === id);
  return versions.find(({ generation }) => generation === recorded?.generation)?.promotedAt;
}

/** What was to be issued or delivered, or ended on the word of a record, in production without that being accepted. */
export function unverifiable(key: Key, steps: readonly Step[]): Decision | undefined {
  const { ref, spec, input } = key;
  if (input.production?.has(spec.environment) !== true || !steps.some(rests)) return undefined;
  const sink = ableSinks(key).find((one) => isUnseen(one) && one.sink.unverified !== true);
  if (sink === undefined) return undefined;
  return finding('refuse', 'SinkUnverifiable')(
    ref,
    `is not changed: it is in production and delivered to ${sink.id}, which cannot be read back, so nothing shows that a delivery arrived. Add unverified: true to that entry of deliver to accept this, or use another sink.`,
  );
}

const rests = ({ action }: Step): boolean =>
  action === 'create' || action === 'issue' || action === 'confirm';

/** Of a sink that shows no values and is written over: what is known of what it holds. */
export function otherRevisionText(key: Key, id: string): string | undefined {
  if (!isOtherRevision(key.receipts.get(id))) return undefined;
  const at = deliveredAt(key, id);
  return at === undefined
    ? 'which cannot be read, so whose it is is not known'
    : `which cannot be read and was changed since Keywright wrote it at ${instantText(at)}`;
}

/** The secret at the former address stays: nothing leads there any more. */
export function connectionsChanged(key: Key): Decision {
  return together(
    ableSinks(key).map(({ id }) => {
      const receipt = key.receipts.get(id);
      const formerly = receipt && 'formerly' in receipt ? receipt.formerly : undefined;
      if (formerly === undefined) return NOTHING;
      return finding('warn', 'ConnectionChanged')(
        key.ref,
        `was delivered to ${formerly}, and the Connection of ${id} leads to another address now. A new version is delivered there; what is left at the former address ends with its hand-over and can be removed manually.`,
      );
    }),
  );
}

/** Taking objects away: what stands against it, and what has to end first. */
import { rotationPolicy } from '../domain/lifecycle.js';
import type { LiveDependent, LiveObject } from '../domain/live.js';
import { isProtected } from '../domain/metadata.js';
import { refText } from '../domain/objects.js';
import type { DurationMs, Instant } from '../domain/time.js';
import { type Decision, finding, instantText, type Situation, toDo, waitFor } from './decision.js';
import type { Step } from './plan.js';
import type { StepReason } from './reasons.js';
import { stepOf } from './steps.js';

/** An object of ours whose declaration was taken away. */
export const notDeclared = (situation: Situation, live: LiveObject): Decision =>
  protectedObject(situation, live) ??
  dependentsRemain(situation) ??
  toDo([deletion(situation, live, 'NotDeclared')]);

export const deletion = ({ ref }: Situation, live: LiveObject, reason: StepReason): Step =>
  stepOf(
    ref,
    { action: 'delete', detail: { overlapMs: overlapOf(live), revision: live.revision } },
    { reason },
  );

/** How long the versions of a removed object stay accepted; nothing for objects without versions. */
export const overlapOf = ({ declaration }: LiveObject): DurationMs =>
  declaration.kind === 'ApiKey' ? rotationPolicy(declaration.spec).overlapMs : 0;

/** The live declaration decides: taking document and protection away together does not get around it. */
export function protectedObject({ ref }: Situation, live: LiveObject): Decision | undefined {
  if (!isProtected(live.declaration.metadata)) return undefined;
  return finding('refuse', 'ProtectedObject')(
    ref,
    'is protected by keywright.dev/protect and is neither removed nor replaced. Take the annotation away and apply first.',
  );
}

/** Objects that the store made along with it go with it, and do not count. */
export function dependentsRemain({ ref, dependents, leaving }: Situation): Decision | undefined {
  const remaining = dependents.filter((one) => one.origin !== 'system' && !isGone(one, leaving));
  if (remaining.length === 0) return undefined;
  const ends = remaining.map((one) => one.endsAt ?? leaving.get(refText(one.ref)));
  const until = ends.reduce(latest, 0);
  return waitFor(ref, 'DependentsRemain', {
    until,
    message: `${namesOf(remaining)} still ${remaining.length === 1 ? 'needs' : 'need'} it${until === undefined ? '' : `, until ${instantText(until)} at the latest`}.`,
  });
}

/** Deleted in this plan, with no version that outlives it. */
const isGone = ({ ref, endsAt }: LiveDependent, leaving: Situation['leaving']): boolean =>
  endsAt === undefined && leaving.get(refText(ref)) === 0;

/** Undefined, for "nobody knows", outlasts every instant. */
const latest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);

function namesOf(dependents: readonly LiveDependent[]): string {
  const [first, second, ...more] = dependents.map((one) => refText(one.ref));
  if (second === undefined) return first ?? '';
  return more.length === 0 ? `${first} and ${second}` : `${first}, ${second} and ${more.length} more`;
}

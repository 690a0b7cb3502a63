/** Taking objects away: what stands against it, and what has to end first. */
import type { LiveDependent, LiveObject } from '../domain/live.js';
import { isProtected } from '../domain/metadata.js';
import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import { type Decision, finding, instantText, type Situation, toDo, together, waitFor } from './decision.js';
import type { Step } from './plan.js';
import type { StepReason } from './reasons.js';
import { overlapOf } from './released-dependents.js';
import { stepOf } from './steps.js';
import { personalKeysEnd } from './users.js';

/** An object of this project whose declaration was taken away. */
export const notDeclared = (situation: Situation, live: LiveObject): Decision =>
  removal(situation, live, 'NotDeclared');

export const removal = (situation: Situation, live: LiveObject, reason: RemovalReason): Decision =>
  protectedObject(situation, live) ??
  dependentsRemain(situation) ??
  together([toDo([deletion(situation, live, reason)]), personalKeysEnd(situation)]);

const REMOVALS = ['NotDeclared', 'UnmanagedRemoved'] as const satisfies readonly StepReason[];
type RemovalReason = (typeof REMOVALS)[number];

/**
 * What guards count (contract.md, fine print 12): objects that go, objects that are replaced, and versions that are
 * forced to end because their declared end was moved into the past. A key whose person is gone ended with them.
 */
export const countsAsRemoval = (step: Step): boolean =>
  isRemoval(step) ||
  (step.action !== 'create' && step.reason === 'ReplacementForced') ||
  (step.action === 'revoke' && step.reason === 'DeclaredEndPassed');

/** Does the object go for good? */
export const isRemoval = ({ action, reason }: Step): boolean =>
  action === 'delete' && REMOVALS.some((one) => one === reason);

export const deletion = ({ ref, input }: Situation, live: LiveObject, reason: StepReason): Step =>
  stepOf(
    ref,
    { action: 'delete', detail: { overlapMs: overlapOf(live, input), revision: live.revision } },
    { reason },
  );

/** The live declaration decides: taking document and protection away together does not get around it. */
export function protectedObject({ ref }: Situation, live: LiveObject): Decision | undefined {
  if (!isProtected(live.declaration.metadata)) return undefined;
  return finding('refuse', 'ProtectedObject')(
    ref,
    'is protected by keywright.dev/protect and is neither removed nor replaced. Remove the annotation and apply that first.',
  );
}

/** Objects that the store made along with it go with it, and do not count. */
export function dependentsRemain(situation: Situation): Decision | undefined {
  const { ref, dependents, leaving } = situation;
  const remaining = dependents.filter(
    (one) => one.origin !== 'system' && one.diesWithIt !== true && !isGone(one, situation),
  );
  if (remaining.length === 0) return undefined;
  const ends = remaining.map((one) => one.endsAt ?? leaving.ends.get(refText(one.ref)));
  const until = ends.reduce(latest, 0);
  const needed = `${namesOf(remaining)} still ${remaining.length === 1 ? 'needs' : 'need'} it${until === undefined ? '' : `, until ${instantText(until)} at the latest`}.`;
  const released = leaving.released.get(refText(ref)) ?? [];
  const isStuck =
    situation.desired !== undefined && remaining.some((one) => !released.includes(refText(one.ref)));
  return waitFor(ref, 'DependentsRemain', { until, message: isStuck ? `${needed} ${WAY_OUT}` : needed });
}

/** Of what is declared otherwise than it can become, while those that need it are declared too: that may be for ever. */
const WAY_OUT =
  'The change requires a new object: undo it, or declare an object with another name and move its dependents there.';

/** Deleted in this plan, with no version that outlives it; or naming it no longer, when it goes for good. */
function isGone({ ref: by, endsAt }: LiveDependent, { ref, desired, leaving }: Situation): boolean {
  if (endsAt !== undefined) return false;
  const isReleased = leaving.released.get(refText(ref))?.includes(refText(by)) ?? false;
  return leaving.ends.get(refText(by)) === 0 || (desired === undefined && isReleased);
}

/** Undefined, for "unknown", outlasts every instant. */
const latest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);

function namesOf(dependents: readonly LiveDependent[]): string {
  const [first, second, ...more] = dependents.map((one) => refText(one.ref));
  if (second === undefined) return first ?? '';
  return more.length === 0 ? `${first} and ${second}` : `${first}, ${second} and ${more.length} more`;
}

/**
 * Calculates when a plan should be made again though nothing is changed: the first instant at which time alone
 * can make something due. Errs on the early side, and knows nothing of what people or consumers will do.
 */
import { rotationDueAt } from '../domain/lifecycle.js';
import { refText } from '../domain/objects.js';
import { type Instant, NEVER } from '../domain/time.js';
import type { Plan, PlanInput, Subject } from './plan.js';
import type { WaitingReason } from './reasons.js';

/** What keeps a version from being issued, however long it has been due. */
const HOLDING: ReadonlySet<WaitingReason> = new Set([
  'Suspended',
  'Expired',
  'SinkUnknown',
  'SinkElsewhere',
  'TooManyVersions',
]);

/** `quietUntil` is of everything that is no subject. NEVER when nothing falls due by time. */
export function wakeAt(
  { waiting }: Pick<Plan, 'waiting'>,
  { subjects, now }: PlanInput,
  quietUntil: Instant,
): Instant {
  const held = new Set(
    waiting.filter(({ reason }) => HOLDING.has(reason)).map(({ object }) => refText(object)),
  );
  const dates = [
    quietUntil,
    ...waiting.map(({ until }) => until ?? NEVER),
    ...subjects.flatMap(endsOf),
    ...subjects.filter(({ ref }) => !held.has(refText(ref))).map(rotationOf),
  ];
  return dates.reduce((first, date) => (date > now && date < first ? date : first), NEVER);
}

/** Every end in a key's facts that lies ahead changes what it is. */
function endsOf({ live }: Subject): readonly Instant[] {
  return (live?.key?.versions ?? []).flatMap(({ revokedAt, expiresAt = NEVER, suspendedUntil = NEVER }) =>
    revokedAt === undefined ? [expiresAt, suspendedUntil] : [revokedAt],
  );
}

/** When the newest version is to be replaced as its document says, if it lives so long; an end is seen to as an end. */
function rotationOf({ live, desired, ref }: Subject): Instant {
  const newest = live?.key?.versions.at(-1);
  const declaration = desired?.declaration;
  if (newest === undefined || newest.revokedAt !== undefined || declaration?.kind !== 'ApiKey') return NEVER;
  if (live?.key?.deactivatedAt !== undefined) return NEVER;
  const dueAt = rotationDueAt(ref.name, declaration.spec, newest);
  return dueAt < (newest.expiresAt ?? NEVER) ? dueAt : NEVER;
}

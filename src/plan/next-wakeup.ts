/**
 * When a plan should be made again though nobody touches anything: the first instant at which time alone
 * can make something due. Errs on the early side, and knows nothing of what people or consumers will do.
 */
import { rotationDueAt } from '../domain/lifecycle.js';
import { type Instant, NEVER } from '../domain/time.js';
import type { Plan, PlanInput, Subject } from './plan.js';

/** `quietUntil` is of everything that is no subject. NEVER when nothing falls due by time. */
export function wakeAt(
  { waiting }: Pick<Plan, 'waiting'>,
  { subjects, now }: PlanInput,
  quietUntil: Instant,
): Instant {
  const dates = [quietUntil, ...waiting.map(({ until }) => until ?? NEVER), ...subjects.flatMap(datesOf)];
  return dates.reduce((first, date) => (date > now && date < first ? date : first), NEVER);
}

/** Every date in a key's facts that lies ahead changes what it is. */
function datesOf({ live }: Subject): readonly Instant[] {
  if (live?.key === undefined || live.declaration.kind !== 'ApiKey') return [];
  const { spec } = live.declaration;
  return live.key.versions.flatMap((version) => {
    if (version.revokedAt !== undefined) return [version.revokedAt];
    const { expiresAt = NEVER, suspendedUntil = NEVER } = version;
    return [expiresAt, suspendedUntil, rotationDueAt(live.ref.name, spec, version)];
  });
}

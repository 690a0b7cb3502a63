/** Which of the refreshes that were noted are due still: of the version that is current, and declared as they were. */
import type { DesiredState } from '../domain/desired.js';
import type { LiveSummary } from '../domain/live.js';
import { compareRefs, findAmong } from '../domain/objects.js';
import { refreshTargetId, refreshTargetsOf } from '../domain/sinks/refresh-target.js';
import type { DueRefresh } from '../ports/refresh.js';
import type { Sinks } from '../ports/sink.js';

/** `survey` is sorted by `compareRefs`. */
export function dueRefreshesOf(
  { entries }: Pick<DesiredState, 'entries'>,
  survey: readonly LiveSummary[],
  { refreshes }: Pick<Sinks, 'refreshes'>,
): readonly DueRefresh[] {
  return (refreshes?.due() ?? []).filter(({ object, generation, target }) => {
    const live = findAmong(survey, object);
    if (!live?.deliveries.some((one) => one.generation === generation)) return false;
    const declaration = entries.find(({ ref }) => compareRefs(ref, object) === 0)?.load();
    if (declaration?.kind !== 'ApiKey') return false;
    const declared = refreshTargetsOf(declaration.spec.deliver ?? []).map(refreshTargetId);
    return declared.includes(refreshTargetId(target));
  });
}

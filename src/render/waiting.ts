/** What is waited for, as people read it: a few by name, many that wait for the same as one line. */
import { refText } from '../domain/objects.js';
import type { Instant } from '../domain/time.js';
import type { Waiting } from '../plan/plan.js';
import type { WaitingReason } from '../plan/reasons.js';
import { counted, inTime, printable } from './text-format.js';

/** As many that wait for the same as are listed one by one. */
const ALIKE_MAX = 3;
/** As many as are named of a group. */
const NAMED_MAX = 5;

export type WaitingLine =
  | { readonly kind: 'one'; readonly waiting: Waiting }
  | { readonly kind: 'many'; readonly reason: WaitingReason; readonly text: string };

/** In their order, a group where its first is. `isVerbose`: one by one, however many. */
export function waitingLines(
  all: readonly Waiting[],
  { now, isVerbose = false }: { readonly now: Instant; readonly isVerbose?: boolean | undefined },
): readonly WaitingLine[] {
  const byReason = new Map<WaitingReason, Waiting[]>();
  for (const one of all) {
    const alike = byReason.get(one.reason);
    if (alike) alike.push(one);
    else byReason.set(one.reason, [one]);
  }
  return all.flatMap((waiting): readonly WaitingLine[] => {
    const { reason } = waiting;
    const alike = byReason.get(reason) ?? [];
    if (isVerbose || alike.length <= ALIKE_MAX) return [{ kind: 'one', waiting }];
    return waiting === alike[0] ? [{ kind: 'many', reason, text: groupText(reason, alike, now) }] : [];
  });
}

/** `13 keys wait for first use of their new version, the next in 2h: ApiKey/a, …; all of them: --verbose`. */
function groupText(reason: WaitingReason, alike: readonly Waiting[], now: Instant): string {
  const noun = alike.every(({ object }) => object.kind === 'ApiKey') ? 'key' : 'object';
  const ends = alike.flatMap(({ until }) => (until === undefined ? [] : [until]));
  const next = ends.length === 0 ? '' : `, the next ${inTime(Math.min(...ends), now)}`;
  const names = alike.slice(0, NAMED_MAX).map(({ object }) => printable(refText(object)));
  const more = alike.length - names.length;
  return `${counted(alike.length, noun)} wait for ${WAITS[reason] ?? reason}${next}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''} (--verbose names all)`;
}

/** What follows "wait for". */
const WAITS: Readonly<Partial<Record<WaitingReason, string>>> = {
  Settling: 'the stabilization window to end',
  OverlapRunning: 'the overlap to end',
  SuccessorUnused: 'first use of their new version',
  ConsumersUnseen: 'named consumers to use the new version',
  PredecessorInUse: 'the old version to be out of use',
  UsageUnknown: 'their use to be known for the whole quiet time',
  Unacknowledged: 'the hand-over to be confirmed (keywright acknowledge)',
  Unclaimed: 'their secret to be claimed (keywright claim)',
  SinkUnknown: 'a sink that cannot be read from here',
  DependentsRemain: 'other live objects that still need them',
  TooManyVersions: 'an accepted version to be handed over',
  Suspended: 'the end of their keywright.dev/suspend-until',
  NeedsRename: 'a rename that is refused',
  Expired: 'a declared rotation, after they expired',
};

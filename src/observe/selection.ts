/**
 * What `--select` leaves in view: objects whose labels match, as declared or as live. So taking a label away,
 * or a whole document, is planned under the selection that the object was under until then.
 */
import { digestOf } from '../domain/canonical.js';
import type { DesiredState } from '../domain/desired.js';
import type { Selector } from '../domain/labels.js';
import type { LiveSummary, Ownership } from '../domain/live.js';
import { type ObjectRef, refText } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import { isOwnedBy } from '../plan/compare.js';
import type { LiveStore } from '../ports/live-store.js';
import { renamesIn } from './renames.js';

export interface View {
  readonly desired: DesiredState;
  readonly survey: readonly LiveSummary[];
}

export interface Selecting extends View {
  readonly selector: Selector;
  readonly ownership: Ownership;
  readonly store: LiveStore;
}

/** The lists stay sorted. Only live objects that differ from what is declared have to be asked for their labels. */
export async function selectedView(selecting: Selecting): Promise<Result<View>> {
  const { desired, survey, selector, ownership, store } = selecting;
  const declared = new Map(desired.entries.map((entry) => [refText(entry.ref), entry]));
  const unknown: ObjectRef[] = [];
  const wanted = new Set<string>();
  for (const { ref, labels } of desired.entries) if (selector.matches(labels)) wanted.add(refText(ref));
  for (const live of survey) {
    const entry = declared.get(refText(live.ref));
    const isAsDeclared = entry?.digest === live.digest;
    const isForUs = entry !== undefined || live.ownership === undefined || isOwnedBy(live, ownership);
    if (isForUs && !isAsDeclared && !wanted.has(refText(live.ref))) unknown.push(live.ref);
  }
  const fetched = await store.fetch(unknown);
  if (!fetched.ok) return fetched;
  for (const { ref, declaration } of fetched.value)
    if (selector.matches(declaration.metadata.labels ?? {})) wanted.add(refText(ref));
  const renames = await renamesIn(desired, { survey, store });
  if (!renames.ok) return renames;
  // Half of a rename would be a removal, or a second object.
  for (const halves of renames.value.map(({ ref, former }) => [refText(ref), refText(former)]))
    if (halves.some((half) => wanted.has(half))) for (const half of halves) wanted.add(half);
  const entries = desired.entries.filter(({ ref }) => wanted.has(refText(ref)));
  return ok({
    desired: { project: desired.project, entries, digest: selectedDigest(desired, entries, selector) },
    survey: survey.filter(({ ref }) => wanted.has(refText(ref))),
  });
}

/** Another selection is another desired state; what is not selected may move. */
const selectedDigest = (
  { project }: DesiredState,
  entries: DesiredState['entries'],
  { text }: Selector,
): string => digestOf({ project, selection: text, entries: entries.map(({ digest }) => digest) });

/** What only shows across documents: names declared twice, circles, deliveries that overwrite one another. */
import { parseSinkId } from '../domain/kinds/index.js';
import { compareRefs, lineText, refText } from '../domain/objects.js';
import type { Diagnostic } from './diagnostics.js';
import type { SpecEntry } from './entry.js';
import { absolutePath } from './files.js';
import type { RecheckSet } from './recheck-set.js';
import { type Declared, fitErrors } from './reference-constraints.js';

/** All errors across the entries. `folder` is where sink paths start; `suspects` those that an error can be about. */
export const crossErrors = (
  declared: Declared,
  folder: string,
  suspects: RecheckSet = allOf(declared),
): readonly Diagnostic[] => [
  ...duplicates(declared.entries, suspects.isChanged),
  ...cycles(declared),
  ...sinkConflicts(suspects.delivering, folder),
  ...fitErrors(declared),
];

const allOf = ({ entries }: Declared): RecheckSet => ({ isChanged: () => true, delivering: entries });

const placeText = ({ position }: SpecEntry): string => lineText(position);

function duplicates(
  entries: readonly SpecEntry[],
  isChanged: RecheckSet['isChanged'],
): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  let first: SpecEntry | undefined;
  for (const entry of entries) {
    const isSuspect = first !== undefined && (isChanged(first) || isChanged(entry));
    if (first && isSuspect && compareRefs(first.ref, entry.ref) === 0) {
      const message = `${refText(entry.ref)} is declared twice`;
      const help = `first declared in ${placeText(first)}`;
      found.push(entry.error(['metadata', 'name'], { code: 'duplicate_object', message, help }));
    } else first = entry;
  }
  return found;
}

/** What an object comes after: what it refers to, and the object it was before it was renamed. */
const predecessors = ({ ref, references, previousName }: SpecEntry): readonly string[] => [
  ...references.map(refText),
  ...(previousName === undefined ? [] : [refText({ kind: ref.kind, name: previousName })]),
];

/** Takes away, again and again, what leads nowhere; what is left leads into circles. One error a circle. */
function cycles({ entries, references }: Declared): readonly Diagnostic[] {
  // An object that no path leads back to cannot be in a circle; most projects end here.
  const pointedAt = new Set<string>([...references].flat().map(({ kind }) => kind));
  for (const entry of entries) if (entry.previousName !== undefined) pointedAt.add(entry.kind);
  const suspects = entries.filter((entry) => pointedAt.has(entry.kind) && predecessors(entry).length > 0);
  const byName = new Map(suspects.map((entry) => [refText(entry.ref), entry]));
  const settled = new Set<SpecEntry>();
  const found: Diagnostic[] = [];
  for (const start of suspects) {
    const circle = circleFrom(start, byName, settled);
    if (circle.length === 0) continue;
    const names = [...circle, circle[0] as SpecEntry].map(({ ref }) => refText(ref));
    found.push(
      start.error(['metadata', 'name'], { code: 'cycle', message: `reference cycle: ${names.join(' → ')}` }),
    );
  }
  return found;
}

/** Depth first with a stack of its own; `settled` collects what was walked, so that each is walked once. */
function circleFrom(
  start: SpecEntry,
  byName: ReadonlyMap<string, SpecEntry>,
  settled: Set<SpecEntry>,
): readonly SpecEntry[] {
  if (settled.has(start)) return [];
  const trail = [{ entry: start, pending: [...predecessors(start)] }];
  const onTrail = new Set([start]);
  let circle: readonly SpecEntry[] = [];
  for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
    const name = top.pending.pop();
    const next = name === undefined ? undefined : byName.get(name);
    if (name === undefined) {
      settled.add(top.entry);
      onTrail.delete(top.entry);
      trail.pop();
    } else if (next && onTrail.has(next)) {
      const members = trail.map(({ entry }) => entry);
      circle = members.slice(members.indexOf(next));
    } else if (next && !settled.has(next)) {
      trail.push({ entry: next, pending: [...predecessors(next)] });
      onTrail.add(next);
    }
  }
  return circle;
}

/** Who delivers to a file first, and which variables are taken; undefined variables: the whole file is. */
interface Taken {
  readonly by: SpecEntry;
  readonly variables: Map<string, SpecEntry> | undefined;
}

/** A file is one secret's own, or a dotenv file in which each variable is one key's own. */
function sinkConflicts(entries: readonly SpecEntry[], folder: string): readonly Diagnostic[] {
  const files = new Map<string, Taken>();
  const paths = new Map<string, string>();
  const found: Diagnostic[] = [];
  for (const entry of entries) {
    for (const [index, id] of entry.sinks.entries()) {
      const place = parseSinkId(id);
      if (!place) continue;
      const path = paths.get(place.path) ?? absolutePath(folder, place.path);
      paths.set(place.path, path);
      const taken = files.get(path);
      const isVariable = place.type === 'dotenv';
      const other = isVariable && taken?.variables ? taken.variables.get(place.part) : taken?.by;
      if (other) {
        const what =
          isVariable && taken?.variables ? `the variable ${place.part} of ${place.path}` : place.path;
        const message = `${what} is the sink of two deliveries`;
        const help = `${refText(other.ref)} (${placeText(other)}) also delivers to it`;
        found.push(entry.error(['spec', 'deliver', index], { code: 'sink_conflict', message, help }));
      }
      if (!taken)
        files.set(path, { by: entry, variables: isVariable ? new Map([[place.part, entry]]) : undefined });
      else if (isVariable) taken.variables?.set(place.part, entry);
    }
  }
  return found;
}

/** What only shows across documents: names declared twice, circles, deliveries that overwrite one another. */
import { whereOf } from '../domain/connections/index.js';
import { parseSinkId, type SinkAddress, sinkPath } from '../domain/kinds/index.js';
import { compareRefs, lineText, refText } from '../domain/objects.js';
import { fieldsOf } from '../domain/sinks/bundle.js';
import { abilityOf, connectionName, sinkPhrase, sinkTypeOf } from '../domain/sinks/index.js';
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
  ...sinkConflicts(suspects.delivering, sinkObjects(declared.entries, folder)),
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

/** Who delivers to an object first, and which of its fields are taken; undefined fields: all of it is. */
interface Taken {
  readonly by: SpecEntry;
  readonly fields: Map<string, SpecEntry> | undefined;
}

/** A file is one secret's own, or a file or an object elsewhere in which each variable or field is one key's own. */
function sinkConflicts(
  entries: readonly SpecEntry[],
  objectOf: (address: SinkAddress) => string,
): readonly Diagnostic[] {
  const objects = new Map<string, Taken>();
  const found: Diagnostic[] = [];
  for (const entry of entries) {
    for (const [index, id] of entry.sinks.entries()) {
      const address = parseSinkId(id);
      if (!address) continue;
      const object = objectOf(address);
      const taken = objects.get(object);
      const fields = fieldsAt(address);
      const field = taken?.fields && fields?.find((name) => taken.fields?.has(name));
      const other = taken?.fields && fields ? taken.fields.get(field ?? '') : taken?.by;
      if (other) {
        const what =
          field === undefined
            ? (sinkPath(address) ?? sinkPhrase(id))
            : `${fieldNoun(address)} ${field} of ${address.object}`;
        const message = `${what} is the sink of two deliveries`;
        const help = `${refText(other.ref)} (${placeText(other)}) also delivers to it`;
        found.push(entry.error(['spec', 'deliver', index], { code: 'sink_conflict', message, help }));
      }
      if (!taken)
        objects.set(object, { by: entry, fields: fields && new Map(fields.map((name) => [name, entry])) });
      else for (const name of fields ?? []) taken.fields?.set(name, entry);
    }
  }
  return found;
}

/**
 * Undefined where one delivery is all that the object holds, or has to be: of an object that shows one revision and no
 * values, the delivery to one field would look like a change of every other one.
 */
function fieldsAt({ type, part }: SinkAddress): readonly string[] | undefined {
  if (sinkTypeOf(type).isWhole || abilityOf(type).read === 'revision') return undefined;
  return sinkTypeOf(type).connection === undefined ? [part] : Object.keys(fieldsOf(part));
}

const fieldNoun = ({ type }: SinkAddress): string => (type === 'dotenv' ? 'the variable' : 'the field');

/** What names an object for everybody: the real path of a file, or the address of the service and the object there. */
function sinkObjects(entries: readonly SpecEntry[], folder: string): (address: SinkAddress) => string {
  const services = new Map<string, string>();
  for (const entry of entries) {
    const declaration = entry.ref.kind === 'Connection' ? entry.load() : undefined;
    if (declaration?.kind === 'Connection') services.set(entry.ref.name, whereOf(declaration.spec));
  }
  const paths = new Map<string, string>();
  return (address) => {
    const path = sinkPath(address);
    if (path === undefined) {
      const name = connectionName(address);
      // The same location with another time limit is the same location.
      if (name === undefined)
        return `${address.type} ${sinkTypeOf(address.type).say?.(address) ?? address.object}`;
      return `${address.type} ${services.get(name) ?? name} ${address.object.slice(name.length)}`;
    }
    const known = paths.get(path) ?? absolutePath(folder, path);
    paths.set(path, known);
    return known;
  };
}

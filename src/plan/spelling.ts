/**
 * Live objects as their documents would spell them: a field that means what is declared is taken to be what is
 * declared, so that no step comes of a name instead of an address, a default written out or another offset. What
 * is decided after this sees differences in meaning alone.
 */
import type { DesiredObject } from '../domain/desired.js';
import { kindOf } from '../domain/kinds/index.js';
import type { LiveObject } from '../domain/live.js';
import { meaningOf, meansSame, type OwnNames } from '../domain/meaning.js';
import { type Declaration, declarationDigest, type ObjectRef, refText } from '../domain/objects.js';
import type { PlanInput, Subject } from './plan.js';

/** Own names on either side: an address means the person who has it there. */
export interface SideNames {
  readonly live: OwnNames;
  readonly declared: OwnNames;
}

export function asSpelled(input: PlanInput): PlanInput {
  if (!input.subjects.some(differs)) return input;
  const names = namesOf(input);
  return { ...input, subjects: input.subjects.map((subject) => spelledSubject(subject, names)) };
}

const differs = ({ desired, live }: Subject): boolean =>
  desired !== undefined && live !== undefined && desired.digest !== live.digest;

function spelledSubject(subject: Subject, names: SideNames): Subject {
  const { desired, live } = subject;
  if (desired === undefined || live === undefined || desired.digest === live.digest) return subject;
  return { ...subject, live: spelled(live, desired, names) };
}

/** The live object with every field that means what is declared spelled as it is declared. */
export function spelled(live: LiveObject, { declaration: to }: DesiredObject, names: SideNames): LiveObject {
  const { declaration: from } = live;
  if (from.kind !== to.kind) return live;
  const [was, is] = [meaningOf(from, names.live), meaningOf(to, names.declared)];
  const spec = mixed({ from: from.spec, to: to.spec, was: was.spec, is: is.spec });
  const metadata = mixed({ from: from.metadata, to: to.metadata, was: was.metadata, is: is.metadata });
  const declaration = { ...from, spec, metadata: { ...metadata, name: from.metadata.name } } as Declaration;
  return { ...live, declaration, digest: declarationDigest(declaration) };
}

interface Sides {
  readonly from: object;
  readonly to: object;
  /** The meanings of the two. */
  readonly was: object;
  readonly is: object;
}

/** Field by field: as declared where both mean the same, else as it is live. */
function mixed({ from, to, was, is }: Sides): Readonly<Record<string, unknown>> {
  const fields = new Set([...Object.keys(from), ...Object.keys(to)]);
  const entries = [...fields].map((field) => {
    const isSame = meansSame(memberOf(was, field), memberOf(is, field));
    return [field, memberOf(isSame ? to : from, field)] as const;
  });
  return Object.fromEntries(entries.filter(([, member]) => member !== undefined));
}

const memberOf = (value: object, field: string): unknown =>
  (value as Readonly<Record<string, unknown>>)[field];

/** What the store knows of other names, and over it what the objects of the plan have: their ids, and their addresses there and as declared. */
export function namesOf({ subjects, names = new Map() }: Pick<PlanInput, 'subjects' | 'names'>): SideNames {
  const live = new Map<string, ObjectRef>(names);
  const declared = new Map<string, ObjectRef>(names);
  for (const { ref, live: there } of subjects) {
    if (there === undefined) continue;
    for (const name of [there.id, addressOf(there.declaration)])
      if (name !== undefined)
        for (const side of [live, declared]) side.set(refText({ kind: ref.kind, name }), ref);
  }
  for (const { ref, desired } of subjects) {
    const address = desired && addressOf(desired.declaration);
    if (address !== undefined) declared.set(refText({ kind: ref.kind, name: address }), ref);
  }
  return { live, declared };
}

const addressOf = (declaration: Declaration): string | undefined =>
  kindOf(declaration.kind).alias?.(declaration.spec);

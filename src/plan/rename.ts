/**
 * Which declared objects are live under another name, and everything as it will be called once those are renamed:
 * what is decided after this never sees the old names. A document asks for it with keywright.dev/previous-name.
 *
 *     declared b (previous-name a), live a      ─▶  b: renamed, keeps all that a has
 *     live key of service a, declared with b    ─▶  no difference
 */
import { distance } from 'fastest-levenshtein';
import { OBJECT_KINDS } from '../domain/kinds/index.js';
import type { KnownToken, LiveObject, Ownership } from '../domain/live.js';
import { PREVIOUS_NAME } from '../domain/metadata.js';
import {
  compareRefs,
  type DeclarationOf,
  declarationDigest,
  formerName,
  type ObjectRef,
  refJson,
  refText,
  withName,
} from '../domain/objects.js';
import { nameAfter, withNewReferences } from '../domain/renaming.js';
import { needsReplacement } from './checks.js';
import { isOwnedBy } from './compare.js';
import { finding, NOTHING, type Remark } from './decision.js';
import type { PlanInput, Subject } from './plan.js';
import { namesOf, type SideNames, spelled } from './spelling.js';

export interface Renamed {
  /** As they will be called; subjects are sorted by `compareRefs`. */
  readonly input: PlanInput;
  readonly remarks: ReadonlyMap<string, Remark>;
}

export function asRenamed(input: PlanInput): Renamed {
  const { subjects, ownership, people, tokens } = input;
  if (subjects.every(({ desired }) => desired === undefined || formerName(desired.declaration) === undefined))
    return { input, remarks: new Map() };
  const names = new Map<string, ObjectRef>();
  const spellings = namesOf(input);
  const remarks = new Map<string, Remark>();
  // Kinds refer backwards only, so what an object names has its new name by the time we come to it.
  const seen = OBJECT_KINDS.flatMap((kind) => {
    const ofKind = subjects
      .filter(({ ref }) => ref.kind === kind)
      .map((subject) => following(subject, names));
    const world = new KindWorld(rejoined(ofKind), ownership);
    for (const [ref, remark] of world.misnamed()) remarks.set(refText(ref), remark);
    const claims = settled(world, remarks, spellings);
    for (const { by, live } of claims) names.set(refText(live.ref), by.ref);
    return carriedOut(world, claims);
  });
  const called = (person: DeclarationOf<'User'>): DeclarationOf<'User'> => {
    const { name } = person.metadata;
    return withName(person, names.get(refText({ kind: 'User', name }))?.name ?? name);
  };
  const owned = (token: KnownToken): KnownToken =>
    token.isRemoved ? token : { ...token, object: names.get(refText(token.object)) ?? token.object };
  const followed = {
    subjects: seen.sort((a, b) => compareRefs(a.ref, b.ref)),
    people: people.map(called),
    tokens: new Map([...tokens].map(([id, token]) => [id, owned(token)])),
  };
  return { input: { ...input, ...followed }, remarks };
}

/** Its live side once everything that it names, and with an environment it too, is called as in `names`. */
function following(subject: Subject, names: Map<string, ObjectRef>): Subject {
  const { live } = subject;
  if (live === undefined || names.size === 0) return subject;
  const followed = withNewReferences(live.declaration, names);
  if (followed === live.declaration) return subject;
  const { ref, declaration } = nameAfter(live, followed);
  if (refText(ref) !== refText(live.ref)) names.set(refText(live.ref), ref);
  return { ...subject, live: { ...live, ref, declaration, digest: declarationDigest(declaration) } };
}

/** Desired and live sides put together again by what they are called now. */
function rejoined(subjects: readonly Subject[]): readonly Subject[] {
  const moved = subjects.filter(({ ref, live }) => live && compareRefs(live.ref, ref) !== 0);
  if (moved.length === 0) return subjects;
  const byName = new Map<string, Subject>();
  for (const subject of subjects) {
    const stays = moved.includes(subject) ? { ...subject, live: undefined } : subject;
    if (stays.desired || stays.live) byName.set(refText(subject.ref), stays);
  }
  for (const { live, receipts, dependents } of moved) {
    if (live === undefined) continue;
    const there = byName.get(refText(live.ref));
    byName.set(refText(live.ref), {
      ref: live.ref,
      desired: there?.desired,
      live,
      receipts: new Map([...(there?.receipts ?? []), ...receipts]),
      dependents,
    });
  }
  return [...byName.values()];
}

/** A declared object that says what it was called, and the live object that is called that. */
interface Claim {
  readonly by: Subject & { readonly desired: NonNullable<Subject['desired']> };
  readonly source: Subject;
  readonly live: LiveObject;
}

/** The objects of one kind. */
class KindWorld {
  readonly subjects: readonly Subject[];
  readonly ownership: Ownership;
  readonly #byName: ReadonlyMap<string, Subject>;

  constructor(subjects: readonly Subject[], ownership: Ownership) {
    this.subjects = subjects;
    this.ownership = ownership;
    const named = subjects.map((subject) => [refText(subject.ref), subject] as const);
    const byId = subjects.flatMap((subject) =>
      subject.live ? [[refText({ kind: subject.ref.kind, name: subject.live.id }), subject] as const] : [],
    );
    this.#byName = new Map([...byId, ...named]);
  }

  /** Undefined for a document that was followed before, or that names nothing live. */
  claims(): readonly Claim[] {
    return this.subjects.flatMap((by) => {
      const { desired, live: own } = by;
      const name = desired && formerName(desired.declaration);
      const source = name === undefined ? undefined : this.#byName.get(refText({ kind: by.ref.kind, name }));
      if (desired === undefined || source?.live === undefined || source === by) return [];
      const asked = desired.declaration.metadata.annotations?.[PREVIOUS_NAME];
      const isDone = own?.declaration.metadata.annotations?.[PREVIOUS_NAME] === asked;
      return isDone ? [] : [{ by: { ...by, desired }, source, live: source.live }];
    });
  }

  /** Objects that are made anew though they say what they were called: a name that was mistyped, or is gone since. */
  misnamed(): readonly (readonly [ObjectRef, Remark])[] {
    return this.subjects.flatMap(({ ref, desired, live }) => {
      const name = desired && live === undefined ? formerName(desired.declaration) : undefined;
      if (name === undefined) return [];
      const former = { kind: ref.kind, name };
      if (this.#byName.get(refText(former))?.live !== undefined) return [];
      const leaving = this.subjects.find(
        (other) => other.desired === undefined && other.live && isNear(other.ref.name, name),
      );
      const meant = leaving === undefined ? '' : ` Did you mean ${refJson(leaving.ref).name}?`;
      const why = `is made anew: there is no live ${refText(former)}, which it says it was.${meant}`;
      return [[ref, { decision: finding('warn', 'NotRenamed')(ref, why), isHeld: false }] as const];
    });
  }
}

/** One slip or two of the finger. */
const isNear = (a: string, b: string): boolean => distance(a, b) <= 2;

/** The claims to carry out. What stands against the others goes into `remarks`. */
function settled(world: KindWorld, remarks: Map<string, Remark>, spellings: SideNames): readonly Claim[] {
  let claims = world.claims();
  for (;;) {
    const left = claims.filter((claim) => {
      const remark = objection(claim, claims, { ownership: world.ownership, spellings });
      if (remark) note(claim, remark, remarks);
      return remark === undefined;
    });
    // One that goes takes away what others stood on.
    if (left.length === claims.length) return left;
    claims = left;
  }
}

function note({ by, source }: Claim, remark: Remark, remarks: Map<string, Remark>): void {
  remarks.set(refText(by.ref), remark);
  // What is not renamed for a mistake must not be removed for it.
  if (remark.isHeld && source.desired === undefined)
    remarks.set(refText(source.ref), { decision: NOTHING, isHeld: true });
}

interface Circumstances {
  readonly ownership: Ownership;
  readonly spellings: SideNames;
}

function objection(
  claim: Claim,
  claims: readonly Claim[],
  { ownership, spellings }: Circumstances,
): Remark | undefined {
  const { by, source, live } = claim;
  const was = refText(live.ref);
  const refused = (why: string): Remark => ({
    decision: finding('refuse', 'RenameRefused')(by.ref, why),
    isHeld: true,
  });
  const ignored = (why: string): Remark => ({
    decision: finding('warn', 'NotRenamed')(by.ref, why),
    isHeld: false,
  });
  if (claims.some((other) => other !== claim && other.live === live))
    return refused(
      `is one of several documents with previous-name ${was}. Keep the annotation on one of them.`,
    );
  if (live.ownership !== undefined && !isOwnedBy(live, ownership))
    return refused(
      `has previous-name ${was}, which belongs to project ${live.ownership.project} (${live.ownership.manager}). Rename it there, or remove the annotation.`,
    );
  if (isCircular(claim, claims))
    return refused(`and ${was} would swap names. Rename one of them to a third name, and apply that first.`);
  const isSourceFree = source.desired === undefined || claims.some((other) => other.by.ref === source.ref);
  if (!isSourceFree)
    return refused(
      `has previous-name ${was}, which is still declared. Remove that document or the annotation.`,
    );
  const isPlaceFree = by.live === undefined || claims.some((other) => other.live === by.live);
  if (!isPlaceFree)
    return ignored(
      `is live already, as is ${was}, so nothing is renamed. ${was} is removed unless a document declares it.`,
    );
  return needsReplacement(spelled(live, by.desired, spellings), by) || live.key?.owner === 'deleted'
    ? ignored(
        `is created, not renamed from ${was}: a field changed that cannot change on an existing object.`,
      )
    : undefined;
}

/** Does following who takes whose name lead back? */
function isCircular(start: Claim, claims: readonly Claim[]): boolean {
  const seen = new Set<Claim>();
  for (let at: Claim | undefined = start; at !== undefined && !seen.has(at); at = nextOf(at, claims)) {
    seen.add(at);
    if (nextOf(at, claims) === start) return true;
  }
  return false;
}

/** The object that takes the name that this one's object has until now. */
const nextOf = ({ source }: Claim, claims: readonly Claim[]): Claim | undefined =>
  claims.find(({ by }) => by.ref === source.ref);

/** Live sides move to those who claim them; what is neither declared nor live any more is gone. */
function carriedOut({ subjects }: KindWorld, claims: readonly Claim[]): readonly Subject[] {
  if (claims.length === 0) return subjects;
  const taken = new Set(claims.map(({ live }) => live));
  const byClaimant = new Map(claims.map((claim) => [refText(claim.by.ref), claim]));
  return subjects.flatMap((subject): readonly Subject[] => {
    const claim = byClaimant.get(refText(subject.ref));
    if (claim) return [asClaimed(subject, claim)];
    if (subject.live === undefined || !taken.has(subject.live)) return [subject];
    return subject.desired === undefined ? [] : [{ ...subject, live: undefined }];
  });
}

function asClaimed(subject: Subject, { source, live }: Claim): Subject {
  const declaration = withName(live.declaration, refJson(subject.ref).name);
  return {
    ...subject,
    live: { ...live, ref: subject.ref, declaration, digest: declarationDigest(declaration) },
    former: live.ref,
    receipts: new Map([...subject.receipts, ...source.receipts]),
    dependents: source.dependents,
  };
}

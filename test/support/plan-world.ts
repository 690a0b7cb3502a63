/**
 * A tiny world in memory for the planner: live objects, versions and sinks as facts, and the effect of
 * each step on them. It knows nothing of planning; it is what a plan is done to.
 */
import { canonicalJson } from '../../src/domain/canonical.js';
import type { DesiredEntry, DesiredObject } from '../../src/domain/desired.js';
import { expiresAt } from '../../src/domain/guests.js';
import { kindOf, type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import { isAlive, quietUntil } from '../../src/domain/lifecycle.js';
import {
  CLAIM_RECIPIENT,
  type KeyFacts,
  type KnownToken,
  type LiveDependent,
  type LiveObject,
  type LiveSummary,
  type Ownership,
  type Receipt,
  type VersionFacts,
} from '../../src/domain/live.js';
import { nameBeforeReplacement } from '../../src/domain/metadata.js';
import {
  compareRefs,
  type Declaration,
  declarationDigest,
  type ObjectRef,
  refOf,
  refText,
} from '../../src/domain/objects.js';
import { nameAfter, withNewReferences } from '../../src/domain/renaming.js';
import { type DurationMs, durationMs, type Instant, NEVER } from '../../src/domain/time.js';
import { attention } from '../../src/plan/compare.js';
import type { Plan, PlanInput, Step, Subject } from '../../src/plan/plan.js';
import { plan } from '../../src/plan/plan-changes.js';
import { entry, environment, project } from './plan-declarations.js';
import { deepFreeze } from './plan-freeze.js';

export const OURS: Ownership = { project: 'acme', manager: 'documents' };
export const START: Instant = Date.parse('2027-01-01T00:00:00Z');
export const SETTLE_MS: DurationMs = 6_000;

interface Ended {
  readonly ref: ObjectRef;
  readonly declaration: Declaration;
  readonly versions: readonly VersionFacts[];
}

export class PlanWorld {
  now = START;
  documents: readonly Declaration[] = [];
  project = project();
  recipient = 'this-machine';
  allowRemovals: number | undefined;
  unknownTokens: 'quarantine' | 'replace' = 'quarantine';
  usageFrom = START;
  readonly objects = new Map<string, LiveObject>();
  readonly tombstones: Ended[] = [];
  readonly places = new Map<SinkId, Receipt>();
  /** Whom personal keys were made for: the ids of people, by key. */
  readonly #owners = new Map<string, string>();
  #revision = 0;
  #serial = 0;

  constructor() {
    this.put(environment('development'), { origin: 'system', ownership: undefined });
    this.put(environment('production', { isProd: true }), { origin: 'system', ownership: undefined });
  }

  /** The same world, to be changed apart. */
  copy(): PlanWorld {
    const copy = new PlanWorld();
    const { now, documents, project, recipient, allowRemovals, usageFrom } = this;
    Object.assign(copy, { now, documents, project, recipient, allowRemovals, usageFrom });
    copy.objects.clear();
    for (const [name, live] of this.objects) copy.objects.set(name, live);
    for (const [sink, receipt] of this.places) copy.places.set(sink, receipt);
    for (const [name, id] of this.#owners) copy.#owners.set(name, id);
    copy.tombstones.push(...this.tombstones);
    copy.#revision = this.#revision;
    copy.#serial = this.#serial;
    return copy;
  }

  /** A live object as it is, made by no plan. */
  put(declaration: Declaration, facts: Partial<LiveObject> = {}): void {
    const ref = refOf(declaration);
    const key = declaration.kind === 'ApiKey' ? this.#newKey(declaration) : undefined;
    const person = declaration.kind === 'ApiKey' ? this.#person(declaration.spec.owner.user) : undefined;
    if (person) this.#owners.set(refText(ref), person.id);
    else this.#owners.delete(refText(ref));
    this.objects.set(refText(ref), {
      ref,
      digest: declarationDigest(declaration),
      ownership: OURS,
      origin: 'declared',
      revision: ++this.#revision,
      quietUntil: 0,
      deliveries: [],
      // A person who has another's name later is another one, and so is a key.
      id:
        declaration.kind === 'User' || declaration.kind === 'ApiKey'
          ? `${refText(ref)}#${this.#revision}`
          : refText(ref),
      declaration: kept(declaration),
      createdAt: this.now,
      key,
      ...granted(declaration, this.now),
      ...facts,
    });
  }

  live(ref: ObjectRef): LiveObject {
    const found = this.objects.get(refText(ref));
    if (!found) throw new Error(`nothing live is called ${refText(ref)}`);
    return found;
  }

  /** The versions of a live key. */
  versions(name: string): readonly VersionFacts[] {
    return this.live({ kind: 'ApiKey', name }).key?.versions ?? [];
  }

  changeKey(ref: ObjectRef, change: (key: KeyFacts) => Partial<KeyFacts>): void {
    this.#change(ref, ({ key }) => (key ? { key: { ...key, ...change(key) } } : {}));
  }

  changeVersions(ref: ObjectRef, change: (version: VersionFacts) => Partial<VersionFacts>): void {
    this.changeKey(ref, ({ versions }) => ({
      versions: versions.map((one) => ({ ...one, ...change(one) })),
    }));
  }

  plan(scope: 'attention' | 'all' = 'attention'): Plan {
    return plan(this.input(scope));
  }

  /** What the gatherer would hand to the planner: the subjects that need a look, or all there are. */
  input(scope: 'attention' | 'all' = 'attention'): PlanInput {
    const entries = this.documents.map(entry).sort((a, b) => compareRefs(a.ref, b.ref));
    const survey = this.survey();
    const found = attention({
      entries,
      survey,
      ownership: OURS,
      now: this.now,
      policy: this.project.spec.unmanaged,
      suspects: this.#suspects(entries),
      agrees: (nth, sink) => {
        const recorded = survey[nth]?.deliveries.find((one) => one.sink === sink);
        const receipt = this.receipt(sink);
        return 'fingerprint' in receipt && receipt.fingerprint === recorded?.fingerprint;
      },
    });
    const declared = new Map(this.documents.map((one) => [refText(refOf(one)), one]));
    const all = [...new Map([...entries, ...survey].map(({ ref }) => [refText(ref), ref])).values()].sort(
      compareRefs,
    );
    const refs = scope === 'all' ? all : found.refs;
    const basis = `${this.#revision}`;
    return deepFreeze({
      now: this.now,
      project: this.project,
      ownership: OURS,
      desired: 'desired',
      basis: () => basis,
      recipient: this.recipient,
      settleMs: SETTLE_MS,
      usage: { from: this.usageFrom, until: this.now },
      subjects: refs.map((ref) => this.#subject(ref, declared.get(refText(ref)))),
      names: this.#addresses(),
      production: this.#production(),
      tokens: this.#knownTokens(),
      people: this.#people(),
      totals: scope === 'all' ? { ...found.totals, unchanged: 0 } : found.totals,
      unmanaged: found.unmanaged,
      allowRemovals: this.allowRemovals,
      unknownTokens: this.unknownTokens,
    });
  }

  survey(): readonly LiveSummary[] {
    return [...this.objects.values()]
      .map((live) => this.#withOwnerStatus(live))
      .map((live) => ({ ...live, quietUntil: quietOf(live) }))
      .sort((a, b) => compareRefs(a.ref, b.ref));
  }

  /** The live object with what follows for it from how its person stands now. */
  #withOwnerStatus(live: LiveObject): LiveObject {
    const id = this.#owners.get(refText(live.ref));
    if (live.key === undefined || id === undefined) return live;
    const person = [...this.objects.values()].find((one) => one.id === id)?.declaration;
    const status = person?.kind === 'User' ? (person.spec.status ?? 'active') : 'deleted';
    return { ...live, key: { ...live.key, owner: status, ownerId: id } };
  }

  #person(name: string | undefined): LiveObject | undefined {
    return [...this.objects.values()].find(
      ({ declaration: { kind, metadata, spec } }) =>
        kind === 'User' && (metadata.name === name || spec.email === name),
    );
  }

  /** Whom addresses mean, also of people whom the plan need not look at. */
  #addresses(): ReadonlyMap<string, ObjectRef> {
    const users = [...this.objects.values()].flatMap(({ ref, declaration }) =>
      declaration.kind === 'User' ? [[`User/${declaration.spec.email}`, ref] as const] : [],
    );
    return new Map(users);
  }

  #production(): ReadonlySet<string> {
    return new Set(
      [...this.documents, ...[...this.objects.values()].map(({ declaration }) => declaration)].flatMap(
        (one) => (one.kind === 'Environment' && one.spec.isProd === true ? [one.metadata.name] : []),
      ),
    );
  }

  #people(): PlanInput['people'] {
    return [...this.objects.values()].flatMap(({ declaration }) =>
      declaration.kind === 'User' ? [declaration] : [],
    );
  }

  receipt(sink: SinkId): Receipt {
    return this.places.get(sink) ?? { kind: 'missing' };
  }

  /** Does the steps in order, all or the first so many; a step that the real store or sink would refuse throws. */
  apply(made: Plan, count = made.steps.length): void {
    for (const step of made.steps.slice(0, count)) this.do(step);
  }

  do(step: Step): void {
    const { object } = step;
    switch (step.action) {
      case 'create':
        if (this.objects.has(refText(object))) throw new Error(`exists: ${step.id}`);
        this.put(step.detail.declaration);
        break;
      case 'update':
        if (step.detail.former) this.#rename(step.detail.former, object);
        this.#followAddress(object, step.detail.declaration);
        this.#change(object, () => ({
          declaration: kept(step.detail.declaration),
          digest: declarationDigest(step.detail.declaration),
          ownership: OURS,
          ...(this.live(object).grantedAt === undefined && granted(step.detail.declaration, this.now)),
        }));
        break;
      case 'adopt':
        this.#change(object, () => ({ ownership: OURS }));
        break;
      case 'delete':
        this.#remove(object, this.now + step.detail.overlapMs);
        break;
      case 'issue':
        this.#issue(object, step.detail);
        break;
      case 'deliver':
        this.#deliver(step);
        break;
      case 'confirm':
        this.#confirm(object, step.detail);
        break;
      case 'promote':
        this.#promote(object, step.detail);
        break;
      case 'extend': {
        const { generation, expiresAt } = step.detail;
        const newest = this.versions(object.name).at(-1);
        if (newest?.generation !== generation || (newest.expiresAt ?? 0) <= this.now)
          throw new Error(`cannot be extended: ${step.id}`);
        this.changeVersions(object, (one) =>
          one.generation === generation
            ? { expiresAt: expiresAt === null ? undefined : Date.parse(expiresAt) }
            : {},
        );
        break;
      }
      case 'withdraw':
        this.places.delete(step.detail.sink);
        break;
      case 'revoke':
        this.changeVersions(object, (version) =>
          step.detail.generations.includes(version.generation)
            ? { revokedAt: version.revokedAt ?? this.now }
            : {},
        );
        break;
    }
  }

  /** Every token that was ever issued: those that a plan does not ask for make no difference. */
  #knownTokens(): ReadonlyMap<string, KnownToken> {
    const live = [...this.objects.values()].flatMap(({ ref, key, declaration, deliveries }) => {
      const versions = key?.versions ?? [];
      const current = versions.findLast(({ promotedAt }) => promotedAt !== undefined)?.generation ?? 0;
      return versions.map(({ id, generation }) => ({
        tokenId: id,
        object: ref,
        isRemoved: false,
        isSuperseded: generation < current,
        declaredAt: declaration.kind === 'ApiKey' ? (declaration.spec.deliver ?? []).map(sinkIdOf) : [],
        deliveredTo: deliveries.map(({ sink }) => sink),
      }));
    });
    const removed = this.tombstones.flatMap(({ ref, versions }) =>
      versions.map(({ id }) => ({ tokenId: id, object: ref, isRemoved: true, ...NOWHERE })),
    );
    const known = [...live, ...removed];
    return new Map(known.map((one) => [one.tokenId, one]));
  }

  #subject(ref: ObjectRef, declaration: Declaration | undefined): Subject {
    const found = this.objects.get(refText(ref));
    const live = found && this.#withOwnerStatus(found);
    const desired: DesiredObject | undefined = declaration && {
      ref,
      digest: declarationDigest(declaration),
      declaration,
      position: { file: 'specs/app.yaml', line: 1, column: 1 },
    };
    const sinks = [declaration, live?.declaration].flatMap((one) =>
      one?.kind === 'ApiKey' ? (one.spec.deliver ?? []).map(sinkIdOf) : [],
    );
    return {
      ref,
      desired,
      live,
      receipts: new Map(sinks.map((sink) => [sink, this.receipt(sink)])),
      dependents: this.dependents(ref),
    };
  }

  dependents(ref: ObjectRef): readonly LiveDependent[] {
    const spec = this.objects.get(refText(ref))?.declaration.spec;
    const alias = spec && kindOf(ref.kind).alias?.(spec);
    const names = (declaration: Declaration): boolean =>
      kindOf(declaration.kind)
        .references(declaration.spec)
        .some((one) => refText(one) === refText(ref) || (one.kind === ref.kind && one.name === alias));
    if (ref.kind === 'User') return this.#leaningOn(ref, names);
    const live = [...this.objects.values()]
      .filter((one) => names(one.declaration))
      .map((one) => ({
        ...{ ref: one.ref, origin: one.origin, endsAt: undefined },
        ...(ref.kind === 'Space' && { workbooks: grantedWorkbooks(one.declaration, ref) }),
      }));
    const ending = this.tombstones
      .filter((one) => names(one.declaration) && one.versions.some((version) => isAlive(version, this.now)))
      .map((one) => ({
        ref: one.ref,
        origin: 'declared' as const,
        endsAt: Math.max(...one.versions.map((version) => version.revokedAt ?? NEVER)),
      }));
    return [...live, ...ending].sort((a, b) => compareRefs(a.ref, b.ref));
  }

  #leaningOn(person: ObjectRef, names: (declaration: Declaration) => boolean): readonly LiveDependent[] {
    const id = this.objects.get(refText(person))?.id;
    return [...this.objects.values()].flatMap((one): readonly LiveDependent[] => {
      const dependent = { ref: one.ref, origin: one.origin, endsAt: undefined };
      if (one.declaration.kind !== 'ApiKey') return names(one.declaration) ? [dependent] : [];
      return this.#owners.get(refText(one.ref)) === id ? [{ ...dependent, diesWithIt: true }] : [];
    });
  }

  #change(ref: ObjectRef, change: (live: LiveObject) => Partial<LiveObject>): void {
    const live = this.live(ref);
    this.objects.set(refText(ref), { ...live, ...change(live), revision: ++this.#revision });
  }

  /** Declared objects that were called something that is live, and those. */
  #suspects(entries: readonly DesiredEntry[]): ReadonlySet<string> {
    const pairs = entries.map(({ ref, previousName }) => [ref, { kind: ref.kind, name: previousName ?? '' }]);
    const successors = [...this.objects.values()].flatMap(({ ref }) => {
      const name = ref.kind === 'ApiKey' ? nameBeforeReplacement(ref.name) : undefined;
      return name === undefined ? [] : [refText({ kind: 'ApiKey', name })];
    });
    return new Set([
      ...successors,
      ...pairs
        .filter(([, former]) => former && this.objects.has(refText(former)))
        .flat()
        .map(refText),
    ]);
  }

  /** The object and what names it, as the store does it in one transaction. */
  #rename(former: ObjectRef, next: ObjectRef): void {
    if (this.objects.has(refText(next))) throw new Error(`exists: ${refText(next)}`);
    const moved = { ...this.live(former), ref: next };
    this.objects.delete(refText(former));
    this.objects.set(refText(next), moved);
    const owner = this.#owners.get(refText(former));
    if (owner !== undefined) this.#owners.set(refText(next), owner);
    this.#owners.delete(refText(former));
    this.#follow(new Map([[refText(former), next]]), moved);
  }

  /** What names an object by another name than before, as the store has it. */
  #follow(names: ReadonlyMap<string, ObjectRef>, named?: LiveObject): void {
    for (const [name, live] of [...this.objects]) {
      const followed = withNewReferences(live.declaration, names);
      if (followed === live.declaration || live === named) continue;
      const { ref, declaration: said } = nameAfter(live, followed);
      const declaration = kept(said);
      this.objects.delete(name);
      this.objects.set(refText(ref), { ...live, ref, declaration, digest: declarationDigest(declaration) });
    }
  }

  /** A person's address is another name of theirs. */
  #followAddress(object: ObjectRef, next: Declaration): void {
    const before = this.live(object).declaration;
    if (before.kind !== 'User' || next.kind !== 'User' || before.spec.email === next.spec.email) return;
    this.#follow(new Map([[`User/${before.spec.email}`, { kind: 'User', name: next.spec.email }]]));
  }

  #newKey(declaration: Extract<Declaration, { kind: 'ApiKey' }>): KeyFacts {
    const home = this.objects.get(`Environment/${declaration.spec.environment}`)?.declaration;
    const isProd = home?.kind === 'Environment' && home.spec.isProd === true;
    const type = declaration.spec.type ?? 'secret';
    const none = {
      deactivatedAt: undefined,
      rotationRequestedAt: undefined,
      acknowledgedGeneration: undefined,
    };
    return { type, isProd, ...none, versions: [] };
  }

  #remove(ref: ObjectRef, endsAt: Instant): void {
    if (this.dependents(ref).some((one) => one.origin !== 'system' && one.diesWithIt !== true))
      throw new Error(`in_use: ${refText(ref)}`);
    const { declaration, key } = this.live(ref);
    const versions = (key?.versions ?? []).map((one) => ({
      ...one,
      revokedAt: Math.min(one.revokedAt ?? NEVER, endsAt),
    }));
    this.tombstones.push({ ref, declaration, versions });
    this.objects.delete(refText(ref));
    this.#revision++;
  }

  #issue(ref: ObjectRef, { generation }: { readonly generation: number }): void {
    const { key, declaration } = this.live(ref);
    const versions = key?.versions ?? [];
    const recipient =
      declaration.kind !== 'ApiKey' || (declaration.spec.deliver ?? []).length === 0
        ? CLAIM_RECIPIENT
        : this.recipient;
    const existing = versions.find((one) => one.generation === generation);
    if (existing) {
      if (existing.envelope?.recipient !== recipient) throw new Error(`moved: ${refText(ref)}`);
      return;
    }
    if (generation !== versions.length + 1) throw new Error(`moved: ${refText(ref)} ${generation}`);
    if (versions.filter((one) => isAlive(one, this.now)).length >= 5)
      throw new Error(`too_many_versions: ${refText(ref)}`);
    const spec = declaration.kind === 'ApiKey' ? declaration.spec : undefined;
    // As in the store, later than what it answers, also when both fall in one millisecond.
    const issuedAt = Math.max(this.now, key?.rotationRequestedAt ?? 0);
    const byAge = spec?.expiresAfter === undefined ? undefined : issuedAt + durationMs(spec.expiresAfter);
    const id = `v${String(++this.#serial).padStart(11, '0')}`;
    const version: VersionFacts = {
      id,
      generation,
      fingerprint: `f-${id}`,
      issuedAt,
      promotedAt: undefined,
      retiringAt: undefined,
      suspendedUntil: undefined,
      revokedAt: undefined,
      expiresAt: byAge ?? (spec?.expiresAt === undefined ? undefined : Date.parse(spec.expiresAt)),
      lastUsedAt: undefined,
      consumers: [],
      envelope: { recipient },
    };
    this.changeKey(ref, () => ({ versions: [...versions, version] }));
  }

  #version(ref: ObjectRef, generation: number): VersionFacts {
    const found = this.live(ref).key?.versions.find((one) => one.generation === generation);
    if (!found) throw new Error(`${refText(ref)} has no generation ${generation}`);
    return found;
  }

  #deliver({ object, detail }: Extract<Step, { action: 'deliver' }>): void {
    const { fingerprint, id } = this.#version(object, detail.generation);
    const place = this.receipt(sinkIdOf(detail.sink));
    if (place.kind === 'unknown' || place.kind === 'elsewhere')
      throw new Error(`sink_unavailable: ${sinkIdOf(detail.sink)}`);
    const ability = 'ability' in place && place.ability ? { ability: place.ability } : {};
    if (ability.ability?.read === 'nothing') {
      this.places.set(sinkIdOf(detail.sink), { kind: 'unseen', fingerprint, ...ability });
      return;
    }
    const isExpected =
      place.kind === 'missing'
        ? detail.expected.mayBeMissing
        : [fingerprint, ...detail.expected.fingerprints].includes(place.fingerprint);
    if (!isExpected) throw new Error(`sink_moved: ${sinkIdOf(detail.sink)}`);
    this.places.set(sinkIdOf(detail.sink), { kind: 'holds', fingerprint, tokenId: id, ...ability });
  }

  #confirm(
    ref: ObjectRef,
    { generation, sink }: { readonly generation: number; readonly sink: SinkId },
  ): void {
    const place = this.receipt(sink);
    const { fingerprint } = this.#version(ref, generation);
    if (!('fingerprint' in place) || place.fingerprint !== fingerprint)
      throw new Error(`not_confirmed: ${sink}`);
  }

  #promote(
    ref: ObjectRef,
    { generation, sinks }: { readonly generation: number; readonly sinks: readonly SinkId[] },
  ): void {
    const { fingerprint } = this.#version(ref, generation);
    const type = this.live(ref).key?.type;
    this.changeVersions(ref, (one) => {
      if (one.generation > generation) return {};
      if (one.generation < generation) return { retiringAt: one.retiringAt ?? this.now };
      // A publishable one is shown to everybody, always.
      const isKept = one.envelope?.recipient === CLAIM_RECIPIENT && type === 'secret';
      const envelope = isKept ? one.envelope : undefined;
      return { promotedAt: this.now, envelope };
    });
    this.#change(ref, () => ({
      deliveries: sinks.map((sink) => ({ sink, generation, fingerprint, machine: 'here' })),
    }));
  }
}

/** As the store gives it back: a text in canonical form. */
const kept = (declaration: Declaration): Declaration => JSON.parse(canonicalJson(declaration));

function quietOf({ declaration, key, ref, grantedAt }: LiveObject): Instant {
  if (declaration.kind === 'Guest') return expiresAt({ spec: declaration.spec, grantedAt });
  return declaration.kind === 'ApiKey' && key ? quietUntil(ref.name, declaration.spec, key) : NEVER;
}

const grantedWorkbooks = (guest: Declaration, { name }: ObjectRef): readonly string[] =>
  guest.kind !== 'Guest'
    ? []
    : (guest.spec.grants ?? []).flatMap(({ space, workbooks = [] }) =>
        `${guest.spec.environment}/${space}` === name ? workbooks : [],
      );

const granted = (declaration: Declaration, now: Instant): Pick<LiveObject, 'grantedAt'> =>
  declaration.kind === 'Guest' && (declaration.spec.grants ?? []).length > 0 ? { grantedAt: now } : {};

const NOWHERE = { isSuperseded: false, declaredAt: [], deliveredTo: [] };

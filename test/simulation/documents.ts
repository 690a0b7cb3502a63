/** The documents of a run: what is declared at first, drawn from the seed, and the edits that people make. */
import { digestOf } from '../../src/domain/canonical.js';
import type { DesiredState } from '../../src/domain/desired.js';
import { type ApiKeySpec, type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import { SUSPEND_UNTIL } from '../../src/domain/metadata.js';
import {
  compareRefs,
  type Declaration,
  type DeclarationOf,
  refOf,
  refText,
} from '../../src/domain/objects.js';
import { formatInstant, type Instant, MINUTE_MS } from '../../src/domain/time.js';
import { connection, entry, environment, key, project, service } from '../support/plan-declarations.js';

import { START } from '../support/store-world.js';
import type { Chance } from './faults.js';
import { abilityAt, SERVICES, serviceSink } from './services.js';

/** Permissions of an application of the project. */
const OWN_WORDS: readonly string[] = Array.from({ length: 40 }, (_, nth) => `app:p${nth}`);

export type KeyDeclaration = DeclarationOf<'ApiKey'>;
type KeySpec = Parameters<typeof key>[1];

const KEYS = ['k1', 'k2', 'k3', 'k4'];
const OWNERS: readonly ApiKeySpec['owner'][] = [{ service: 's1' }, { service: 's2' }, { tenant: true }];
const ENVIRONMENTS = ['production', 'staging'];
/** So many of the places of its own does a key have at most. */
const PLACES = ['a', 'b', 'c'];

const placeOf = (name: string, which: string) => ({ file: { path: `${name}/${which}` } });

export interface Scene {
  readonly chance: Chance;
  /** Declared at first; every key of the run if absent. For shrinking. */
  readonly keys?: ReadonlySet<string> | undefined;
  /** Are some of their places services? */
  readonly services?: true | undefined;
}

export class Documents {
  readonly #chance: Chance;
  readonly #universe: readonly string[];
  readonly #services: boolean;
  #declared = new Map<string, Declaration>();
  #desired: DesiredState | undefined;

  constructor({ chance, keys, services = undefined }: Scene) {
    this.#chance = chance;
    this.#services = services === true;
    const count = chance.between('keys', 1, KEYS.length + 1);
    this.#universe = KEYS.slice(0, count).filter((name) => keys?.has(name) ?? true);
    for (const declaration of [
      environment('production', { isProd: true }),
      environment('staging'),
      service('s1'),
      service('s2'),
      ...(services ? Object.keys(SERVICES).map((name) => connection(name)) : []),
    ])
      this.#put(declaration);
    for (const name of this.#universe) this.add(name);
  }

  /** All names that keys of this run may have, declared or not. */
  get universe(): readonly string[] {
    return this.#universe;
  }

  /** As every reader sees it now. */
  desired(): DesiredState {
    this.#desired ??= desiredOf([...this.#declared.values()]);
    return this.#desired;
  }

  key(name: string): KeyDeclaration | undefined {
    const declared = this.#declared.get(`ApiKey/${name}`);
    return declared?.kind === 'ApiKey' ? declared : undefined;
  }

  keys(): readonly KeyDeclaration[] {
    return this.#universe.flatMap((name) => this.key(name) ?? []);
  }

  /** The key that declares this place. */
  keyAt(sink: SinkId): string | undefined {
    return this.keys().find((declared) => sinksOf(declared).includes(sink))?.metadata.name;
  }

  /** As at first, without places that another key has by now; not at all where those are all its places. */
  add(name: string): void {
    if (this.key(name) !== undefined) return;
    const spec = firstSpec(name, this.#chance, this.#services);
    const deliver = spec.deliver?.filter((sink) => this.keyAt(sinkIdOf(sink)) === undefined);
    if (deliver?.length !== 0) this.#put(key(name, { ...spec, ...(deliver && { deliver }) }));
  }

  remove(name: string): void {
    this.#declared.delete(`ApiKey/${name}`);
    this.#desired = undefined;
  }

  /** Same key, other permissions: an update, and nothing for its versions. */
  permit(name: string, nth: number): void {
    this.#change(name, { permissions: [nth % 2 === 0 ? 'spaces:read' : 'spaces:write'] });
  }

  /** Another owner is another key under the same name. */
  giveTo(name: string, nth: number): void {
    const owner = this.key(name)?.spec.owner;
    this.#change(name, {
      owner: OWNERS.find((one) => digestOf(one) !== digestOf(owner)) ?? { tenant: true },
      permissions: [OWN_WORDS[nth % OWN_WORDS.length] ?? ''],
    });
  }

  /** Its secret belongs to other places of its own from now on. */
  moveTo(name: string, nth: number): void {
    if (this.key(name)?.spec.deliver === undefined) return;
    const free = PLACES.map((which) => placeOf(name, which)).filter((place) => {
      const owner = this.keyAt(sinkIdOf(place));
      return owner === undefined || owner === name;
    });
    const [only] = free;
    const chosen = free.filter((_, at) => (nth >> at) % 2 === 0);
    if (only) this.#change(name, { deliver: chosen.length > 0 ? chosen : [only] });
  }

  /** Two keys change places. */
  swap(one: string, other: string): void {
    const [a, b] = [this.key(one)?.spec.deliver, this.key(other)?.spec.deliver];
    if (one === other || a === undefined || b === undefined) return;
    // Of a place that shows nothing, what the other one wrote last cannot be seen.
    if ([...a, ...b].some((sink) => abilityAt(sinkIdOf(sink))?.read === 'nothing')) return;
    this.#change(one, { deliver: b });
    this.#change(other, { deliver: a });
  }

  /** Versions live shorter or longer from now on. */
  expireAfter(name: string, duration: string): void {
    if (this.key(name)?.spec.expiresAt === undefined) this.#change(name, { expiresAfter: duration });
  }

  suspend(name: string, until: Instant): void {
    const declared = this.key(name);
    if (declared) this.#put(key(name, declared.spec, { [SUSPEND_UNTIL]: formatInstant(until) }));
  }

  /** Nothing becomes due by time alone any more. */
  rest(): void {
    for (const { metadata, spec } of this.keys()) {
      const { every: _, ...rotation } = spec.rotation ?? {};
      this.#put(key(metadata.name, { ...spec, rotation, expiresAfter: undefined }));
    }
  }

  #change(name: string, change: NonNullable<KeySpec>): void {
    const declared = this.key(name);
    if (declared) this.#put(key(name, { ...declared.spec, ...change }, declared.metadata.annotations));
  }

  #put(declaration: Declaration): void {
    this.#declared.set(refText(refOf(declaration)), declaration);
    this.#desired = undefined;
  }
}

export const sinksOf = ({ spec }: KeyDeclaration): readonly SinkId[] => (spec.deliver ?? []).map(sinkIdOf);

function desiredOf(declarations: readonly Declaration[]): DesiredState {
  const entries = declarations.map(entry).sort((a, b) => compareRefs(a.ref, b.ref));
  const { name, spec } = project();
  return {
    project: { name, spec: { ...spec, permissions: { custom: [...OWN_WORDS] } } },
    entries,
    digest: digestOf(entries.map((one) => [one.ref, one.digest])),
  };
}

function firstSpec(name: string, chance: Chance, services: boolean): NonNullable<KeySpec> {
  const pick = <T>(what: string, from: readonly T[]): T => chance.pick(`${name} ${what}`, from);
  const often = (what: string, share: number): boolean => chance.fraction(`${name} ${what}`) < share;
  const handover = pick('handover', ['observed', 'observed', 'acknowledged', 'timed'] as const);
  const isObserved = handover === 'observed';
  const places = PLACES.slice(0, pick('places', [1, 1, 2, 2, 3])).map((which) =>
    services && often(`elsewhere ${which}`, 0.8)
      ? serviceSink(pick(`service ${which}`, Object.keys(SERVICES)), name, which)
      : placeOf(name, which),
  );
  const ending = often('expires', 0.3) ? { expiresAfter: pick('life', ['40m', '45m', '60m']) } : {};
  const lapsing = { expiresAt: formatInstant(START + chance.between(`${name} end`, 15, 75) * MINUTE_MS) };
  return {
    environment: pick('environment', ENVIRONMENTS),
    owner: pick('owner', OWNERS),
    ...(often('lapses', 0.06) ? lapsing : ending),
    ...(often('sinks', 0.85) ? { deliver: places } : {}),
    rotation: {
      ...(often('rotates', 0.9) ? { every: pick('every', ['15m', '20m', '30m']) } : {}),
      handover,
      overlap: pick('overlap', ['3m', '5m', '8m']),
      ...(isObserved ? { quiet: pick('quiet', ['3m', '5m']) } : {}),
      ...(isObserved && often('named', 0.3) ? { consumers: [`${name}-0`] } : {}),
      ...(isObserved && often('deadline', 0.1) ? { deadline: '20m' } : {}),
    },
  };
}

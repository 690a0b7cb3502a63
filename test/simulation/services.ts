/**
 * Services elsewhere that secrets are delivered to, one for each ability: objects with fields and revisions. They are
 * reached through the real engine of objects (src/sinks/object-sinks.ts), whose every request goes over the wire.
 */
import { fault } from '../../src/domain/errors.js';
import { parseSinkId, type SinkDeclaration, type SinkId } from '../../src/domain/kinds/index.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { type FieldMap, fieldsOf } from '../../src/domain/sinks/bundle.js';
import type { SinkAbility } from '../../src/domain/sinks/index.js';
import type { Instant } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { Driver, Held, Write } from '../../src/sinks/driver.js';
import type { Gate } from '../../src/sinks/gate.js';
import { objectSinks } from '../../src/sinks/object-sinks.js';
import type { Span } from './faults.js';
import type { Wire } from './wire.js';

const able = (read: SinkAbility['read'], write: SinkAbility['write']): SinkAbility => ({
  ...{ read, write, scope: 'shared', settleMs: 0, maxBytes: 1 << 16 },
});

/** By the name of the Connection. */
export const SERVICES: Readonly<Record<string, SinkAbility>> = {
  'value-conditional': able('value', 'conditional'),
  'value-counted': able('value', 'counted'),
  'value-blind': able('value', 'blind'),
  'revision-conditional': able('revision', 'conditional'),
  'revision-blind': able('revision', 'blind'),
  'nothing-blind': able('nothing', 'blind'),
};

/** Where a service cannot compare, no request is later: what the longer stabilization window is for. */
const LATE_MS: Span = [500, 30_000];
/** For how long processes are stopped at most in such a world. */
export const STOP_MAX_MS = 30_000;

export const abilityAt = (sink: SinkId): SinkAbility | undefined => {
  const address = parseSinkId(sink);
  return address?.type === 'vault'
    ? SERVICES[address.object.slice(0, address.object.indexOf('/'))]
    : undefined;
};

/** A field of an object that all keys share where values are shown; else an object of its own. */
export function serviceSink(connection: string, name: string, which: string): SinkDeclaration {
  const ability = SERVICES[connection];
  const path = ability?.read === 'value' ? 'shared' : `${name}/${which}`;
  return {
    vault: { connection, mount: 'm', path, fields: { [`${name}_${which}`]: 'key' } },
    ...(ability?.read === 'nothing' && { unverified: true }),
  };
}

interface Kept {
  readonly values: ReadonlyMap<string, string>;
  readonly revision: number;
  readonly at: Instant;
}

/** What one request asks a service for. */
export interface Put {
  /** What it must still be; undefined: whatever it is. `absent`: nothing may be there. */
  readonly when: { readonly revision: string } | 'absent' | undefined;
  readonly values: (now: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
}

export class Services {
  readonly #objects = new Map<string, Kept>();
  readonly #now: () => Instant;
  readonly #onWrite: () => void;
  readonly #onLand: (sink: SinkId, content: string) => void;
  #revision = 0;

  /** `onLand`: what a request put there, of a service that compares. */
  constructor(
    now: () => Instant,
    {
      onWrite,
      onLand,
    }: { readonly onWrite: () => void; readonly onLand: (sink: SinkId, content: string) => void },
  ) {
    this.#now = now;
    this.#onWrite = onWrite;
    this.#onLand = onLand;
  }

  content(id: SinkId): string | undefined {
    const { object, field } = at(id);
    return this.#objects.get(object)?.values.get(field);
  }

  revision(id: SinkId): string | undefined {
    const kept = this.#objects.get(at(id).object);
    return kept && String(kept.revision);
  }

  writtenAt(id: SinkId): Instant | undefined {
    return this.#objects.get(at(id).object)?.at;
  }

  ids(): readonly SinkId[] {
    return [...this.#objects].flatMap(([object, { values }]) =>
      [...values.keys()].map((field) => `vault:${object}#${field}`),
    );
  }

  /** Manually, past the port. */
  put(id: SinkId, content: string | undefined): void {
    const { object, field } = at(id);
    const change = new Map(this.#objects.get(object)?.values);
    if (content === undefined) change.delete(field);
    else change.set(field, content);
    this.#keep(object, change);
  }

  held(object: string, { read }: SinkAbility): Held | undefined {
    const kept = this.#objects.get(object);
    if (kept === undefined || read === 'nothing') return undefined;
    return { values: read === 'value' ? kept.values : undefined, revision: String(kept.revision) };
  }

  isAbsent(object: string): boolean {
    return !this.#objects.has(object);
  }

  write(object: string, { when, values }: Put): Result<void> {
    const kept = this.#objects.get(object);
    const isAsRead =
      when === undefined ||
      (when === 'absent' ? kept === undefined : String(kept?.revision) === when.revision);
    if (!isAsRead) return fail(fault('sink_moved', 'the revision is another one'));
    const before = kept?.values ?? new Map<string, string>();
    const after = values(before);
    this.#keep(object, after);
    for (const [field, content] of after)
      if (when !== undefined && before.get(field) !== content)
        this.#onLand(`vault:${object}#${field}`, content);
    return ok(undefined);
  }

  #keep(object: string, values: ReadonlyMap<string, string>): void {
    this.#onWrite();
    this.#revision += 1;
    if (values.size === 0) this.#objects.delete(object);
    else this.#objects.set(object, { values, revision: this.#revision, at: this.#now() });
  }
}

function at(id: SinkId): { readonly object: string; readonly field: string } {
  const address = parseSinkId(id);
  if (address === undefined) throw new Error(`${id} is no sink`);
  return { object: address.object, field: Object.keys(fieldsOf(address.part) as FieldMap)[0] ?? '' };
}

/** One attempt each, on the condition that the service offers. */
export function driverOver(wire: Wire, services: Services, ability: SinkAbility): Driver {
  const isConditional = ability.write === 'conditional';
  const unavailable = fail(fault('sink_unavailable', 'the service did not answer'));
  const lateMs = isConditional ? undefined : ability.read === 'nothing' ? ('never' as const) : LATE_MS;
  const asked = <T>(operation: string, effect: () => Result<T>): Promise<Result<T>> =>
    wire.carry<Result<T>>({
      ...{ operation, effect: async () => effect(), unheard: unavailable, refused: unavailable },
      ...(lateMs !== undefined && { lateMs }),
    });
  const when = (over: Held | undefined): Put['when'] => {
    if (!isConditional) return undefined;
    return over === undefined ? 'absent' : { revision: over.revision ?? '' };
  };
  return {
    ability: async () => ok(ability),
    read: (object) => asked(`read ${object}`, () => ok(services.held(object, ability))),
    write: (object, write) =>
      asked(`write ${object}`, () =>
        services.write(object, { when: when(write.over), values: (now) => changed(now, write) }),
      ),
    ...(isConditional && {
      touch: (object: string, over: Held) =>
        asked(`touch ${object}`, () => services.write(object, { when: when(over), values: (now) => now })),
    }),
  };
}

/** A service that compares replaces all fields, so that what was read is written back; the others take single fields. */
export function changed(
  now: ReadonlyMap<string, string>,
  { over, set, remove }: Write,
): ReadonlyMap<string, string> {
  const values = new Map(over?.values ?? now);
  for (const [name, secret] of set) values.set(name, secret.reveal());
  for (const name of remove) values.delete(name);
  return values;
}

const UNLIMITED: Gate = Object.assign(<T>(work: () => Promise<T>) => work(), { isLimiting: () => false });

/** The real engine over those drivers; files by the other port. */
export function withServices(
  files: Sinks,
  driverOf: (connection: string) => Driver,
  clock: Pick<Clock, 'sleep' | 'monotonicMs'>,
): Sinks {
  const drivers = new Map<string, Driver>();
  const engine = objectSinks(
    {
      of: async ({ type, object }) => {
        const name = object.slice(0, object.indexOf('/'));
        const driver = drivers.get(name) ?? driverOf(name);
        drivers.set(name, driver);
        return ok({ type, object, driver, gate: UNLIMITED });
      },
      locate: (id) => `https://services.example.com ${at(id).object}`,
      isHere: () => true,
      limiting: () => [],
    },
    clock,
  );
  const of = (id: SinkId) => (abilityAt(id) === undefined ? files : engine);
  return {
    locate: (id) => of(id).locate(id),
    isHere: (id, recorded) => of(id).isHere(id, recorded),
    read: async (ids) => {
      const ours = ids.filter((id) => abilityAt(id) !== undefined);
      const theirs = ids.filter((id) => abilityAt(id) === undefined);
      const [read, other] = await Promise.all([engine.read(ours), files.read(theirs)]);
      const all = new Map([
        ...ours.map((id, nth) => [id, read[nth]] as const),
        ...theirs.map((id, nth) => [id, other[nth]] as const),
      ]);
      return ids.map((id) => all.get(id) ?? { kind: 'missing' });
    },
    deliver: (sink, delivery) => ('vault' in sink ? engine : files).deliver(sink, delivery),
    confirm: (id, confirmed) => of(id).confirm(id, confirmed),
    withdraw: (id, fingerprint) => of(id).withdraw(id, fingerprint),
    take: (id) => of(id).take(id),
    delivered: files.delivered,
  };
}

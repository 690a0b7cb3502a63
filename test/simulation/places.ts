/**
 * The places that secrets are delivered to: contents by sink id, with the compare-and-set of the sinks
 * port. All machines see the same places, as on a shared folder or in a vault.
 */

import { type Fault, fault } from '../../src/domain/errors.js';
import { type SinkDeclaration, type SinkId, sinkIdOf } from '../../src/domain/kinds/index.js';
import type { Expectation, Fingerprint, Receipt } from '../../src/domain/live.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { fingerprintOf, parseToken, Secret } from '../../src/domain/secret.js';
import type { SinkDelivery, Sinks } from '../../src/ports/sink.js';
import { abilityAt, type Services } from './services.js';
import type { Wire } from './wire.js';

export class Places {
  readonly #contents = new Map<SinkId, string>();
  readonly #onWrite: () => void;
  /** Those that are elsewhere. */
  readonly services: Services;

  constructor(onWrite: () => void, services: Services) {
    this.#onWrite = onWrite;
    this.services = services;
  }

  content(id: SinkId): string | undefined {
    if (abilityAt(id)) return this.services.content(id);
    return this.#contents.get(id);
  }

  /** Manually, past the port. */
  put(id: SinkId, content: string | undefined): void {
    if (abilityAt(id)) {
      this.services.put(id, content);
      return;
    }
    this.#onWrite();
    if (content === undefined) this.#contents.delete(id);
    else this.#contents.set(id, content);
  }

  ids(): readonly SinkId[] {
    return [...this.#contents.keys(), ...this.services.ids()];
  }

  read(id: SinkId): Receipt {
    const held = this.content(id);
    if (held === undefined) return { kind: 'missing' };
    return { kind: 'holds', fingerprint: fingerprintOf(held), tokenId: parseToken(held)?.id };
  }

  deliver(sink: SinkDeclaration, { bundle, expected }: SinkDelivery): Result<Record<never, never>> {
    const id = sinkIdOf(sink);
    const token = bundle['key']?.reveal() ?? '';
    const held = this.#contents.get(id);
    if (held !== token && !isExpected(held, expected)) return fail(moved(id));
    this.put(id, token);
    return ok({});
  }

  confirm(id: SinkId, fingerprint: Fingerprint): Result<Record<never, never>> {
    const held = this.#contents.get(id);
    return held !== undefined && fingerprintOf(held) === fingerprint ? ok({}) : fail(moved(id));
  }

  /** The port on one machine, without any way in between. */
  sinks(machine: string): Sinks {
    return {
      locate: () => machine,
      isHere: () => true,
      read: async (ids) => ids.map((id) => this.read(id)),
      deliver: async (sink, delivery) => this.deliver(sink, delivery),
      confirm: async (id, { fingerprint }) => this.confirm(id, fingerprint),
      delivered: async () => [],
      withdraw: async () => ok(undefined),
      take: async (id) => {
        const held = this.#contents.get(id);
        return held === undefined ? undefined : new Secret(held);
      },
    };
  }
}

const isExpected = (held: string | undefined, { mayBeMissing, fingerprints }: Expectation): boolean =>
  held === undefined ? mayBeMissing : fingerprints.includes(fingerprintOf(held));

const moved = (id: SinkId): Fault =>
  fault('sink_moved', `the sink ${id} holds an unexpected value, so nothing was written; plan again`);

/** The same port, every call over the wire. What cannot be reached is unknown, or unavailable. */
export function sinksOverWire(sinks: Sinks, wire: Wire): Sinks {
  const unavailable = fail(fault('sink_unavailable', 'the sink did not answer'));
  const unknown = { kind: 'unknown', why: 'the sink did not answer' } as const;
  return {
    locate: sinks.locate,
    isHere: sinks.isHere,
    read: async (ids) => {
      if (ids.length === 0) return [];
      const unheard = ids.map(() => unknown);
      return wire.carry<readonly Receipt[]>({
        operation: 'read',
        effect: () => sinks.read(ids),
        unheard,
        refused: unheard,
      });
    },
    deliver: (sink, delivery) =>
      wire.carry<Result<{ readonly revision?: string }>>({
        operation: `deliver ${sinkIdOf(sink)}`,
        effect: () => sinks.deliver(sink, delivery),
        unheard: unavailable,
        refused: unavailable,
      }),
    confirm: (id, confirmed) =>
      wire.carry<Result<{ readonly revision?: string }>>({
        operation: `confirm ${id}`,
        effect: () => sinks.confirm(id, confirmed),
        unheard: unavailable,
        refused: unavailable,
      }),
    delivered: sinks.delivered,
    withdraw: sinks.withdraw,
    take: (id) => wire.carry({ operation: 'take', effect: () => sinks.take(id), unheard: undefined }),
  };
}

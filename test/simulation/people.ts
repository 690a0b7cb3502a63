/**
 * People: they change documents, ask for rotations, revoke and stop keys, break places, restore a backup;
 * and they do their part of a hand-over: confirm it, claim secrets, start again what they stopped. When the
 * run gets calm they stop breaking things and continue doing their part.
 */

import { versionFactsOf } from '../../src/credential-store/rows.js';
import type { ObjectRow, VersionRow } from '../../src/credential-store/storage-port.js';
import type { Fault } from '../../src/domain/errors.js';
import type { SinkId } from '../../src/domain/kinds/index.js';
import { isAccepted } from '../../src/domain/lifecycle.js';
import { CLAIM_RECIPIENT } from '../../src/domain/live.js';
import type { ObjectRef } from '../../src/domain/objects.js';
import { fail, type Result } from '../../src/domain/result.js';
import { parseToken, Secret } from '../../src/domain/secret.js';
import { MINUTE_MS } from '../../src/domain/time.js';
import type { WaitingReason } from '../../src/plan/reasons.js';
import type { LiveStore, Request } from '../../src/ports/live-store.js';
import type { Consumer } from './consumer.js';
import type { Documents } from './documents.js';
import { type KeyDeclaration, sinksOf } from './documents.js';
import { EVENT_FAULTS, type EventFault, type Faults } from './faults.js';
import type { Judge } from './judge.js';
import type { Tables } from './memory-storage.js';
import type { Places } from './places.js';
import { abilityAt } from './services.js';
import type { Timeline } from './timeline.js';
import type { Trace } from './trace.js';

export interface PeopleWorld {
  readonly timeline: Timeline;
  readonly trace: Trace;
  readonly faults: Faults;
  readonly documents: Documents;
  readonly places: Places;
  readonly judge: Judge;
  readonly tables: Tables;
  readonly store: LiveStore;
  readonly consumers: readonly Consumer[];
  /** Cuts everybody off from the store for so long. */
  readonly takeStoreDown: (ms: number) => void;
  /** What the last plans wait for, of that key. */
  readonly waitingFor: (name: string) => readonly WaitingReason[];
  /** Stops everything, puts an older store in place, starts again. */
  readonly restoreBackup: () => void;
}

const TURN_MS = MINUTE_MS;
const PATIENCE_TURNS = 16;
/** Longer than a plan of before the stop can be on its way. */
const STOPPED_TURNS = 28;
const CALLER = { actor: 'ada', path: 'people' };
const UNHEARD: Fault = { code: 'store_unreachable', message: 'nothing was heard' };

export class People {
  readonly #world: PeopleWorld;
  #turn = 0;
  /** What each place has held, for a person who puts an old content back. */
  readonly #past = new Map<SinkId, string[]>();
  readonly #stuckFor = new Map<string, number>();
  #toActivate: { readonly name: string; readonly turn: number }[] = [];

  constructor(world: PeopleWorld) {
    this.#world = world;
  }

  async run(): Promise<void> {
    for (;;) {
      await this.#world.timeline.sleep(TURN_MS);
      this.#turn += 1;
      for (const sink of this.#world.places.ids()) this.#remember(sink);
      for (const kind of EVENT_FAULTS) await this.#maybe(kind);
      for (const declared of this.#world.documents.keys()) await this.#doTheirPart(declared);
      this.#clearForgotten();
    }
  }

  async #maybe(kind: EventFault): Promise<void> {
    const { faults, documents, judge, trace } = this.#world;
    const at = { process: 'people', operation: 'turn', nth: this.#turn };
    if (!faults.happens(at, kind)) return;
    const name = faults.chance.pick(`people ${kind} whom ${this.#turn}`, ['', ...documents.universe]);
    const known = name || (documents.universe[0] ?? '');
    trace.note(`people: ${kind} ${known}`);
    const before = documents.keys();
    await this.#mischief[kind](known);
    if (kind.startsWith('edit-')) judge.edited(before);
  }

  readonly #mischief: Readonly<Record<EventFault, (name: string) => unknown>> = {
    'edit-add': (name: string) => this.#world.documents.add(name),
    'edit-remove': (name: string) => this.#world.documents.remove(name),
    'edit-permissions': (name: string) => this.#world.documents.permit(name, this.#turn),
    'edit-owner': (name: string) => this.#world.documents.giveTo(name, this.#turn),
    'edit-places': (name: string) => this.#world.documents.moveTo(name, this.#turn),
    'edit-swap': (name: string) => this.#world.documents.swap(name, this.#other(name)),
    'edit-expiry': (name: string) =>
      this.#world.documents.expireAfter(name, this.#turn % 2 === 0 ? '35m' : '90m'),
    'edit-suspend': (name: string) =>
      this.#world.documents.suspend(name, this.#world.timeline.now + 8 * MINUTE_MS),
    rotate: (name: string) => this.#ask({ kind: 'requestRotation', object: keyRef(name) }),
    revoke: (name: string) => this.#ask({ kind: 'revoke', object: keyRef(name), overlapMs: 5 * MINUTE_MS }),
    'revoke-now': (name: string) => this.#ask({ kind: 'revoke', object: keyRef(name), overlapMs: 0 }),
    deactivate: (name: string) => this.#stop(name),
    spoil: (name: string) => this.#put(name, () => 'not a token'),
    empty: (name: string) => this.#put(name, () => undefined),
    'put-back': (name: string) => this.#put(name, (sink) => this.#past.get(sink)?.at(-2)),
    'store-down': () =>
      this.#world.takeStoreDown(this.#world.faults.chance.between(`down ${this.#turn}`, 1_000, 35_000)),
    restore: () => this.#world.restoreBackup(),
  };

  #other(name: string): string {
    const { universe } = this.#world.documents;
    return universe[(universe.indexOf(name) + 1) % universe.length] ?? name;
  }

  async #stop(name: string): Promise<void> {
    this.#toActivate.push({ name, turn: this.#turn + STOPPED_TURNS });
    await this.#ask({ kind: 'deactivate', object: keyRef(name) });
  }

  #put(name: string, content: (sink: SinkId) => string | undefined): void {
    const { documents, places, judge, faults } = this.#world;
    const declared = documents.key(name);
    // What is put where nothing can be seen is never noticed.
    const sinks = declared ? sinksOf(declared).filter((one) => abilityAt(one)?.read !== 'nothing') : [];
    if (sinks.length === 0) return;
    const sink = faults.chance.pick(`people which ${this.#turn}`, sinks);
    places.put(sink, content(sink));
    judge.spoil(sink);
  }

  /** The store may be down, and her own machine may crash: then a person has to ask again. */
  async #ask(request: Request): Promise<Result<unknown>> {
    return this.#heard(this.#world.store.request(request, CALLER));
  }

  #heard<T>(asked: Promise<Result<T>>): Promise<Result<T>> {
    return Promise.race([asked, this.#world.timeline.sleep(30_000).then(() => fail(UNHEARD))]);
  }

  async #doTheirPart(declared: KeyDeclaration): Promise<void> {
    const { name } = declared.metadata;
    const object = this.#liveKey(name);
    if (object === undefined) return;
    if (object.deactivated_at !== null && this.#isTimeToActivate(name))
      await this.#ask({ kind: 'activate', object: keyRef(name) });
    const newest = this.#versions(object).at(-1);
    if (newest === undefined) return;
    await this.#makeRoom(name);
    if (declared.spec.rotation?.handover === 'acknowledged') await this.#acknowledge(name, newest);
    if (sinksOf(declared).length === 0) await this.#claim(name, newest);
  }

  #isTimeToActivate(name: string): boolean {
    const { faults } = this.#world;
    return faults.isCalm || this.#toActivate.some((one) => one.name === name && one.turn <= this.#turn);
  }

  /** A file that was lost again and again while nothing could be handed over: what the plan says is to be done. */
  async #makeRoom(name: string): Promise<void> {
    const isStuck = this.#world.waitingFor(name).includes('TooManyVersions');
    const turns = isStuck ? (this.#stuckFor.get(name) ?? 0) + 1 : 0;
    this.#stuckFor.set(name, turns % PATIENCE_TURNS);
    if (turns === PATIENCE_TURNS)
      await this.#ask({ kind: 'revoke', object: keyRef(name), overlapMs: 5 * MINUTE_MS });
  }

  /** Once all who use the key use the newest version. */
  async #acknowledge(name: string, newest: VersionRow): Promise<void> {
    const held = this.#world.consumers.filter(({ key }) => key === name).map((one) => one.held?.token);
    const [token] = held;
    const isEverywhere = held.every((one) => parseToken(one ?? '')?.id === newest.token_id);
    if (token === undefined || !isEverywhere || newest.promoted_at === null) return;
    await this.#ask({ kind: 'acknowledge', object: keyRef(name), proof: new Secret(token) });
  }

  /** Shown once: a person who did not hear it asks for another. */
  async #claim(name: string, newest: VersionRow): Promise<void> {
    const { store, consumers, timeline } = this.#world;
    const users = consumers.filter(({ key }) => key === name);
    const isKnown = users.some((one) => parseToken(one.held?.token ?? '')?.id === newest.token_id);
    if (isKnown || newest.promoted_at === null || !isAccepted(versionFactsOf(newest), timeline.now)) return;
    if (newest.recipient !== CLAIM_RECIPIENT) {
      await this.#ask({ kind: 'requestRotation', object: keyRef(name) });
      return;
    }
    const claimed = await this.#heard(store.claim(keyRef(name), CALLER));
    if (claimed.ok) for (const user of users) user.receive(claimed.value.reveal());
  }

  /** Places with tokens that the store does not know, or of other keys for long: cleared, as the finding says. */
  #clearForgotten(): void {
    const { places, tables, judge, documents, faults } = this.#world;
    const isPatienceOver = faults.isCalm && this.#turn % PATIENCE_TURNS === 0;
    for (const declared of documents.keys())
      for (const sink of sinksOf(declared)) {
        const content = places.content(sink) ?? '';
        const id = parseToken(content)?.id;
        const isForgotten =
          id !== undefined && tables.versions.get(id) === undefined && judge.isSpoiled(sink);
        if (!isForgotten && !(isPatienceOver && judge.isOfAnother(content, declared.metadata.name))) continue;
        places.put(sink, undefined);
        judge.spoil(sink);
      }
  }

  #remember(sink: SinkId): void {
    const content = this.#world.places.content(sink);
    const past = this.#past.get(sink) ?? [];
    if (content !== undefined && past.at(-1) !== content) this.#past.set(sink, [...past, content]);
  }

  #liveKey(name: string): ObjectRow | undefined {
    const { objects } = this.#world.tables;
    return objects.where((row) => row.kind === 'ApiKey' && row.name === name && row.removed_at === null)[0];
  }

  #versions({ id }: ObjectRow): readonly VersionRow[] {
    const { versions } = this.#world.tables;
    return versions.where((row) => row.object_id === id).toSorted((a, b) => a.generation - b.generation);
  }
}

const keyRef = (name: string): ObjectRef => ({ kind: 'ApiKey', name });

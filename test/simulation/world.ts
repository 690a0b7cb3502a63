/**
 * Puts a run together: storage, places, documents, two controllers, consumers with their verifiers, people
 * and the judge, on one timeline. A defect wraps one of the ports; the code under test is the real one.
 */

import { type PassOutcome, pass } from '../../src/controller/pass.js';
import { openFeed } from '../../src/credential-store/credential-feed.js';
import { openCredentialStore } from '../../src/credential-store/credential-store.js';
import { newKey } from '../../src/credential-store/keyring.js';
import type { DesiredState } from '../../src/domain/desired.js';
import { ok } from '../../src/domain/result.js';
import type { Secret } from '../../src/domain/secret.js';
import { SECOND_MS } from '../../src/domain/time.js';
import type { Clock } from '../../src/ports/clock.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import type { Identity } from '../../src/ports/sealing.js';
import type { Sinks } from '../../src/ports/sink.js';
import { createVerifier, type Verifier } from '../../src/verifier/verifier.js';
import { unwrap } from '../support/store.js';
import { seededEntropy } from '../support/store-world.js';
import { type Ask, Consumer } from './consumer.js';
import { Documents } from './documents.js';
import { Faults } from './faults.js';
import { feedOverWire } from './feed-over-wire.js';
import { Judge } from './judge.js';
import { type MemoryStorage, memoryStorage } from './memory-storage.js';
import { People } from './people.js';
import { Places, sinksOverWire } from './places.js';
import { Process, type ProcessOptions } from './process.js';
import type { DefectWorld, Scenario } from './scenario.js';
import { hexSealing } from './sealing.js';
import { driverOver, SERVICES, Services, STOP_MAX_MS, withServices } from './services.js';
import { storeOverWire } from './store-over-wire.js';
import { Timeline } from './timeline.js';
import { Trace } from './trace.js';
import { Wire } from './wire.js';

/** One clock for two processes of a machine; or two machines, whose clocks are 5 s apart at most. */
type Shape = 'processes' | 'machines';
const SKEW_MAX_MS = 2_500;
const LATE_MS: Readonly<Record<Shape, number>> = { processes: SECOND_MS, machines: 6 * SECOND_MS };
/** Passes begin close to one another, so that the controllers meet. */
const PASS_EVERY_MS = 110 * SECOND_MS;
const PASS_SPREAD_MS = 3 * SECOND_MS;
const CONSUMERS_PER_KEY = 2;
/** A caller whose own process died does not wait for ever. */
const HANG_UP_MS = 5 * SECOND_MS;
/**
 * An outage of all who verify that outlasts a quiet time would be taken for quiet, and so would be uses that
 * a verifier takes along when it is killed, again and again (docs/assurance.md).
 */
const SERVICE: ServiceBounds = { stopMaxMs: 15 * SECOND_MS, lifeMinMs: 600 * SECOND_MS };
type ServiceBounds = Pick<ProcessOptions, 'stopMaxMs' | 'lifeMinMs'>;

export class World {
  readonly timeline = new Timeline();
  readonly trace = new Trace(this.timeline);
  readonly places = new Places(
    () => this.judge.stir(),
    new Services(() => this.timeline.now, {
      onWrite: () => this.judge.stir(),
      onLand: (sink, content) => this.judge.landed(sink, content),
    }),
  );
  readonly faults: Faults;
  readonly documents: Documents;
  readonly judge: Judge;
  readonly storage: MemoryStorage;
  readonly consumers: Consumer[] = [];
  /** With how many entries the audit log had when each had ended. */
  readonly passes: (PassOutcome & { readonly entries: number })[] = [];
  readonly #scenario: Scenario;
  readonly #shape: Shape;
  readonly #masterKey: Secret;
  readonly #controllers: Process[] = [];
  #storeDownUntil = 0;
  #backups: (() => void)[] = [];
  /** Grows with every restore: what was on its way then is gone. */
  #era = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.faults = new Faults({ ...scenario, weather: scenario.defect?.weather });
    const { chance } = this.faults;
    this.#shape = chance.pick('shape', ['processes', 'machines']);
    this.documents = new Documents({ chance, keys: scenario.keys, services: scenario.services });
    const { timeline, trace, documents, places, consumers } = this;
    this.judge = new Judge({ timeline, trace, documents, places, consumers });
    this.storage = memoryStorage({
      lateMs: LATE_MS[this.#shape],
      onCommit: (changes) => this.judge.committed(changes),
    });
    this.judge.watch(this.storage.tables);
    this.#masterKey = newKey(seededEntropy(`${scenario.seed} master`));
  }

  async start(): Promise<void> {
    for (const name of ['c1', 'c2']) await this.#startController(name);
    await this.#startConsumers();
    await this.#startPeople();
    this.#keepBackups();
  }

  /** Lets virtual time pass, one event after another, until the instant or a violation. */
  async runUntil(instant: number, isEnough: () => boolean = () => false): Promise<void> {
    while (this.timeline.now < instant && !this.judge.violation && !isEnough()) {
      await this.timeline.step();
      this.judge.look();
    }
  }

  get #defectWorld(): DefectWorld {
    const { storage, timeline } = this;
    const { tables } = storage;
    return {
      storage,
      tables,
      masterKey: this.#masterKey,
      later: (ms, run) => timeline.after(ms, run),
    };
  }

  async #startController(name: string): Promise<void> {
    const machine = this.#shape === 'machines' ? `machine-${name}` : 'machine';
    const identity = await this.#identityOf(machine);
    const process = this.#processOn(name, machine, this.#scenario.services ? { stopMaxMs: STOP_MAX_MS } : {});
    this.#controllers.push(process);
    process.start(() => void this.#reconcile(process, identity).catch((error) => this.#bug(name, error)));
  }

  /** One life of a controller. */
  async #reconcile(process: Process, identity: Identity): Promise<void> {
    const { defect } = this.#scenario;
    const { name, life } = process;
    const clock = defect?.clock?.(process.clock()) ?? process.clock();
    const wire = this.#wireOf(process);
    const authority = await this.#open(process);
    const store = storeOverWire(defect?.store?.(authority, this.#defectWorld) ?? authority, wire);
    const port = this.places.sinks(process.machine);
    const files = sinksOverWire(defect?.sinks?.(port, this.places) ?? port, wire);
    const sinks = this.#scenario.services ? this.#engine(files, { wire, clock }) : files;
    const desired = (): DesiredState =>
      defect?.desired?.(this.documents.desired()) ?? this.documents.desired();
    const sealing = hexSealing(seededEntropy(`${name} boxes`));
    while (!life.isOver) {
      await clock.sleep(this.#untilNextPass(process));
      const passed = await pass({
        ...{ store, sinks, sealing, identity, clock, actor: name, drift: 'heal' },
        documents: async () => ok({ desired: desired(), unresolved: () => [] }),
      });
      if (passed.ok) this.#note(name, passed.value);
      else this.judge.shown('a failure', passed.error);
    }
  }

  /** The engine of objects, over drivers whose every request goes over the wire. */
  #engine(files: Sinks, { wire, clock }: { readonly wire: Wire; readonly clock: Clock }): Sinks {
    const { defect } = this.#scenario;
    const { services } = this.places;
    const sinks = withServices(
      files,
      (connection) => {
        const ability = SERVICES[connection];
        if (ability === undefined) throw new Error(`there is no service ${connection}`);
        const driver = driverOver(wire, services, ability);
        return defect?.driver?.(driver, { ...this.#defectWorld, services, ability }) ?? driver;
      },
      clock,
    );
    return defect?.engine?.(sinks, this.#defectWorld) ?? sinks;
  }

  #note(name: string, outcome: PassOutcome): void {
    const { plan, report } = outcome;
    this.judge.shown('a plan', plan);
    this.judge.shown('a report', report ?? '');
    const failed = report?.results.filter(({ status }) => status !== 'succeeded').length ?? 0;
    this.trace.note(`${name} passed: ${plan.steps.length} steps, ${failed} not done`);
    this.passes.push({ ...outcome, entries: this.storage.tables.audit.size });
  }

  #untilNextPass(process: Process): number {
    const spread = this.faults.chance.between(`${process.name} ${process.count('pass')}`, 0, PASS_SPREAD_MS);
    const { now } = this.timeline;
    return PASS_EVERY_MS - (now % PASS_EVERY_MS) + spread;
  }

  async #startConsumers(): Promise<void> {
    const { timeline, documents, places, judge, faults } = this;
    const asks = [await this.#asksAuthority('asker'), await this.#asksVerifier('verifier')];
    for (const key of documents.universe)
      for (let nth = 0; nth < CONSUMERS_PER_KEY; nth++) {
        const inOrder = nth % 2 === 0 ? asks : asks.toReversed();
        const world = { timeline, documents, places, judge, faults, asks: inOrder };
        const consumer = new Consumer(key, nth, world);
        this.consumers.push(consumer);
        void consumer.run().catch((error) => this.#bug(consumer.name, error));
      }
  }

  async #asksAuthority(name: string): Promise<Ask> {
    const process = this.#processOn(name, 'machine-c1', SERVICE);
    const store = storeOverWire(await this.#open(process), this.#wireOf(process));
    return (token, consumer) =>
      this.#within(
        store.verify(token, {}, consumer).then((answer) => (answer.ok ? answer.value.code : undefined)),
      );
  }

  async #asksVerifier(name: string): Promise<Ask> {
    const { defect } = this.#scenario;
    const process = this.#processOn(name, 'machine-c2', SERVICE);
    let verifier: Verifier | undefined;
    const begin = async (): Promise<void> => {
      verifier = undefined;
      const { life } = process;
      const clock = process.clock();
      const feed = unwrap(await openFeed(this.storage, this.#adapters(process), this.#masterKey));
      const over = feedOverWire(defect?.feed?.(feed) ?? feed, this.#wireOf(process));
      const { staleAfterMs } = defect ?? {};
      const options = staleAfterMs === undefined ? {} : { staleAfterMs };
      for (;;) {
        const made = await createVerifier(over, clock, options);
        if (made.ok) {
          verifier = made.value;
          return;
        }
        await clock.sleep(SECOND_MS);
        if (life.isOver) return;
      }
    };
    process.start(() => void begin().catch((error) => this.#bug(name, error)));
    return (token, consumer) =>
      this.#within(
        (async () => {
          const asked = verifier;
          await asked?.refresh();
          const answer = asked?.verify(token.reveal(), {}, consumer);
          this.timeline.after(SECOND_MS, () => process.wake(process.life, () => void asked?.refresh()));
          return answer === undefined || answer.code === 'UNAVAILABLE' ? undefined : answer.code;
        })(),
      );
  }

  async #startPeople(): Promise<void> {
    const process = this.#processOn('ada', 'machine-c1');
    const store = storeOverWire(await this.#open(process), this.#wireOf(process));
    const { timeline, trace, faults, documents, places, judge, consumers } = this;
    const people = new People({
      timeline,
      trace,
      faults,
      documents,
      places,
      judge,
      consumers,
      store,
      tables: this.storage.tables,
      waitingFor: (name) =>
        this.passes
          .slice(-4)
          .flatMap(({ plan }) => plan.waiting)
          .flatMap(({ object, reason }) => (object.name === name ? [reason] : [])),
      takeStoreDown: (ms) => {
        this.#storeDownUntil = timeline.now + ms;
      },
      restoreBackup: () => this.#restore(),
    });
    void people.run().catch((error) => this.#bug('people', error));
  }

  #keepBackups(): void {
    const keep = (): void => {
      this.#backups = [...this.#backups.slice(-2), this.storage.backup()];
      this.timeline.after(500 * SECOND_MS, keep);
    };
    keep();
  }

  /** The operator stops everything, puts an older store in place and starts it again. */
  #restore(): void {
    this.#era += 1;
    this.#backups[0]?.();
    for (const controller of this.#controllers) controller.crash();
    this.judge.restored();
  }

  /** A service that verifies; a controller, or a person, without those bounds. */
  #processOn(name: string, machine: string, bounds: ServiceBounds = {}): Process {
    const isOneClock = this.#shape === 'processes';
    const skewMs = isOneClock
      ? 0
      : this.faults.chance.between(`skew ${machine}`, -SKEW_MAX_MS, SKEW_MAX_MS + 1);
    return new Process(this.timeline, { name, machine, skewMs, ...bounds });
  }

  #wireOf(process: Process): Wire {
    const { timeline, faults, trace } = this;
    return new Wire(
      { timeline, faults, trace, era: () => this.#era },
      process,
      () => timeline.now < this.#storeDownUntil,
    );
  }

  #adapters(process: Process) {
    const entropy = seededEntropy(`${this.#scenario.seed} ${process.name} ${process.count('open')}`);
    return { clock: process.clock(), entropy, sealing: hexSealing(entropy) };
  }

  async #open(process: Process): Promise<LiveStore> {
    const storage = this.#scenario.defect?.storage?.(this.storage, this.#defectWorld) ?? this.storage;
    return unwrap(await openCredentialStore(storage, this.#adapters(process), this.#masterKey));
  }

  #identityOf(machine: string): Promise<Identity> {
    return hexSealing(seededEntropy(`${this.#scenario.seed} ${machine}`)).newIdentity();
  }

  #within(asked: Promise<string | undefined>): Promise<string | undefined> {
    return Promise.race([asked, this.timeline.sleep(HANG_UP_MS).then(() => undefined)]);
  }

  #bug(who: string, error: unknown): void {
    this.judge.accuse('no bug', `${who}: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

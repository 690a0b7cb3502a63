/**
 * A program that uses a key: it reads the key from its place when it starts or feels like it, keeps it in
 * memory, and uses it again and again. It is not notified of a rotation. Half of them are answered by the
 * server, half by a verifier in memory.
 */
import type { SinkId } from '../../src/domain/kinds/index.js';
import { rotationPolicy } from '../../src/domain/lifecycle.js';
import { isToken, Secret } from '../../src/domain/secret.js';
import type { DurationMs, Instant } from '../../src/domain/time.js';
import type { Documents } from './documents.js';
import { sinksOf } from './documents.js';
import type { Faults } from './faults.js';
import type { Judge } from './judge.js';
import type { Places } from './places.js';
import type { Timeline } from './timeline.js';

/** What is asked whether a token is good; undefined when it is unknown. */
export type Ask = (token: Secret, consumer: string) => Promise<string | undefined>;

export interface ConsumerWorld {
  readonly timeline: Timeline;
  readonly documents: Documents;
  readonly places: Places;
  readonly judge: Judge;
  readonly faults: Faults;
  /** In order: whom it asks first, and whom when that one cannot tell. */
  readonly asks: readonly Ask[];
}

/** When it is unknown, it asks again; well within every quiet time. */
const AGAIN_MS: DurationMs = 3_000;

export class Consumer {
  readonly name: string;
  readonly key: string;
  readonly #nth: number;
  readonly #world: ConsumerWorld;
  #reloads = 0;
  /** The text it holds, and from where; undefined from a claim. */
  held: { readonly token: string; readonly from: SinkId | undefined; readonly at: Instant } | undefined;
  /**
   * What it holds was put manually where it read it, or is of a key that had the place, and is handed over by
   * how those use it who have that key: no wonder if it is not good.
   */
  isTainted = false;

  constructor(key: string, nth: number, world: ConsumerWorld) {
    this.name = `${key}-${nth}`;
    this.key = key;
    this.#nth = nth;
    this.#world = world;
  }

  async run(): Promise<void> {
    for (;;) {
      const declared = this.#world.documents.key(this.key);
      const policy = declared && rotationPolicy(declared.spec);
      await this.#world.timeline.sleep(policy ? Math.min(policy.quietMs, policy.overlapMs) / 2.5 : 60_000);
      if (this.held === undefined || this.#reloadsNow()) this.reload();
      if (this.held) await this.#use(new Secret(this.held.token));
    }
  }

  /** Restarts: forgets what it had and reads its place. */
  reload(): void {
    const { documents, faults, places, judge, timeline } = this.#world;
    const isStrange = (token: string): boolean => faults.isCalm && judge.isOfAnother(token, this.key);
    // From a place that another key had: a person notices, in the end, also where nothing declares its key any more.
    if (this.held && isStrange(this.held.token)) this.held = undefined;
    const declared = documents.key(this.key);
    if (declared === undefined) return;
    const sinks = sinksOf(declared);
    const from = sinks[this.#nth % Math.max(1, sinks.length)];
    if (from === undefined) return;
    const content = places.content(from);
    if (content === undefined || !isToken(content) || isStrange(content)) return;
    this.held = { token: content, from, at: timeline.now };
    this.isTainted = judge.isSpoiled(from) || judge.isOfAnother(content, this.key);
    judge.stir();
  }

  /** Gets the secret of a key without sinks from the person who claimed it. */
  receive(token: string): void {
    this.held = { token, from: undefined, at: this.#world.timeline.now };
    this.isTainted = false;
    this.#world.judge.stir();
  }

  /** Those of a key that is handed over by time restart often enough; the others as they please. */
  #reloadsNow(): boolean {
    const { documents, faults } = this.#world;
    const { chance } = faults;
    const isTimed = documents.key(this.key)?.spec.rotation?.handover === 'timed';
    const share = chance.pick(`${this.name} restless`, [0, 0.02, 0.2]);
    return isTimed || faults.isCalm || chance.fraction(`${this.name} reloads ${this.#reloads++}`) < share;
  }

  async #use(token: Secret): Promise<void> {
    const { asks, judge, timeline } = this.#world;
    for (let attempt = 0; ; attempt++) {
      const ask = asks[attempt % asks.length];
      const askedAt = timeline.now;
      const code = await ask?.(token, this.name);
      if (code !== undefined) {
        judge.answered(this, { token: token.reveal(), code, askedAt });
        if (code !== 'VALID') this.reload();
        return;
      }
      await timeline.sleep(AGAIN_MS);
    }
  }
}

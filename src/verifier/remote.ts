/**
 * Verifies by asking a server, and remembers its answers for a moment: what is asked a thousand times a second is
 * asked of the server twice. An answer is trusted for a second at most, so nothing depends on hearing of changes;
 * hearing of them only makes it sooner. What was used is asked again before it is forgotten, so that the server
 * knows of the last use too: what a hand-over takes for silence is never use that was answered from memory.
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { isToken, type Secret, tokenMac } from '../domain/secret.js';
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Verification } from '../ports/live-store.js';
import type { Question } from './middleware.js';
import type { Answer, Unavailable } from './verifier.js';

/** A server somewhere else. */
export interface RemoteVerification {
  /** Counts as a use. A fault when it does not answer, or not to us. */
  verify(token: string, question: Question): Promise<Result<Verification>>;
  /** Reports each object that changed, as `ApiKey/billing-prod`, until the connection or the signal ends. */
  changes(onChange: (object: string) => void, signal: AbortSignal): Promise<void>;
}

/** Is how long, in milliseconds, an answer of a server is trusted, from before it was asked for. */
export const TRUSTED_MS: DurationMs = 1_000;

const ANSWERS_MAX = 50_000;
/** Asked again at once, so that many keys in use are no storm. */
const ASKED_AT_ONCE = 16;
const LISTEN_AGAIN_MS: DurationMs = 1_000;

const UNAVAILABLE: Unavailable = Object.freeze({ valid: false, code: 'UNAVAILABLE' });
const MALFORMED: Verification = Object.freeze({ valid: false, code: 'MALFORMED' });

interface Remembered {
  readonly token: string;
  readonly question: Question;
  readonly answer: Verification;
  /** Monotonic, from before it was asked. */
  readonly askedMs: number;
  /** A caller was answered from memory, which the server does not know yet. */
  isUsed: boolean;
  /** Nothing that concerns it was heard of since. */
  isTrusted: boolean;
}

export class RemoteVerifier {
  readonly #authority: RemoteVerification;
  readonly #clock: Clock;
  readonly #pepper: Secret;
  readonly #answers = new Map<string, Remembered>();
  readonly #underWay = new Map<string, Promise<Result<Remembered>>>();
  #isClosed = false;

  /** `pepper`: any secret of this process, so that memory is not searched by what callers sent. */
  constructor(
    authority: RemoteVerification,
    { clock, pepper }: { readonly clock: Clock; readonly pepper: Secret },
  ) {
    this.#authority = authority;
    this.#clock = clock;
    this.#pepper = pepper;
  }

  /** From memory, or as soon as the server answers; `UNAVAILABLE` if it does not, and after `close`. */
  verify(token: string, question: Question): Answer | Promise<Answer> {
    if (this.#isClosed) return UNAVAILABLE;
    if (!isToken(token)) return MALFORMED;
    const place = this.#placeOf(token, question);
    const known = this.#answers.get(place);
    if (known !== undefined && this.#isGood(known)) {
      known.isUsed = true;
      return known.answer;
    }
    return this.#ask(place, token, question).then((asked) => (asked.ok ? asked.value.answer : UNAVAILABLE));
  }

  /** What the server did before the call is in force when it returns. */
  forget(): void {
    this.#distrust(() => true);
  }

  /** Asks again for what is used, and listens, until the signal aborts. */
  async follow(everyMs: DurationMs, signal: AbortSignal): Promise<void> {
    await Promise.all([this.#renewWhile(everyMs, signal), this.#listenWhile(signal)]);
  }

  /** Reports the last uses to the server, and forgets everything. A fault if the report failed. */
  async close(): Promise<Result<void>> {
    const renewed = await this.#renew();
    this.#isClosed = true;
    this.#answers.clear();
    return renewed;
  }

  #placeOf = (token: string, { environment, permission, space, workbook }: Question): string =>
    tokenMac(this.#pepper.reveal(), JSON.stringify([token, environment, permission, space, workbook]));

  #isGood = ({ askedMs, isTrusted }: Remembered): boolean =>
    isTrusted && this.#clock.monotonicMs() - askedMs <= TRUSTED_MS;

  /** Once for all who ask at the same time. */
  #ask(place: string, token: string, question: Question): Promise<Result<Remembered>> {
    const underWay = this.#underWay.get(place);
    if (underWay !== undefined) return underWay;
    const before = this.#answers.get(place);
    const wasUsed = before?.isUsed === true;
    if (before !== undefined) before.isUsed = false;
    const askedMs = this.#clock.monotonicMs();
    const asked: Promise<Result<Remembered>> = this.#authority.verify(token, question).then((answered) => {
      // Changes that were heard of meanwhile: good for those who asked before, and for no later caller.
      const isTrusted = this.#underWay.get(place) === asked;
      if (isTrusted) this.#underWay.delete(place);
      if (!answered.ok) {
        if (before !== undefined && wasUsed) before.isUsed = true;
        return answered;
      }
      // Who was answered while this was asked may have come after the server noted the use.
      const isUsed = this.#answers.get(place)?.isUsed === true;
      const remembered = { token, question, answer: answered.value, askedMs, isUsed, isTrusted };
      this.#remember(place, remembered);
      return ok(remembered);
    });
    this.#underWay.set(place, asked);
    return asked;
  }

  #remember(place: string, remembered: Remembered): void {
    if (this.#isClosed) return;
    this.#answers.delete(place);
    this.#answers.set(place, remembered);
    const [oldest] = this.#answers.size > ANSWERS_MAX ? this.#answers.keys() : [];
    if (oldest !== undefined) this.#answers.delete(oldest);
  }

  async #renewWhile(everyMs: DurationMs, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#renew();
      await this.#clock.sleep(everyMs, signal).catch(() => undefined);
    }
  }

  /** Asks anew for what was used since it was asked for, and lets go of what was not and is too old. */
  async #renew(): Promise<Result<void>> {
    const entries = [...this.#answers];
    const used = entries.filter(([, { isUsed }]) => isUsed);
    for (const [place, one] of entries) if (!one.isUsed && !this.#isGood(one)) this.#answers.delete(place);
    let lost = 0;
    for (let from = 0; from < used.length; from += ASKED_AT_ONCE) {
      const some = used.slice(from, from + ASKED_AT_ONCE);
      const asked = await Promise.all(
        some.map(([place, { token, question }]) => this.#ask(place, token, question)),
      );
      lost += asked.filter(({ ok: isTold }) => !isTold).length;
    }
    return lost === 0
      ? ok(undefined)
      : fail(fault('store_unreachable', `the last use of ${lost} keys could not be reported`));
  }

  async #listenWhile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#authority.changes((object) => this.#heard(object), signal);
      await this.#clock.sleep(LISTEN_AGAIN_MS, signal).catch(() => undefined);
    }
  }

  /** A key concerns itself; people, teams, roles and services concern keys that are not named. */
  #heard(object: string): void {
    const name = object.startsWith('ApiKey/') ? object.slice('ApiKey/'.length) : undefined;
    this.#distrust(({ key }) => name === undefined || key === undefined || key.name === name);
  }

  #distrust(concerns: (answer: Verification) => boolean): void {
    // What is under way may be from before, whichever token it is about.
    this.#underWay.clear();
    for (const one of this.#answers.values()) if (concerns(one.answer)) one.isTrusted = false;
  }
}

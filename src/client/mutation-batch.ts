/**
 * Mutations that wait together go together: while one request is under way the next ones gather, so that a thousand
 * effects are a dozen requests. Each keeps its own answer.
 */
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Caller as Acting, Lease, Mutation, Outcome } from '../ports/live-store.js';
import { MUTATIONS_MAX } from '../protocol/effects.js';
import type { SentOutcome } from '../protocol/mutations.js';
import { STORE } from '../protocol/store-protocol.js';
import { isFaultCode } from './errors.js';
import type { Caller } from './rpc-client.js';

interface Waiting {
  readonly lease: Lease;
  /** What it is done under besides, as members of JSON: of one batch the same. */
  readonly under: string;
  /** The mutation as JSON. */
  readonly text: string;
  readonly answer: (outcome: Result<Outcome>) => void;
}

/** Below what a server reads of one body. One mutation alone may be larger, and is for the server to judge. */
const BATCH_MAX_CHARACTERS = 60_000;

type Under = Pick<Acting, 'approval' | 'breakGlass'>;

export class Mutations {
  readonly #caller: Caller;
  #waiting: Waiting[] = [];
  #isSending = false;

  constructor(caller: Caller) {
    this.#caller = caller;
  }

  mutate(mutation: Mutation, lease: Lease, { approval, breakGlass }: Under = {}): Promise<Result<Outcome>> {
    const under = JSON.stringify({ approval, breakGlass }).slice(1, -1);
    return new Promise((answer) => {
      this.#waiting.push({ lease, under, text: JSON.stringify(mutation), answer });
      void this.#send();
    });
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    // Callers that continue from the same answer ask before this continues.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#next();
      const [first] = batch;
      if (first) await this.#carry(batch, first);
    }
    this.#isSending = false;
  }

  /** As many as go into one request: of one lease. */
  #next(): readonly Waiting[] {
    const [first] = this.#waiting;
    let size = 0;
    const end = this.#waiting.findIndex(({ lease, under, text }, at) => {
      size += text.length;
      return (
        at > 0 && (size > BATCH_MAX_CHARACTERS || under !== first?.under || !isSame(lease, first?.lease))
      );
    });
    const count = Math.min(end < 0 ? this.#waiting.length : end, MUTATIONS_MAX);
    return this.#waiting.splice(0, count);
  }

  async #carry(batch: readonly Waiting[], { lease, under }: Waiting): Promise<void> {
    const body = `{${under === '' ? '' : `${under},`}"lease":${JSON.stringify(lease)},"mutations":[${batch.map(({ text }) => text).join()}]}`;
    const sent = await this.#caller.callText(STORE.mutate, body);
    for (const [at, { answer }] of batch.entries()) answer(sent.ok ? outcomeOf(sent.value[at]) : sent);
  }
}

/** However long it holds: renewing it changes that. */
const isSame = (one: Lease, other: Lease | undefined): boolean =>
  one.epoch === other?.epoch && one.name === other.name && one.holder === other.holder;

function outcomeOf(outcome: SentOutcome | undefined): Result<Outcome> {
  if (outcome?.ok) return ok(outcome.value);
  if (outcome === undefined || !isFaultCode(outcome.error.code))
    return fail(fault('internal', 'the server did not report the result of a change; plan again'));
  return fail(fault(outcome.error.code, outcome.error.message));
}

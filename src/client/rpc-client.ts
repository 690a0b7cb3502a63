/**
 * A call of the wire, with patience: tried again while that is harmless, for as long as the call is worth waiting for,
 * and not before the server said so.
 */
import { fail, ok, type Result } from '../domain/result.js';
import type { DurationMs } from '../domain/time.js';
import type { Clock } from '../ports/clock.js';
import type { Operation } from '../protocol/operation.js';
import { type ClientError, foreign, refusalOf } from './errors.js';
import { type Transport, textOf } from './transport.js';

const ATTEMPTS_MAX = 5;
const FIRST_PAUSE_MS: DurationMs = 100;

/** What a call is, beside what it carries. */
export type Manner = Pick<Operation<never, never>, 'again' | 'patienceMs'>;

export class Caller {
  readonly #transport: Transport;
  readonly #clock: Clock;

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  /** The answer, as the operation says it is. */
  call<Sent, Got>(operation: Operation<Sent, Got>, sent: Sent): Promise<Result<Got>> {
    return this.callText(operation, JSON.stringify(sent));
  }

  /** The same of what is JSON already. */
  callText<Got>(operation: Operation<never, Got>, body: string): Promise<Result<Got>> {
    return this.patiently(operation, () => this.#once(operation, body));
  }

  /** Tries until it goes well, until trying again is of no use, or until the call has lost its point. */
  async patiently<T>(
    { again, patienceMs }: Manner,
    attempt: () => Promise<Result<T, ClientError>>,
  ): Promise<Result<T>> {
    const startedMs = this.#clock.monotonicMs();
    for (let attempts = 1; ; attempts++) {
      const done = await attempt();
      if (done.ok) return done;
      const { heard, fault } = done.error;
      const mayAsk = heard === 'no' || (heard === 'maybe' && again === 'harmless');
      const pauseMs = Math.max(FIRST_PAUSE_MS * 2 ** (attempts - 1), fault.retryAfterMs ?? 0);
      const isInTime = this.#clock.monotonicMs() - startedMs + pauseMs < patienceMs;
      if (!mayAsk || !isInTime || attempts === ATTEMPTS_MAX) return fail(fault);
      await this.#clock.sleep(pauseMs);
    }
  }

  async #once<Got>(
    { path, again, patienceMs }: Operation<never, Got>,
    body: string,
  ): Promise<Result<Got, ClientError>> {
    const transport = this.#transport;
    const { shown } = transport;
    const connection = again === 'unwanted' ? ({ connection: 'fresh' } as const) : {};
    const asked = { method: 'POST', path, body, silenceMs: patienceMs, ...connection } as const;
    const response = await transport.ask(asked);
    if (!response.ok) return response;
    const text = await textOf(response.value, shown);
    if (!text.ok) return text;
    const { statusCode: status = 0, headers } = response.value;
    const contentType = headers['content-type'] ?? '';
    if (status !== 200) {
      const retryAfter = headers['retry-after'];
      return fail(refusalOf({ status, contentType, retryAfter, body: text.value }, shown));
    }
    const data = dataIn<Got>(contentType, text.value);
    if (data !== undefined) return ok(data.data);
    return fail({ heard: 'yes', fault: foreign(shown, 'sent an unexpected response') });
  }
}

/** Answers of a server of the same version of the wire are taken at their word. */
function dataIn<Got>(contentType: string, text: string): { readonly data: Got } | undefined {
  if (!contentType.startsWith('application/json')) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && 'data' in body
      ? (body as { readonly data: Got })
      : undefined;
  } catch {
    return undefined;
  }
}

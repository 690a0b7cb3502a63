/** The world of one contract test: the sink, what was delivered to it, and what was said meanwhile. */
import { type SinkDeclaration, sinkIdOf } from '../../../src/domain/kinds/index.js';
import { type Expectation, REVISION_ONLY } from '../../../src/domain/live.js';
import type { Secret } from '../../../src/domain/secret.js';
import type { SinkDelivery, Sinks } from '../../../src/ports/sink.js';
import { delivery, fingerprint, newToken } from '../../support/apply-folder.js';
import type { SinkLine, SinkUnderTest } from './sink-under-test.js';

/** One type, started anew for each test; remembers what was delivered and said, and looks for leaks at the end. */
export class ContractWorld {
  readonly line: SinkLine;
  readonly #said: unknown[] = [];
  readonly #tokens: Secret[] = [];
  #under: SinkUnderTest | undefined;

  constructor(line: SinkLine) {
    this.line = line;
  }

  get under(): SinkUnderTest {
    if (this.#under === undefined) throw new Error('it was not started');
    return this.#under;
  }

  async start(): Promise<void> {
    this.#under = await this.line.start();
  }

  async stop(): Promise<void> {
    const { under } = this;
    try {
      const said = JSON.stringify(this.#said);
      const sent = under.sent?.() ?? [];
      for (const token of this.#tokens) {
        const secret = token.reveal().slice(21);
        expect(said).not.toContain(secret);
        expect(sent.filter((one) => one.includes(secret))).toEqual([]);
      }
      for (const credential of under.credentials ?? []) expect(said).not.toContain(credential);
      if (this.line.has.includes('sent')) expect(under.sent).toBeDefined();
    } finally {
      this.#said.length = 0;
      this.#tokens.length = 0;
      await under.close();
    }
  }

  token(): Secret {
    const token = newToken();
    this.#tokens.push(token);
    return token;
  }

  /** Notes what was said, for the search for leaks. */
  async heard<T>(answer: Promise<T>): Promise<T> {
    const said = await answer;
    this.#said.push(said);
    return said;
  }

  deliver(sinks: Sinks, sink: SinkDeclaration, token: Secret, more: Partial<SinkDelivery> = {}) {
    return this.heard(sinks.deliver(sink, delivery(token, more)));
  }

  /** Delivers where nothing was; the delivery succeeds or the test fails. */
  async delivered(sink: SinkDeclaration, sinks = this.under.open()): Promise<Delivered> {
    const token = this.token();
    const done = await this.deliver(sinks, sink, token);
    if (!done.ok) throw new Error(`not delivered: ${done.error.code} ${done.error.message}`);
    return { token, ...done.value };
  }

  /** What the planner expects of a sink that holds what was delivered. */
  over({ token, revision }: Delivered): Expectation {
    const held = this.line.ability.read === 'revision' ? `${REVISION_ONLY}${revision}` : fingerprint(token);
    return { mayBeMissing: false, fingerprints: [held] };
  }

  read(sink: SinkDeclaration, sinks = this.under.open()) {
    return this.heard(sinks.read([sinkIdOf(sink)])).then(([receipt]) => receipt);
  }

  confirm(sink: SinkDeclaration, { token, revision }: Delivered, sinks = this.under.open()) {
    return this.heard(sinks.confirm(sinkIdOf(sink), { fingerprint: fingerprint(token), revision }));
  }
}

export interface Delivered {
  readonly token: Secret;
  readonly revision?: string;
}

export const MOVED = { ok: false, error: { code: 'sink_moved' } };

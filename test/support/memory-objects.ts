/**
 * A service of objects with fields, in memory: conditional by a revision of each object, and as failing, slow or silent
 * as a test asks. What is delivered to it is decided by src/sinks/object-sinks.ts alone.
 */
import { fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import type { Secret } from '../../src/domain/secret.js';
import type { SinkAbility } from '../../src/domain/sinks/index.js';
import type { Call, Driver, DriverWorld, Held, OpenDriver, Write } from '../../src/sinks/driver.js';
import type { ServerFault } from '../sinks/contract/sink-under-test.js';

interface Kept {
  readonly values: ReadonlyMap<string, string>;
  readonly revision: number;
}

type Request = 'read' | 'write';

export const FULL_ABILITY: SinkAbility = {
  ...{ read: 'value', write: 'conditional', scope: 'shared' },
  ...{ settleMs: 0, maxBytes: 512 << 10 },
};

export class MemoryObjects {
  readonly #ability: SinkAbility;
  readonly objects = new Map<string, Kept>();
  /** What was asked for, in order: `read a`, `write a API_KEY`, `touch a`. */
  readonly requests: string[] = [];
  /** When each was begun, by the clock of the world. */
  readonly begunAt: number[] = [];
  /** How many were under way at once, at most. */
  mostAtOnce = 0;
  /** Of every request. */
  latencyMs = 0;
  /** Runs before a write is looked at: what another program does just then. */
  meanwhile: (object: string) => void = () => undefined;
  readonly #failing: { readonly what: ServerFault; readonly request: Request }[] = [];
  #active = 0;
  #revision = 0;

  constructor(ability: SinkAbility = FULL_ABILITY) {
    this.#ability = ability;
  }

  /** Makes the next request of that sort fail. */
  fail(what: ServerFault, request: Request): void {
    this.#failing.push({ what, request });
  }

  set(object: string, values: Readonly<Record<string, string>>): void {
    const before = Object.fromEntries(this.objects.get(object)?.values ?? []);
    this.#revision += 1;
    this.objects.set(object, {
      values: new Map(Object.entries({ ...before, ...values })),
      revision: this.#revision,
    });
  }

  valueOf(object: string, name: string): string | undefined {
    return this.objects.get(object)?.values.get(name);
  }

  readonly open: OpenDriver = (_, { clock }): Driver => ({
    ability: async () => ok(this.#ability),
    read: (object, call) =>
      this.#answer({ request: 'read', text: `read ${object}`, call, clock }, async () =>
        ok(this.#held(object)),
      ),
    write: (object, write, call) => {
      const names = [...write.set.keys(), ...write.remove.map((name) => `-${name}`)];
      const text = `write ${object} ${names.join(' ')}`;
      return this.#answer({ request: 'write', text, call, clock }, () => this.#write(object, write));
    },
    touch: (object, over, call) =>
      this.#answer({ request: 'write', text: `touch ${object}`, call, clock }, () =>
        this.#write(object, { set: new Map(), remove: [], over, of: [] }),
      ),
  });

  #held(object: string): Held | undefined {
    if (this.#ability.read === 'nothing') throw new Error('it was said that nothing can be read');
    const kept = this.objects.get(object);
    if (kept === undefined) return undefined;
    const values = this.#ability.read === 'value' ? new Map(kept.values) : undefined;
    return { values, revision: String(kept.revision) };
  }

  async #write(object: string, { set, remove, over }: Write): Promise<Result<void>> {
    this.meanwhile(object);
    const kept = this.objects.get(object);
    const isConditional = this.#ability.write === 'conditional';
    if (isConditional && over?.revision !== (kept && String(kept.revision)))
      return fail(fault('sink_moved', 'the revision is another one'));
    this.#revision += 1;
    const values = new Map([...(kept?.values ?? []), ...revealed(set)]);
    for (const name of remove) values.delete(name);
    if (values.size === 0) this.objects.delete(object);
    else this.objects.set(object, { values, revision: this.#revision });
    return ok(undefined);
  }

  async #answer<T>(
    {
      request,
      text,
      call,
      clock,
    }: { request: Request; text: string; call: Call; clock: DriverWorld['clock'] },
    work: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    this.requests.push(text);
    this.begunAt.push(clock.monotonicMs());
    this.#active += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#active);
    try {
      if (this.latencyMs > 0) await clock.sleep(this.latencyMs, call.signal);
      const next = this.#failing.findIndex((one) => one.request === request);
      if (next === -1) return await work();
      const [{ what } = { what: 'cut' as const }] = this.#failing.splice(next, 1);
      if (what === 'slow') await aborted(call.signal);
      if (what === 'lost-answer') await work();
      return fail(FAULTS[what]);
    } catch {
      return fail(FAULTS.slow);
    } finally {
      this.#active -= 1;
    }
  }
}

const revealed = (set: ReadonlyMap<string, Secret>): readonly (readonly [string, string])[] =>
  [...set].map(([name, secret]) => [name, secret.reveal()]);

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });

const FAULTS = {
  unauthenticated: fault('sink_forbidden', 'the credential is not accepted'),
  forbidden: fault('sink_forbidden', 'the credential is missing rights'),
  'rate-limited': { ...fault('sink_unavailable', 'too many requests'), retryAfterMs: 7_000 },
  'server-error': fault('sink_unavailable', 'the service failed'),
  refused: fault('sink_refused', 'the value is invalid'),
  cut: fault('sink_unavailable', 'the connection was closed'),
  slow: fault('sink_unavailable', 'no answer in time'),
  'lost-answer': fault('sink_unavailable', 'the connection was closed'),
} as const;

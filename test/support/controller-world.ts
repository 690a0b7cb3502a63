/** The controller's loop over a real store in memory, with passes that a test writes and time that it lets pass. */
import type { PassFailure } from '../../src/controller/documents.js';
import { type Connection, control } from '../../src/controller/loop.js';
import type { PassOutcome } from '../../src/controller/pass.js';
import { after, type ControllerEvent, starting } from '../../src/controller/status.js';
import { type FaultCode, fault } from '../../src/domain/errors.js';
import { fail, ok, type Result } from '../../src/domain/result.js';
import { NEVER } from '../../src/domain/time.js';
import { openInMemory } from '../../src/main/store-site.js';
import type { Plan } from '../../src/plan/plan.js';
import { reportOf } from '../../src/plan/report.js';
import type { LiveStore } from '../../src/ports/live-store.js';
import { unwrap } from './apply-world.js';
import { PlanWorld } from './plan-world.js';
import { plainSealing, seededEntropy } from './store-world.js';
import { settle, VirtualClock } from './virtual-clock.js';

const EMPTY: Plan = new PlanWorld().plan();
/** The store's clock when the plans of these passes were made. */
export const PLANNED_AT = EMPTY.now;

export const outcome = (more: Partial<PassOutcome> = {}): Result<PassOutcome, PassFailure> =>
  ok({ plan: EMPTY, commit: undefined, heldBack: [], report: undefined, wakeAt: NEVER, ...more });

const FAILED = { status: 'failed' as const, error: fault('sink_unavailable', 'the disk is full') };

/** A pass that did something, of which so many steps failed. */
export const worked = (failures = 0): Result<PassOutcome, PassFailure> => {
  const results = Array.from({ length: failures + 1 }, (_, at) => ({
    step: `step ${at}`,
    ...(at < failures ? FAILED : { status: 'succeeded' as const }),
  }));
  return outcome({ report: reportOf(EMPTY.digest, results), wakeAt: EMPTY.now });
};

export const refusal = (code: FaultCode, message = 'no'): Result<PassOutcome, PassFailure> =>
  fail({ fault: fault(code, message), problems: [] });

export const INTERVAL_MS = 60_000;

export async function controllerWorld() {
  const clock = new VirtualClock();
  const entropy = seededEntropy('controller');
  const store = unwrap(await openInMemory({ clock, entropy, sealing: plainSealing(entropy) }));
  const started: Controller[] = [];
  return {
    clock,
    store,
    /** Starts a controller; its passes begin with nothing to do. */
    start: async (options: ControllerOptions = {}): Promise<Controller> => {
      const controller = new Controller({ clock, store: options.store ?? store }, options);
      started.push(controller);
      await settle();
      return controller;
    },
    close: async (): Promise<void> => {
      for (const one of started) one.stop();
      await settle();
      await clock.advance(1_000);
      await store.close();
    },
  };
}

export interface ControllerOptions {
  readonly actor?: string;
  readonly store?: LiveStore;
  readonly connect?: () => Promise<Result<Connection, PassFailure>>;
}

export class Controller {
  /** When each pass began, by the monotonic clock. */
  readonly passes: number[] = [];
  status = starting(0);
  readonly events: ControllerEvent[] = [];
  /** What the next passes come to. */
  pass: () => Result<PassOutcome, PassFailure> | Promise<Result<PassOutcome, PassFailure>> = () => outcome();
  readonly ended: Promise<Result<void, PassFailure>>;
  /** As if the documents had changed. */
  editDocuments: () => void = () => undefined;
  readonly #stopping = new AbortController();

  constructor(
    world: { readonly clock: VirtualClock; readonly store: LiveStore },
    options: ControllerOptions,
  ) {
    const { clock, store } = world;
    const connection: Connection = {
      project: 'acme',
      store,
      pass: async () => {
        this.passes.push(clock.monotonicMs());
        return this.pass();
      },
      watchDocuments: (listener) => {
        this.editDocuments = listener;
        return () => undefined;
      },
      close: async () => undefined,
    };
    this.ended = control({
      connect: options.connect ?? (async () => ok(connection)),
      clock,
      entropy: seededEntropy(options.actor ?? 'one'),
      actor: options.actor ?? 'one',
      intervalMs: INTERVAL_MS,
      signal: this.#stopping.signal,
      onEvent: (event) => {
        this.events.push(event);
        this.status = after(this.status, event);
      },
    });
  }

  stop(): void {
    this.#stopping.abort();
  }
}

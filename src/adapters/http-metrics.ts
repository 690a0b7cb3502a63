/** What a server does, as Prometheus counts it. Patterns, methods, statuses and codes only: no name, no secret. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { HttpMetrics } from '../http/dependencies.js';
import type { Verifier } from '../verifier/verifier.js';

export interface Measured {
  readonly verifier: Pick<Verifier, 'size' | 'verify' | 'uses' | 'setback'>;
  /** Of the store; absent: not observed. */
  readonly health?: { works(direction: 'read' | 'written'): boolean };
  /** By how much this machine's clock is ahead of the store's. */
  readonly skewMs?: () => number | undefined;
}

export function newHttpMetrics(
  { verifier, health, skewMs }: Measured,
  registry: Registry = new Registry(),
): HttpMetrics {
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'keywright_build_info',
    help: 'The running version of Keywright; always 1.',
    labelNames: ['version'],
    registers,
  }).set({ version: VERSION }, 1);
  new Gauge({
    name: 'keywright_verifier_credentials',
    help: 'Key versions in memory.',
    registers,
    collect() {
      this.set(verifier.size().credentials);
    },
  });
  new Gauge({
    name: 'keywright_verifier_is_current',
    help: 'Whether the index in memory is current (1) or the store is queried (0).',
    registers,
    collect() {
      this.set(verifier.verify('').code === 'UNAVAILABLE' ? 0 : 1);
    },
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      ...{ name: `keywright_${name}`, help, registers },
      collect() {
        this.set(value());
      },
    });
  };
  gauge(
    'verifier_uses_kept',
    'Uses of keys, by version and consumer, that are not in the store yet.',
    () => verifier.uses().kept,
  );
  gauge(
    'verifier_uses_are_held_back',
    'Whether uses are kept in memory because the store cannot be written (1) or are reported (0).',
    () => (verifier.uses().areHeldBack ? 1 : 0),
  );
  gauge(
    'store_went_back_timestamp_seconds',
    'When the store was last found to be older than it had been, as after restoring a backup; 0: never.',
    () => (verifier.setback()?.at ?? 0) / SECOND_MS,
  );
  gauge('store_is_readable', 'Whether the store answered the last time it was read (1) or not (0).', () =>
    health?.works('read') === false ? 0 : 1,
  );
  gauge('store_is_writable', 'Whether the store could be written the last time (1) or not (0).', () =>
    health?.works('written') === false ? 0 : 1,
  );
  gauge(
    'clock_skew_seconds',
    "Seconds by which the clock of this machine is ahead of the store's; negative: behind.",
    () => (skewMs?.() ?? 0) / SECOND_MS,
  );
  const duration = new Histogram({
    name: 'keywright_http_request_duration_seconds',
    help: 'Duration of requests, except those answered from memory.',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const counted = countsOf(registry);
  return {
    request: ({ route, method, status, ms }) => {
      counted(route, status);
      duration.observe({ route, method: METHODS.has(method) ? method : 'other', status }, ms / SECOND_MS);
    },
    answered: counted,
    text: async () => ({ body: await registry.metrics(), type: registry.contentType }),
  };
}

/** A caller may send any word as a method, and each would be a series of its own. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts in a plain map and hands it over when asked: a label set costs more than an answer from memory. */
function countsOf(registry: Registry): (route: string, status: number) => void {
  const pending = new Map<string, Map<number, number>>();
  const counter = new Counter({
    name: 'keywright_http_requests_total',
    help: 'Number of requests.',
    labelNames: ['route', 'status'],
    registers: [registry],
    collect() {
      for (const [route, statuses] of pending)
        for (const [status, count] of statuses) counter.inc({ route, status }, count);
      pending.clear();
    },
  });
  return (route, status) => {
    let statuses = pending.get(route);
    if (statuses === undefined) {
      statuses = new Map();
      pending.set(route, statuses);
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
}

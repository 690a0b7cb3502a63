/** What a server does, as Prometheus counts it. Patterns, methods, statuses and codes only: no name, no secret. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { HttpMetrics } from '../http/dependencies.js';
import type { Verifier } from '../verifier/verifier.js';

export function newHttpMetrics(
  verifier: Pick<Verifier, 'size' | 'verify'>,
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

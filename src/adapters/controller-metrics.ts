/** What a controller does, as Prometheus counts it. Names, reasons and codes only: no object, no sink, no secret. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type ControllerEvent, type PassOutcome, resultOf, type Status } from '../controller/status.js';
import { SECOND_MS } from '../domain/time.js';
import { VERSION } from '../domain/version.js';
import type { Step } from '../plan/plan.js';

export interface Metrics {
  observe(event: ControllerEvent, status: Status): void;
  /** In Prometheus' text format, and its content type. */
  text(): Promise<{ readonly body: string; readonly type: string }>;
}

export function newMetrics(): Metrics {
  const registry = new Registry();
  const made = instruments(registry);
  made.build.set({ version: VERSION }, 1);
  return {
    observe: (event, status) => {
      made.isLeader.set(status.role === 'leading' ? 1 : 0);
      if (event.kind === 'passed' || event.kind === 'failed') {
        made.passes.inc({
          result: event.kind === 'passed' ? resultOf(event.outcome) : event.failure.fault.code,
        });
        made.duration.observe(event.tookMs / SECOND_MS);
      }
      if (event.kind === 'passed') countOutcome(made, event.outcome);
      if (event.kind === 'standing-by') resetFindings(made);
      if (status.succeededAt !== undefined) made.succeeded.set(status.succeededAt / SECOND_MS);
    },
    text: async () => ({ body: await registry.metrics(), type: registry.contentType }),
  };
}

type Instruments = ReturnType<typeof instruments>;

function instruments(registry: Registry) {
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({ name: `keywright_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `keywright_${name}`, help, labelNames, registers });
  return {
    build: gauge('build_info', 'The running version of Keywright; always 1.', ['version']),
    isLeader: gauge('is_leader', 'Whether this controller leads (1) or not (0).'),
    passes: counter('passes_total', 'Passes, by outcome.', ['result']),
    duration: new Histogram({
      name: 'keywright_pass_duration_seconds',
      help: 'Duration of a pass.',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
    steps: counter('steps_total', 'Steps, by action and outcome.', ['action', 'result']),
    findings: gauge('findings', 'Findings of the last plan, by code.', ['code', 'severity']),
    waiting: gauge('waiting', 'Objects that are waiting, by reason.', ['reason']),
    withheld: gauge('withheld', 'Objects with a step held back, by reason.', ['reason']),
    drift: gauge('drift', 'Objects that were changed outside the documents and not healed.'),
    succeeded: gauge(
      'last_success_timestamp_seconds',
      'When a pass last completed every step that it began.',
    ),
  };
}

function countOutcome(made: Instruments, { plan, report, heldBack: withheld }: PassOutcome): void {
  const actions = new Map(plan.steps.map(({ id, action }): [string, Step['action']] => [id, action]));
  for (const { step, status } of report?.results ?? [])
    made.steps.inc({ action: actions.get(step) ?? '', result: status });
  resetFindings(made);
  for (const { code, severity } of plan.findings) made.findings.inc({ code, severity });
  for (const { reason } of plan.waiting) made.waiting.inc({ reason });
  for (const { reason } of withheld) made.withheld.inc({ reason });
  made.drift.set(withheld.filter(({ reason }) => reason === 'ChangedManually').length);
}

function resetFindings({ findings, waiting, withheld, drift }: Instruments): void {
  for (const gauge of [findings, waiting, withheld]) gauge.reset();
  drift.set(0);
}

/** Carrying out a plan: the lease around it, the progress while it runs, the report and exit code after it. */
import { apply } from '../apply/apply.js';
import { holdLease, type LeaseKeeper } from '../apply/lease.js';
import type { KeepDocument } from '../apply/step-world.js';
import type { ProjectSettings } from '../domain/approval.js';
import type { Ownership } from '../domain/live.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type DurationMs, formatDuration, formatInstant } from '../domain/time.js';
import type { Divergence } from '../plan/divergence.js';
import type { Plan } from '../plan/plan.js';
import type { Report } from '../plan/report.js';
import type { LeaseHolder, LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { RECONCILER_PATH } from '../reconcile/drift-attribution.js';
import { reportJson, reportText, unmetText } from '../render/report-text.js';
import { applyProgress } from './apply-progress.js';
import type { StorePlace } from './dependencies.js';
import { EXIT, type ExitCode } from './exit.js';
import { type Failure, failed } from './failure.js';
import { hasRefusal } from './make-plan.js';
import { printJson } from './output.js';
import { type Agreement, prepare } from './plan-approval.js';
import type { CommandContext } from './terminal.js';

/** Does `work` under the store's lease, then gives the lease back and closes the store. */
export async function withLease(
  store: LiveStore,
  { context }: { readonly context: CommandContext },
  work: (store: LiveStore, lease: LeaseKeeper) => Promise<Result<ExitCode, Failure>>,
): Promise<Result<ExitCode, Failure>> {
  try {
    const { world, terminal, caller, flags } = context;
    const lease = await holdLease(store, world.clock, caller.actor, {
      ...{ waitMs: flags.lockTimeoutMs, processes: world.processes },
      onWait: (holder) => terminal.err(`${waitingText(holder, flags.lockTimeoutMs)}\n`),
    });
    if (!lease.ok) return failed(lease.error);
    try {
      return await work(store, lease.value);
    } finally {
      await lease.value.release();
    }
  } finally {
    await store.close();
  }
}

/** For whom, and for how long at most. */
function waitingText({ holder, process, since }: LeaseHolder, waitMs: DurationMs): string {
  const where = process === undefined ? '' : ` (process ${process.pid} on ${process.machine})`;
  return `Waiting up to ${formatDuration(waitMs)} for ${holder}${where}, which holds the lease of this store since ${formatInstant(since)}.`;
}

export interface Execution {
  readonly context: CommandContext;
  readonly place: StorePlace;
  readonly sinks: Sinks;
  readonly ownership: Ownership;
  readonly store: LiveStore;
  readonly lease: LeaseKeeper;
  readonly plan: Plan;
  /** What is declared and neither the plan nor time brings about. */
  readonly unmet: readonly Divergence[];
  readonly agreed: Agreement;
  /** Of the project whose documents these are; absent: none were read. */
  readonly settings?: ProjectSettings | undefined;
  /** Of the working folder; absent where there are no documents. */
  readonly keepDocument?: KeepDocument;
}

/** Carries out the plan, prints what came of it, and says so by the exit code. */
export async function execute({
  context,
  place,
  sinks,
  ownership,
  store,
  lease,
  plan,
  unmet,
  agreed,
  settings,
  keepDocument,
}: Execution): Promise<Result<ExitCode, Failure>> {
  const { world, terminal, caller } = context;
  const identity = await world.identity(place);
  if (!identity.ok) return failed(identity.error);
  const acting = await prepare(
    { store, lease },
    { ...agreed, plan, settings, project: ownership.project },
    { ...caller, path: RECONCILER_PATH },
  );
  if (!acting.ok) return acting;
  const progress = applyProgress(terminal, { total: plan.steps.length, sinks });
  const report = await apply(plan, {
    store,
    sinks,
    sealing: world.sealing,
    identity: identity.value,
    lease,
    caller: acting.value,
    clock: world.clock,
    signal: terminal.signal,
    ownership,
    ...(keepDocument && { keepDocument }),
    onEvent: progress.onEvent,
  });
  progress.stop();
  printReport(report, { plan, unmet }, context);
  const adopted = plan.steps.some(({ reason }) => reason === 'UnmanagedAdopted');
  if (adopted) terminal.err(COMMIT_ADOPTED);
  return ok(exitCode(report, plan, unmet));
}

const COMMIT_ADOPTED =
  'The documents of adopted objects are in the folder adopted/ of the specs: commit them. If they are missing, the next plan removes the objects.\n';

function printReport(
  report: Report,
  { plan, unmet }: { readonly plan: Plan; readonly unmet: readonly Divergence[] },
  context: CommandContext,
): void {
  const { terminal, flags } = context;
  if (flags.output === 'json') printJson(reportJson(report, unmet), context);
  else {
    if (plan.steps.length > 0) terminal.out(`\n${reportText(report, { color: terminal.color })}\n`);
    if (unmet.length > 0) terminal.out(`\n${unmetText(unmet, { color: terminal.color })}\n`);
  }
}

function exitCode({ summary, results }: Report, plan: Plan, unmet: readonly Divergence[]): ExitCode {
  // Another process is at it now, whatever was done before: that is what a script has to know.
  if (results.some(({ error }) => error?.code === 'lease_lost')) return EXIT.locked;
  if (summary.failed + summary.notAttempted > 0) return summary.succeeded > 0 ? EXIT.partial : EXIT.error;
  if (hasRefusal(plan)) return EXIT.refused;
  return unmet.length > 0 ? EXIT.partial : EXIT.done;
}

/**
 * From documents to a live store that is what they say: plans under the store's lease, asks, then does what was shown
 * and nothing else. A store that does not exist yet is created once the plan is agreed to.
 */
import { settingsOf } from '../domain/approval.js';
import type { Result } from '../domain/result.js';
import type { Plan } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import { keepDocument } from './adopted-documents.js';
import { type ApprovedPlan, approve } from './approval.js';
import type { Input } from './command.js';
import { printPlan } from './commands/plan.js';
import type { ExitCode } from './exit.js';
import { type Failure, failed, failure } from './failure.js';
import { basisNow, type PlanFlags, type PlanRequest, planDocuments } from './make-plan.js';
import { execute, withLease } from './run-plan.js';
import type { Documents } from './session.js';
import type { CommandContext } from './terminal.js';

export interface Convergence {
  readonly context: CommandContext;
  readonly input: Input;
  readonly documents: Documents;
  readonly flags: PlanFlags;
  readonly saved: Plan | undefined;
}

/** Plans, asks, and carries out what was agreed to. */
export async function converge(request: Convergence): Promise<Result<ExitCode, Failure>> {
  const { context, documents } = request;
  const existing = await context.world.openStore(documents.place, 'refuse');
  if (existing.ok) {
    return withLease(existing.value, request, async (store, lease) => {
      const agreed = await decide(request, store);
      return agreed.ok ? execute({ ...execution(request, agreed.value), store, lease }) : agreed;
    });
  }
  if (existing.error.code !== 'store_absent') return failed(existing.error);
  const agreed = await decideOnFreshStore(request);
  if (!agreed.ok) return agreed;
  const made = await context.world.openStore(documents.place, 'create');
  if (!made.ok) return failed(made.error);
  return withLease(made.value, request, async (store, lease) => {
    const basis = await basisNow(await planning(request, store));
    if (!basis.ok) return failed(basis.error);
    if (basis.value.observed !== agreed.value.plan.basedOn.observed) {
      return failure(
        'stale_plan',
        'another process created the store in the meantime; nothing was changed: plan again',
      );
    }
    return execute({ ...execution(request, agreed.value), store, lease });
  });
}

const execution = (
  { context, input, documents, flags }: Convergence,
  { plan, isApproved }: ApprovedPlan,
) => ({
  plan,
  agreed: { isApproved, allowRemovals: flags.allowRemovals, breakGlass: input.text('breakGlass') },
  settings: settingsOf(documents.desired.project),
  context,
  place: documents.place,
  sinks: documents.sinks,
  ownership: documents.ownership,
  ...(documents.source === 'files' && { keepDocument: keepDocument(documents) }),
});

async function decideOnFreshStore(request: Convergence): Promise<Result<ApprovedPlan, Failure>> {
  const pretended = await request.context.world.openStore(request.documents.place, 'pretend');
  if (!pretended.ok) return failed(pretended.error);
  try {
    return await decide(request, pretended.value);
  } finally {
    await pretended.value.close();
  }
}

/** The plan to carry out, shown and agreed to. A saved one is taken as it stands if nothing has moved. */
async function decide(request: Convergence, store: LiveStore): Promise<Result<ApprovedPlan, Failure>> {
  const { context, input, saved } = request;
  const now = await planDocuments(await planning(request, store));
  if (!now.ok) return now;
  const plan = saved ?? now.value.plan;
  const { basedOn } = now.value.plan;
  if (plan.basedOn.desired !== basedOn.desired) {
    return failure(
      'stale_plan',
      'the documents changed after the plan was made; nothing was changed: plan again',
    );
  }
  if (plan.basedOn.observed !== basedOn.observed) {
    return failure(
      'stale_plan',
      'the live store or a sink changed after the plan was made; nothing was changed: plan again',
    );
  }
  if (context.flags.output !== 'json')
    printPlan({ plan, forecast: undefined }, context, input.has('verbose'));
  return approve(plan, {
    terminal: context.terminal,
    isSaved: saved !== undefined,
    isAutomatic: input.has('autoApprove'),
    digest: input.text('approve'),
    breakGlass: input.text('breakGlass'),
  });
}

const planning = async (
  { context, documents, flags }: Convergence,
  store: LiveStore,
): Promise<PlanRequest> => ({
  documents,
  store,
  recipient: await context.world.recipient(documents.place),
  flags,
});

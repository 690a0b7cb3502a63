/**
 * `keywright apply [PLANFILE]`: makes the live store and the sinks what the documents say. Plans under
 * the store's lease, asks, then does what was shown and nothing else. A store that isn't there yet is
 * only reckoned with until somebody agreed.
 */
import { settingsOf } from '../../domain/approval.js';
import type { Result } from '../../domain/result.js';
import { ok } from '../../domain/result.js';
import type { Plan } from '../../plan/plan.js';
import type { LiveStore } from '../../ports/live-store.js';
import { keepDocument } from '../adopted-documents.js';
import { type ApprovedPlan, approve } from '../approval.js';
import type { Command, Input } from '../command.js';
import type { ExitCode } from '../exit.js';
import { type Failure, failed, failure } from '../failure.js';
import {
  ALLOW_REMOVALS,
  basisNow,
  type PlanFlags,
  type PlanRequest,
  planDocuments,
  planFlags,
  TAKE_OVER_SINKS,
} from '../make-plan.js';
import { readPlan } from '../plan-file.js';
import { BREAK_GLASS } from '../prompt-approval.js';
import { execute, withLease } from '../run-plan.js';
import { SELECT, selectionOf } from '../selection.js';
import { type Documents, openDocuments } from '../session.js';
import type { CommandContext } from '../terminal.js';
import { printPlan } from './plan.js';

export const apply: Command = {
  name: 'apply',
  arguments: [
    {
      name: '[planfile]',
      description: 'a saved plan; refused if the documents or the store have changed since',
    },
  ],
  description:
    'Plan, show the plan, ask for approval, and apply it: issue, deliver, confirm, promote, hand over, revoke.' +
    'Safe to interrupt and to run again: the next apply continues, and no step is repeated.',
  options: [
    {
      flags: '--auto-approve',
      description: 'do not ask for approval (environments with requireApproval still need --approve)',
    },
    { flags: '--approve <digest>', description: 'approve only the plan with this digest' },
    BREAK_GLASS,
    SELECT,
    ALLOW_REMOVALS,
    TAKE_OVER_SINKS,
  ],
  examples: [
    'keywright apply',
    'keywright plan --out plan.json && keywright apply plan.json',
    'keywright apply --auto-approve',
  ],
  run: async (context, input) => {
    const documents = await openDocuments(context);
    if (!documents.ok) return documents;
    const flags = planFlags(input);
    if (!flags.ok) return flags;
    const file = input.argument(0);
    const saved = file === undefined ? ok(undefined) : await readPlan(context.flags.folder, file);
    if (!saved.ok) return saved;
    const selector = selectionOf(saved.value, flags.value.selector);
    if (!selector.ok) return selector;
    return converge({
      context,
      input,
      documents: documents.value,
      flags: { ...flags.value, selector: selector.value },
      saved: saved.value,
    });
  },
};

interface Request {
  readonly context: CommandContext;
  readonly input: Input;
  readonly documents: Documents;
  readonly flags: PlanFlags;
  readonly saved: Plan | undefined;
}

async function converge(request: Request): Promise<Result<ExitCode, Failure>> {
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

const execution = ({ context, input, documents, flags }: Request, { plan, isApproved }: ApprovedPlan) => ({
  plan,
  agreed: { isApproved, allowRemovals: flags.allowRemovals, breakGlass: input.text('breakGlass') },
  settings: settingsOf(documents.desired.project),
  context,
  place: documents.place,
  sinks: documents.sinks,
  ownership: documents.ownership,
  keepDocument: keepDocument(documents),
});

async function decideOnFreshStore(request: Request): Promise<Result<ApprovedPlan, Failure>> {
  const pretended = await request.context.world.openStore(request.documents.place, 'pretend');
  if (!pretended.ok) return failed(pretended.error);
  try {
    return await decide(request, pretended.value);
  } finally {
    await pretended.value.close();
  }
}

/** The plan to carry out, shown and agreed to. A saved one is taken as it stands if nothing has moved. */
async function decide(request: Request, store: LiveStore): Promise<Result<ApprovedPlan, Failure>> {
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
  if (context.flags.output !== 'json') printPlan({ plan, forecast: undefined }, context);
  return approve(plan, {
    terminal: context.terminal,
    isSaved: saved !== undefined,
    isAutomatic: input.has('autoApprove'),
    digest: input.text('approve'),
    breakGlass: input.text('breakGlass'),
  });
}

const planning = async ({ context, documents, flags }: Request, store: LiveStore): Promise<PlanRequest> => ({
  documents,
  store,
  recipient: await context.world.recipient(documents.place),
  flags,
});

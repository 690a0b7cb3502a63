/** From an open store to a plan: what `plan`, `apply` and `drift` share. */

import { approvalErrors, unresolved } from '../documents/validate.js';
import { kindOf } from '../domain/kinds/index.js';
import type { Selector } from '../domain/labels.js';
import { refText } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { type Gathered, gather } from '../observe/gather.js';
import { type Forecast, forecast } from '../plan/forecast.js';
import type { Plan, PlanInput } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import { preview } from '../reconcile/preview.js';
import type { GitBranch } from './branch-option.js';
import type { Input } from './command.js';
import type { ExitCode } from './exit.js';
import { badDocuments, type Failure, failed, failure } from './failure.js';
import { type Ahead, aheadOf } from './plan-instant.js';
import { selectorOf } from './selection.js';
import { type Documents, openDocuments } from './session.js';
import type { CommandContext } from './terminal.js';

/** What the flags ask of a plan. */
export interface PlanFlags {
  /** `--allow-removals`. */
  readonly allowRemovals?: number | undefined;
  /** `--take-over-sinks`. */
  readonly unknownTokens?: 'quarantine' | 'replace';
  /** `--redeliver-here`. */
  readonly redeliver?: boolean;
  /** `--select`. */
  readonly selector?: Selector | undefined;
  /** `--at`. */
  readonly ahead?: Ahead | undefined;
}

export interface PlanRequest {
  readonly documents: Documents;
  readonly store: LiveStore;
  /** Of this machine's identity. */
  readonly recipient: string;
  readonly flags: PlanFlags;
}

export interface Planned {
  readonly plan: Plan;
  /** What it was made of. */
  readonly input: PlanInput;
  /** Of a plan with `--at`: what happens until then. */
  readonly forecast: readonly Forecast[] | undefined;
}

/** The plan for the documents, or the documents' errors when a reference is neither declared nor live. */
export async function planDocuments(request: PlanRequest): Promise<Result<Planned, Failure>> {
  const { documents, store, recipient, flags } = request;
  const { desired, ownership, sinks, connections } = documents;
  connections.alsoLive(store);
  const { allowRemovals, selector, ahead, redeliver = false, unknownTokens = 'quarantine' } = flags;
  const facts = ahead && (await store.facts());
  if (facts?.ok === false) return failed(facts.error);
  const at = ahead && facts ? ahead(facts.value.now) : ok(undefined);
  if (!at.ok) return at;
  const view = { selector, at: at.value, redeliver, unknownTokens };
  const seen = await preview({ desired, store, sinks, ownership, recipient, allowRemovals, ...view });
  if (!seen.ok) return failed(seen.error);
  const { plan, input, isLive } = seen.value;
  const unknown = [...unresolved(desired, isLive), ...approvalErrors(documents.project, desired, isLive)];
  if (unknown.length > 0) return badDocuments(unknown);
  const left = selector && unselectedNeed(input, isLive);
  if (left !== undefined) return failure('unknown_reference', left);
  return ok({ plan, input, forecast: facts && forecast(input, facts.value.now) });
}

/** What such steps would rest on now. A plan whose steps rest on the same still says what has to be done. */
export async function basisNow(request: PlanRequest, steps: Plan['steps']): Promise<Result<string>> {
  const { documents, store, recipient, flags } = request;
  const { desired, ownership, sinks, connections } = documents;
  connections.alsoLive(store);
  const { allowRemovals, selector, redeliver = false, unknownTokens = 'quarantine' } = flags;
  const view = { selector, redeliver, unknownTokens };
  const seen = await gather({ desired, store, sinks, ownership, recipient, allowRemovals, ...view });
  return seen.ok ? ok(seen.value.input.basis(steps)) : seen;
}

/** What is to be made under a selection needs what it names to be live, or to be selected with it. */
function unselectedNeed({ subjects }: PlanInput, isLive: Gathered['isLive']): string | undefined {
  const selected = new Set(subjects.flatMap(({ ref, desired }) => (desired ? [refText(ref)] : [])));
  for (const { ref, desired } of subjects) {
    if (desired === undefined) continue;
    for (const needed of kindOf(ref.kind).references(desired.declaration.spec))
      if (!selected.has(refText(needed)) && !isLive(needed))
        return `${refText(ref)} refers to ${refText(needed)}, which is declared but neither selected nor live; select it too, or apply it first`;
  }
  return undefined;
}

export interface Previewed extends Planned {
  readonly store: LiveStore;
  readonly desired: Documents['desired'];
}

/** Plans the project's documents without effect, over a fresh store where none exists, and hands the plan on. */
export async function withPlan(
  context: CommandContext,
  flags: PlanFlags,
  use: (previewed: Previewed) => Promise<Result<ExitCode, Failure>>,
  branch?: GitBranch,
): Promise<Result<ExitCode, Failure>> {
  const documents = await openDocuments(context, branch);
  if (!documents.ok) return documents;
  const { place } = documents.value;
  const store = await context.world.openStore(place, 'pretend');
  if (!store.ok) return failed(store.error);
  try {
    const recipient = await context.world.recipient(place);
    const request = { documents: documents.value, store: store.value, recipient, flags };
    const planned = await planDocuments(request);
    const { desired } = documents.value;
    return planned.ok ? await use({ ...planned.value, store: store.value, desired }) : planned;
  } finally {
    await store.value.close();
  }
}

/** The flags of `plan`, `apply` and `drift`, as far as a command has them. */
export function planFlags(input: Input): Result<PlanFlags, Failure> {
  const removals = allowRemovals(input);
  if (!removals.ok) return removals;
  const selector = selectorOf(input);
  if (!selector.ok) return selector;
  const ahead = aheadOf(input);
  if (!ahead.ok) return ahead;
  return ok({
    allowRemovals: removals.value,
    selector: selector.value,
    ahead: ahead.value,
    redeliver: input.has('redeliverHere'),
    unknownTokens: input.has('takeOverSinks') ? 'replace' : 'quarantine',
  });
}

/** `--allow-removals N`. */
function allowRemovals(input: Input): Result<number | undefined, Failure> {
  const text = input.text('allowRemovals');
  if (text === undefined) return ok(undefined);
  if (!/^[0-9]{1,7}$/.test(text))
    return failure('usage', `--allow-removals must be a number, not ${JSON.stringify(text)}`);
  return ok(Number(text));
}

export const REDELIVER_HERE = {
  flags: '--redeliver-here',
  description: 'deliver here what was delivered on another machine or in another folder, with new versions',
} as const;

export const VERBOSE = {
  flags: '--verbose',
  description: 'name every finding and everything that is waited for, however many are alike',
} as const;

export const TAKE_OVER_SINKS = {
  flags: '--take-over-sinks',
  description:
    'replace tokens in sinks that this store did not issue, for example after moving to another store',
} as const;

export const ALLOW_REMOVALS = {
  flags: '--allow-removals <n>',
  description: 'allow this run to remove up to n objects, overriding the guard',
} as const;

export const hasRefusal = (plan: Plan): boolean =>
  plan.findings.some(({ severity }) => severity === 'refuse');

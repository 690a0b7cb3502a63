/**
 * Plan and drift where no documents are: against what a project applied last, as the store knows it. Same gatherer, same
 * planner. What lies in files is not looked at: what was delivered is elsewhere. Has no effect and takes no lease.
 */
import { fault } from '../domain/errors.js';
import { DOCUMENTS_MANAGER, type Ownership } from '../domain/live.js';
import { fail, ok, type Result } from '../domain/result.js';
import { desiredAsApplied } from '../observe/desired-as-live.js';
import { type Drift, drift } from '../plan/drift.js';
import type { Plan } from '../plan/plan.js';
import type { Applied } from '../ports/applied.js';
import type { LiveStore } from '../ports/live-store.js';
import type { Sinks } from '../ports/sink.js';
import { causesOf } from './drift-attribution.js';
import { reviewOf } from './hygiene.js';
import { preview } from './preview.js';

export interface AppliedSources {
  readonly applied: Applied;
  readonly store: LiveStore;
}

/** Whose declarations; what is left out goes without saying where there is one answer. */
export interface Whose {
  readonly project?: string | undefined;
  /** `documents` if that project has any. */
  readonly manager?: string | undefined;
}

/** `bad_request` where several projects could be meant, `not_found` for one that has nothing here. */
export async function planAsApplied(sources: AppliedSources, whose: Whose): Promise<Result<Plan>> {
  const seen = await look(sources, whose);
  return seen.ok ? ok(seen.value.plan) : seen;
}

/** The same, read the other way round: since when, through whom, and what a review of all keys finds. */
export async function driftAsApplied(sources: AppliedSources, whose: Whose): Promise<Result<Drift>> {
  const { store } = sources;
  const seen = await look(sources, whose);
  if (!seen.ok) return seen;
  const { plan, input, desired } = seen.value;
  const causes = await causesOf(plan, input, store);
  if (!causes.ok) return causes;
  const reviewed = await reviewOf({ desired, store, selector: undefined });
  return reviewed.ok ? ok(drift(plan, causes.value, { reviewed: reviewed.value })) : reviewed;
}

async function look({ applied, store }: AppliedSources, whose: Whose) {
  const owners = await applied.owners();
  if (!owners.ok) return owners;
  const ownership = ownerAmong(owners.value, whose);
  if (!ownership.ok) return ownership;
  const declarations = await applied.by(ownership.value);
  if (!declarations.ok) return declarations;
  const desired = desiredAsApplied(ownership.value.project, declarations.value);
  const seen = await preview({
    ...{ desired, store, sinks: OUT_OF_SIGHT, ownership: ownership.value },
    // Nothing is sealed to a caller that only reads.
    recipient: '',
    allowRemovals: undefined,
  });
  return seen.ok ? ok({ plan: seen.value.plan, input: seen.value.input, desired }) : seen;
}

function ownerAmong(owners: readonly Ownership[], { project, manager }: Whose): Result<Ownership> {
  const projects = [...new Set(owners.map((one) => one.project))];
  if (project === undefined && projects.length > 1)
    return fail(
      fault('bad_request', `several projects use this store; specify one of: ${projects.join(', ')}`),
    );
  const theirs = owners.filter((one) => project === undefined || one.project === project);
  const [only, ...others] = theirs.filter((one) => manager === undefined || one.manager === manager);
  if (only === undefined)
    return fail(fault('not_found', 'this project and manager have not applied anything to this store'));
  if (others.length === 0) return ok(only);
  const ofDocuments = theirs.find((one) => one.manager === DOCUMENTS_MANAGER);
  if (ofDocuments !== undefined) return ok(ofDocuments);
  const managers = theirs.map((one) => one.manager).join(', ');
  return fail(fault('bad_request', `the project has several managers; specify one of: ${managers}`));
}

const WHY = 'the server cannot read the sinks of keys; plan on the machine that delivers to them';

/** Files belong to the machines of reconcilers. */
const OUT_OF_SIGHT: Sinks = {
  locate: (id) => id,
  isHere: () => false,
  read: async (ids) => ids.map(() => ({ kind: 'unknown', why: WHY })),
  deliver: async () => fail(fault('sink_unavailable', WHY)),
  confirm: async () => fail(fault('sink_unavailable', WHY)),
  delivered: async () => [],
  withdraw: async () => fail(fault('sink_unavailable', WHY)),
  take: async () => undefined,
};

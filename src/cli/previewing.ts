/** From an open store to a plan: what `plan`, `apply` and `drift` share. */
import { preview } from '../controller/preview.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Plan } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import { unresolved } from '../spec/validate.js';
import type { Input } from './command.js';
import type { ExitCode } from './exit.js';
import { badDocuments, type Failure, failed, failure } from './failure.js';
import { type Documents, openDocuments } from './session.js';
import type { CommandContext } from './terminal.js';

export interface PlanRequest {
  readonly documents: Documents;
  readonly store: LiveStore;
  /** Of this machine's identity. */
  readonly recipient: string;
  readonly allowRemovals: number | undefined;
}

/** The plan for the documents, or the documents' errors when a reference is neither declared nor live. */
export async function planDocuments(request: PlanRequest): Promise<Result<Plan, Failure>> {
  const { documents, store, recipient, allowRemovals } = request;
  const { desired, ownership, sinks } = documents;
  const seen = await preview({ desired, store, sinks, ownership, recipient, allowRemovals });
  if (!seen.ok) return failed(seen.error);
  const unknown = unresolved(desired.entries, seen.value.isLive);
  return unknown.length > 0 ? badDocuments(unknown) : ok(seen.value.plan);
}

export interface Previewed {
  readonly plan: Plan;
  readonly store: LiveStore;
}

/** Plans the project's documents without effect, over a fresh store where there is none, and hands the plan on. */
export async function withPlan(
  context: CommandContext,
  removals: number | undefined,
  use: (previewed: Previewed) => Promise<Result<ExitCode, Failure>>,
): Promise<Result<ExitCode, Failure>> {
  const documents = await openDocuments(context);
  if (!documents.ok) return documents;
  const { place } = documents.value;
  const store = await context.world.openStore(place, 'pretend');
  if (!store.ok) return failed(store.error);
  try {
    const recipient = await context.world.recipient(place);
    const request = { documents: documents.value, store: store.value, recipient, allowRemovals: removals };
    const planned = await planDocuments(request);
    return planned.ok ? await use({ plan: planned.value, store: store.value }) : planned;
  } finally {
    await store.value.close();
  }
}

/** `--allow-removals N`. */
export function allowRemovals(input: Input): Result<number | undefined, Failure> {
  const text = input.text('allowRemovals');
  if (text === undefined) return ok(undefined);
  if (!/^[0-9]{1,7}$/.test(text))
    return failure('usage', `--allow-removals takes a number, not ${JSON.stringify(text)}`);
  return ok(Number(text));
}

export const ALLOW_REMOVALS = {
  flags: '--allow-removals <n>',
  description: 'let this run remove up to n objects, whatever the guard says',
} as const;

export const hasRefusal = (plan: Plan): boolean =>
  plan.findings.some(({ severity }) => severity === 'refuse');

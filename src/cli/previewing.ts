/** From an open store to a plan: what `plan`, `apply` and `drift` share. */
import { preview } from '../controller/preview.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import type { Plan } from '../plan/plan.js';
import type { LiveStore } from '../ports/live-store.js';
import { unresolved } from '../spec/validate.js';
import type { Input } from './command.js';
import { badDocuments, type Failure, failed, failure } from './failure.js';
import type { Documents } from './session.js';

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

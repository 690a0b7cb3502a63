/**
 * Saved plans: what `plan --out` (and `plan --output json`) wrote, read back only as it was made.
 * Written whole or not at all.
 */
import { lstat, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type RefJson, refOfJson } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import { ok } from '../domain/result.js';
import { planDigest } from '../plan/digest.js';
import type { Plan } from '../plan/plan.js';
import { type PlanDocument, planJson } from '../render/plan-json.js';
import { type Failure, failure } from './failure.js';

export async function savePlan(folder: string, file: string, plan: Plan): Promise<Result<void, Failure>> {
  const path = resolve(folder, file);
  const partial = `${path}.partial`;
  if (!(await mayBeReplaced(path)))
    return failure(
      'exists',
      `${file} exists and is not a saved plan, so nothing was written; use another file with --out`,
    );
  try {
    await writeFile(partial, `${JSON.stringify(planJson(plan), null, 2)}\n`, { mode: 0o600 });
    await rename(partial, path);
    return ok(undefined);
  } catch (cause) {
    await rm(partial, { force: true });
    return failure('usage', `the plan could not be written to ${file}: ${reasonOf(cause)}`);
  }
}

/** Nothing, an empty file or an older plan; a slip of the finger may name documents or a device. */
async function mayBeReplaced(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return true;
  if (!found.isFile()) return false;
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' || parsePlan(text) !== undefined;
}

/** `stale_plan` when the file was edited after it was made: its digest no longer fits. */
export async function readPlan(folder: string, file: string): Promise<Result<Plan, Failure>> {
  let text: string;
  try {
    text = await readFile(resolve(folder, file), 'utf8');
  } catch (cause) {
    return failure('usage', `the plan ${file} cannot be read: ${reasonOf(cause)}`);
  }
  const plan = parsePlan(text);
  if (plan === undefined)
    return failure('usage', `${file} is not a saved plan; create one with: keywright plan --out ${file}`);
  if ('forecast' in plan)
    return failure('usage', `${file} was made with --at, so it cannot be applied; plan again without --at`);
  if (planDigest(plan) !== plan.digest) {
    return failure('stale_plan', `${file} was changed after it was saved, so it is not applied; plan again`);
  }
  return ok(plan);
}

/** `planJson` the other way round; undefined for anything else. */
function parsePlan(text: string): Plan | undefined {
  try {
    const value = JSON.parse(text);
    if (value?.apiVersion !== 'keywright.dev/v1' || value.kind !== 'Plan' || !Array.isArray(value.steps))
      return undefined;
    const { steps, findings, waiting, now } = value as PlanDocument;
    return {
      ...value,
      now: Date.parse(now),
      steps: steps.map(withRef),
      findings: findings.map(withRef),
      waiting: waiting.map(withRef).map(({ until, ...one }) => ({
        ...one,
        until: until === undefined ? undefined : Date.parse(until),
      })),
    };
  } catch {
    return undefined;
  }
}

const withRef = <Part extends { readonly object: RefJson | undefined }>(part: Part) => ({
  ...part,
  object: part.object && refOfJson(part.object),
});

const reasonOf = (cause: unknown): string =>
  (cause instanceof Error ? cause.message.split(',')[0] : undefined) ?? 'unknown';

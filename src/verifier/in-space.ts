/** A key reaches the spaces of its environment and no others. */
import { isId, type ObjectRef, refJson } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveStore, Verification } from '../ports/live-store.js';

/** A space by name or id, and perhaps a workbook of it. */
export interface Room {
  readonly space: string;
  readonly workbook?: string | undefined;
}

/** A good key stays good if the space is in its environment and has the workbook; else it is not for there. */
export async function inSpace(
  { store }: { readonly store: Pick<LiveStore, 'fetch' | 'resolve'> },
  answer: Verification,
  { space, workbook }: Room,
): Promise<Result<Verification>> {
  const { key } = answer;
  if (!answer.valid || key === undefined) return ok(answer);
  const ref = await refOfSpace(store, space, key.environment);
  if (!ref.ok) return ref;
  if (ref.value === undefined) return ok({ ...answer, valid: false, code: 'FORBIDDEN' });
  if (refJson(ref.value).environment !== key.environment)
    return ok({ ...answer, valid: false, code: 'WRONG_ENVIRONMENT' });
  const found = await store.fetch([ref.value]);
  if (!found.ok) return found;
  const declaration = found.value[0]?.declaration;
  const workbooks = declaration?.kind === 'Space' ? (declaration.spec.workbooks ?? []) : undefined;
  const isThere = workbooks !== undefined && (workbook === undefined || workbooks.includes(workbook));
  return ok(isThere ? answer : { ...answer, valid: false, code: 'FORBIDDEN' });
}

async function refOfSpace(
  store: Pick<LiveStore, 'fetch' | 'resolve'>,
  space: string,
  environment: string,
): Promise<Result<ObjectRef | undefined>> {
  if (!isId(space)) return ok({ kind: 'Space', name: `${environment}/${space}` });
  const resolved = await store.resolve([{ kind: 'Space', name: space }]);
  return resolved.ok ? ok(resolved.value[0]) : resolved;
}

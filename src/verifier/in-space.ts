/** A key reaches the spaces of its environment and no others. */
import { workbookId } from '../domain/derived-ids.js';
import type { LiveObject } from '../domain/live.js';
import { isId, type ObjectRef, refJson } from '../domain/objects.js';
import { ok, type Result } from '../domain/result.js';
import type { LiveStore, Verification } from '../ports/live-store.js';

/** A space by name (`onboarding`, `production/onboarding`) or id, and perhaps a workbook of it, by name or id. */
export interface SpaceQuestion {
  readonly space: string;
  readonly workbook?: string | undefined;
}

/** A good key stays good if the space is in its environment and has the workbook; else it is not for there. */
export async function inSpace(
  { store }: { readonly store: Pick<LiveStore, 'fetch' | 'resolve'> },
  answer: Verification,
  { space, workbook }: SpaceQuestion,
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
  const isThere = found.value.some((object) => workbook === undefined || hasWorkbook(object, workbook));
  return ok(isThere ? answer : { ...answer, valid: false, code: 'FORBIDDEN' });
}

const hasWorkbook = ({ id, declaration }: LiveObject, workbook: string): boolean =>
  declaration.kind === 'Space' &&
  (declaration.spec.workbooks ?? []).some((name) => [name, workbookId(id, name)].includes(workbook));

async function refOfSpace(
  store: Pick<LiveStore, 'fetch' | 'resolve'>,
  space: string,
  environment: string,
): Promise<Result<ObjectRef | undefined>> {
  if (!isId(space))
    return ok({ kind: 'Space', name: space.includes('/') ? space : `${environment}/${space}` });
  const resolved = await store.resolve([{ kind: 'Space', name: space }]);
  return resolved.ok ? ok(resolved.value[0]) : resolved;
}

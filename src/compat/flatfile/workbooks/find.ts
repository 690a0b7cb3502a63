/** Workbooks and their spaces as a caller finds them: what is not open to them does not exist for them. */
import type { Static } from 'typebox';
import { authorize } from '../../../domain/access.js';
import { spaceOfWorkbook } from '../../../domain/derived-ids.js';
import { fault } from '../../../domain/errors.js';
import type { Principal } from '../../../domain/principal.js';
import { fail, ok, type Result } from '../../../domain/result.js';
import type { HttpDependencies } from '../../../http/dependencies.js';
import { findObject } from '../../../http/live-objects.js';
import { only } from '../objects.js';
import { readAll } from '../page-pagination.js';
import { environmentsOf, isSpace, type SpaceObject } from '../spaces/item.js';
import { type WorkbookEntry, type WorkbookItem, workbookItem, workbooksIn } from './item.js';

const NOT_FOUND = fault('not_found', 'no such workbook; GET /workbooks lists them');
const NO_SPACE = fail(fault('not_found', 'no such space; GET /spaces lists them'));

interface SaidPlace {
  readonly spaceId?: string | undefined;
  readonly environmentId?: string | undefined;
}

/** Does what a caller says of a workbook's location fit its space? `conflict`. */
export async function isOfPlace(
  deps: HttpDependencies,
  space: SpaceObject,
  said: SaidPlace,
): Promise<Result<void>> {
  const name = space.declaration.spec.environment;
  const environments = await environmentsOf(deps, [name]);
  if (!environments.ok) return environments;
  const { spaceId = space.id, environmentId = name } = said;
  return spaceId === space.id && [name, environments.value.get(name)?.id].includes(environmentId)
    ? ok(undefined)
    : fail(
        fault(
          'conflict',
          `the space of a workbook cannot be changed, nor its environment ${name}; create another workbook`,
        ),
      );
}

export async function spacesOf(
  { store }: HttpDependencies,
  spaceId: string | undefined,
): Promise<Result<readonly SpaceObject[]>> {
  if (spaceId === undefined) {
    const all = await readAll(store, { kind: 'Space', matches: () => true });
    return all.ok ? ok(all.value.filter(isSpace)) : all;
  }
  const found = await findObject(store, { kind: 'Space', name: spaceId });
  return found.ok ? ok([found.value].filter((one) => one !== undefined).filter(isSpace)) : found;
}

/** The workbooks of these spaces that the caller may see. */
export async function openIn(
  { admin }: HttpDependencies,
  principal: Principal,
  spaces: readonly SpaceObject[],
): Promise<Result<readonly WorkbookEntry[]>> {
  const kept = await admin.workbooks(spaces.map(({ id }) => id));
  if (!kept.ok) return kept;
  return ok(
    spaces
      .flatMap((space) => workbooksIn(space, kept.value))
      .filter((workbook) => isOpenTo(principal, workbook)),
  );
}

function isOpenTo(principal: Principal, { space, declaredName }: WorkbookEntry): boolean {
  const { spec, metadata } = space.declaration;
  const place = {
    environment: spec.environment,
    space: { name: metadata.name, id: space.id },
    workbook: declaredName,
  };
  return authorize(principal, 'workbooks:read', { kind: 'place', place }).ok;
}

export async function seenWorkbook(
  deps: HttpDependencies,
  principal: Principal,
  id: string,
): Promise<Result<WorkbookEntry>> {
  const spaces = await spacesOf(deps, spaceOfWorkbook(id) ?? 'us_sp_');
  const entries = spaces.ok ? await openIn(deps, principal, spaces.value) : spaces;
  if (!entries.ok) return entries;
  return only(ok(entries.value.filter((one) => one.id === id)), NOT_FOUND);
}

export async function seenSpace(
  deps: HttpDependencies,
  principal: Principal,
  id: string,
): Promise<Result<SpaceObject>> {
  const spaces = await spacesOf(deps, id);
  if (!spaces.ok) return spaces;
  const [space] = spaces.value;
  if (space === undefined) return NO_SPACE;
  const { spec, metadata } = space.declaration;
  const place = { environment: spec.environment, space: { name: metadata.name, id: space.id } };
  return authorize(principal, 'workbooks:read', { kind: 'place', place }).ok ? ok(space) : NO_SPACE;
}

export async function itemsOf(
  deps: HttpDependencies,
  entries: readonly WorkbookEntry[],
  withSheets: 'shown' | 'left out',
): Promise<Result<readonly Static<typeof WorkbookItem>[]>> {
  const names = entries.map(({ space }) => space.declaration.spec.environment);
  const environments = await environmentsOf(deps, names);
  if (!environments.ok) return environments;
  return ok(entries.map((entry) => workbookItem(entry, { environments: environments.value, withSheets })));
}

/** As it is shown; `not_found` for one that was removed meanwhile. */
export async function workbookShown(
  deps: HttpDependencies,
  entry: WorkbookEntry,
): Promise<Result<Static<typeof WorkbookItem>>> {
  return only(await itemsOf(deps, [entry], 'shown'), NOT_FOUND);
}

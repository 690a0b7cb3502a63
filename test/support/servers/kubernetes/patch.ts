/** The patches of Kubernetes: JSON merge patch (RFC 7386), as much of the strategic one as kubectl sends, and server-side apply. */
import { isDeepStrictEqual } from 'node:util';
import type { Json, KubeObject } from './objects.js';
import { applyConflict } from './status.js';

const isMap = (value: unknown): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergePatch(target: Json, patch: Json, lists: 'replaced' | 'strategic' = 'replaced'): Json {
  if (!isMap(patch)) return patch;
  const merged: Record<string, Json> = isMap(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (name === '$retainKeys' || name.startsWith('$setElementOrder/')) continue;
    if (value === null) delete merged[name];
    else if (lists === 'strategic' && Array.isArray(value) && value.every((one) => isMap(one) && one['name']))
      merged[name] = mergeByName(merged[name] ?? [], value);
    else merged[name] = mergePatch(merged[name], value, lists);
  }
  return merged;
}

function mergeByName(target: readonly Json[], patch: readonly Json[]): readonly Json[] {
  const known = target.map((one) => {
    const change = patch.find(({ name }) => name === one.name);
    return change === undefined ? one : mergePatch(one, change, 'strategic');
  });
  return [...known, ...patch.filter(({ name }) => !target.some((one) => one.name === name))];
}

const SEPARATOR = '\u0000';
const NOT_OWNED = new Set([
  'apiVersion',
  'kind',
  'metadata\u0000name',
  'metadata\u0000namespace',
  'metadata\u0000uid',
  'metadata\u0000resourceVersion',
]);

/** The paths of all leaves; a list is one leaf. */
export function leaves(value: Json, path = ''): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  for (const [name, member] of Object.entries(value ?? {})) {
    const at = path === '' ? name : `${path}${SEPARATOR}${name}`;
    if (NOT_OWNED.has(at) || at.startsWith(`metadata${SEPARATOR}managedFields`) || at.startsWith('status'))
      continue;
    if (isMap(member) && Object.keys(member).length > 0)
      for (const [leaf, one] of leaves(member, at)) found.set(leaf, one);
    else found.set(at, member);
  }
  return found;
}

const at = (object: Json, path: string): Json =>
  path.split(SEPARATOR).reduce((value, name) => (isMap(value) ? value[name] : undefined), object);

function without(object: Json, path: string): Json {
  const [first = '', ...rest] = path.split(SEPARATOR);
  if (!isMap(object) || !(first in object)) return object;
  const { [first]: member, ...others } = object;
  return rest.length === 0 ? others : { ...others, [first]: without(member, rest.join(SEPARATOR)) };
}

interface Owner {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly paths: ReadonlySet<string>;
}

const ownersOf = (object: Json): readonly Owner[] =>
  (object?.metadata?.managedFields ?? []).map(({ manager, operation, fieldsV1 }: Json) => ({
    ...{ manager, operation },
    paths: new Set(pathsOf(fieldsV1)),
  }));

function pathsOf(fields: Json, path = ''): readonly string[] {
  return Object.entries(fields).flatMap(([name, below]) => {
    const one = path === '' ? name.slice(2) : `${path}${SEPARATOR}${name.slice(2)}`;
    return Object.keys(below as object).length === 0 ? [one] : pathsOf(below, one);
  });
}

function fieldsOf(paths: Iterable<string>): Json {
  const fields: Json = {};
  for (const path of paths) {
    let below = fields;
    for (const name of path.split(SEPARATOR)) {
      below[`f:${name}`] ??= {};
      below = below[`f:${name}`];
    }
  }
  return fields;
}

function withOwners(object: Json, owners: readonly Owner[]): Json {
  const managedFields = owners
    .filter(({ paths }) => paths.size > 0)
    .map(({ manager, operation, paths }) => ({
      ...{ manager, operation, apiVersion: object.apiVersion, time: '2026-01-01T00:00:00Z' },
      ...{ fieldsType: 'FieldsV1', fieldsV1: fieldsOf(paths) },
    }));
  return { ...object, metadata: { ...object.metadata, managedFields } };
}

/** A write that is no apply owns what it changed, and others own that no longer. */
export function updatedBy(manager: string, before: KubeObject | undefined, after: Json): Json {
  const was = leaves(before ?? {});
  const changed = [...leaves(after)]
    .filter(([path, value]) => !isDeepStrictEqual(was.get(path), value))
    .map(([path]) => path);
  const gone = [...was.keys()].filter((path) => at(after, path) === undefined);
  const owners = ownersOf(before);
  const own = owners.find((one) => one.manager === manager && one.operation === 'Update');
  const others = owners
    .filter((one) => one !== own)
    .map((one) => ({
      ...one,
      paths: new Set([...one.paths].filter((path) => ![...changed, ...gone].includes(path))),
    }));
  const paths = new Set([...(own?.paths ?? []), ...changed].filter((path) => !gone.includes(path)));
  return withOwners(after, [...others, { manager, operation: 'Update', paths }]);
}

/** Server-side apply: sets what is said, takes out what this manager said before, and refuses what another manager owns. */
export function applied(
  before: KubeObject | undefined,
  config: Json,
  { manager, isForced }: { readonly manager: string; readonly isForced: boolean },
): Json {
  const said = leaves(config);
  const owners = ownersOf(before);
  const isOwn = (one: Owner): boolean => one.manager === manager && one.operation === 'Apply';
  const disputes = owners
    .filter((one) => !isOwn(one))
    .flatMap((one) =>
      [...one.paths]
        .filter((path) => said.has(path) && !isDeepStrictEqual(at(before, path), said.get(path)))
        .map((path) => ({ one, path })),
    );
  if (disputes.length > 0 && !isForced)
    throw applyConflict(
      disputes.map(({ one, path }) => ({
        ...{ reason: 'FieldManagerConflict', message: `conflict with "${one.manager}"` },
        field: `.${path.split(SEPARATOR).join('.')}`,
      })),
    );
  const own = owners.find(isOwn);
  const dropped = [...(own?.paths ?? [])].filter(
    (path) => !said.has(path) && !owners.some((one) => one !== own && one.paths.has(path)),
  );
  const merged = mergePatch(dropped.reduce(without, before ?? {}), config, 'strategic');
  const others = owners
    .filter((one) => one !== own)
    .map((one) => ({
      ...one,
      paths: new Set(
        [...one.paths].filter(
          (path) => !disputes.some((dispute) => dispute.one === one && dispute.path === path),
        ),
      ),
    }));
  return withOwners(merged, [...others, { manager, operation: 'Apply', paths: new Set(said.keys()) }]);
}

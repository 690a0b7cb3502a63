/** What each verb does to the objects of the cluster, with the answers and conditions of a real API server. */
import type { Json, KubeObject, Objects } from './objects.js';
import { applied, mergePatch, updatedBy } from './patch.js';
import { groupVersion, type Target } from './resources.js';
import {
  alreadyExists,
  badRequest,
  conflict,
  invalid,
  type Named,
  notFound,
  Refusal,
  terminating,
  unsupportedMediaType,
} from './status.js';
import { decoded, Undecodable, validate } from './validation.js';

export interface Asked {
  readonly target: Target;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly body: Json;
  readonly agent: string;
  /** Also asked when server-side apply makes an object. Throws the refusal. */
  authorize(verb: string): void;
}

export interface Answer {
  readonly code: number;
  readonly body: object;
}

const PATCHES = [
  ...['application/json-patch+json', 'application/merge-patch+json'],
  ...['application/strategic-merge-patch+json', 'application/apply-patch+yaml'],
];
const OPTIONS: Named = { group: 'meta.k8s.io', resource: 'patchoptions', kind: 'PatchOptions', name: '' };
const namedOf = ({ of, name }: Target): Named => ({ ...of, name });
const found = (body: object, code = 200): Answer => ({ code, body });

function existing(objects: Objects, target: Target): KubeObject {
  const object = objects.find(target.of.resource, target.namespace, target.name);
  if (object === undefined) throw notFound(namedOf(target));
  return object;
}

export const get = (objects: Objects, { target }: Asked): Answer => found(existing(objects, target));

export function list(objects: Objects, { target, query }: Asked): Answer {
  const items = objects.list(target.of.resource, target.namespace).filter((one) => isSelected(one, query));
  return found({
    ...{ kind: `${target.of.kind}List`, apiVersion: groupVersion(target.of) },
    metadata: { resourceVersion: String(objects.revision) },
    items,
  });
}

export function isSelected({ metadata }: KubeObject, query: URLSearchParams): boolean {
  const field = /^metadata\.name=(.+)$/.exec(query.get('fieldSelector') ?? '');
  const labels = (query.get('labelSelector') ?? '').split(',').filter((one) => one !== '');
  return (
    (field === null || metadata.name === field[1]) &&
    labels.every((one) => metadata.labels?.[one.split('=')[0] ?? ''] === one.split('=').at(-1))
  );
}

const managerOf = ({ query, agent }: Asked): string =>
  query.get('fieldManager') ?? agent.split('/')[0] ?? 'unknown';

export function create(objects: Objects, asked: Asked): Answer {
  const { target, body } = asked;
  const { name = '', namespace, resourceVersion } = body.metadata ?? {};
  if (target.of.isNamespaced && namespace && namespace !== target.namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (name !== '' && resourceVersion)
    throw new Refusal(500, '', 'resourceVersion should not be set on objects to be created');
  return made(objects, asked, {
    target: { ...target, name },
    config: body,
    mark: (one) => updatedBy(managerOf(asked), undefined, one),
  });
}

function made(
  objects: Objects,
  asked: Asked,
  {
    target,
    config,
    mark,
  }: { readonly target: Target; readonly config: Json; readonly mark: (object: Json) => Json },
): Answer {
  const { of, namespace, name } = target;
  const named = namedOf(target);
  if (of.isNamespaced) {
    const home = objects.find('namespaces', '', namespace);
    if (home === undefined)
      throw notFound({ resource: 'namespaces', kind: 'Namespace', group: '', name: namespace });
    if (home['status']?.phase === 'Terminating') throw terminating(named, namespace);
  }
  const { uid: _, resourceVersion: __, ...metadata } = config.metadata;
  const placed = { ...config, metadata: { ...metadata, ...(of.isNamespaced && { namespace }), name } };
  const object = decoded(placed);
  validate(named, undefined, object);
  // Only now, also when it is server-side apply that makes it.
  asked.authorize('create');
  if (objects.find(of.resource, namespace, name) !== undefined) throw alreadyExists(named);
  const grown =
    of.resource === 'deployments'
      ? { ...object, metadata: { ...object.metadata, generation: 1 }, status: object.status ?? {} }
      : object;
  const whole = mark(grown);
  if (asked.query.get('dryRun') === 'All') return found(whole, 201);
  return found(objects.create(of.resource, whole), 201);
}

export function replace(objects: Objects, asked: Asked): Answer {
  const before = existing(objects, asked.target);
  return changed(objects, asked, { before, after: asked.body });
}

export function patch(objects: Objects, asked: Asked): Answer {
  const { target, contentType, body, query } = asked;
  if (contentType === 'application/apply-patch+yaml') return apply(objects, asked);
  const isStrategic = contentType === 'application/strategic-merge-patch+json';
  if (!isStrategic && contentType !== 'application/merge-patch+json') throw unsupportedMediaType(PATCHES);
  if (query.get('force') !== null)
    throw invalid(OPTIONS, [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: may not be specified for non-apply patch',
        field: 'force',
      },
    ]);
  const before = existing(objects, target);
  const after = mergePatch(before, body, isStrategic ? 'strategic' : 'replaced');
  if (!isStrategic) mustDecode(after);
  return changed(objects, asked, { before, after });
}

/** What cannot be decoded is quoted whole, with all values of a Secret. */
function mustDecode(after: Json): void {
  try {
    decoded(after);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    const quoted = `Invalid value: ${JSON.stringify(JSON.stringify(after))}: ${error.message}`;
    throw new Refusal(422, 'Invalid', ` "" is invalid: patch: ${quoted}`, {
      causes: [{ reason: 'FieldValueInvalid', message: quoted, field: 'patch' }],
    });
  }
}

/**
 * Server-side apply. Of an object that does not exist it makes one, also when a resource version is said: what was
 * meant as a condition is no condition.
 */
function apply(objects: Objects, asked: Asked): Answer {
  const { target, body, query } = asked;
  const manager = query.get('fieldManager');
  if (manager === null)
    throw invalid(OPTIONS, [
      {
        reason: 'FieldValueRequired',
        message: 'Required value: is required for apply patch',
        field: 'fieldManager',
      },
    ]);
  if (body.metadata?.managedFields) throw badRequest('metadata.managedFields must be nil');
  const options = { manager, isForced: query.get('force') === 'true' };
  const before = objects.find(target.of.resource, target.namespace, target.name);
  if (before !== undefined)
    return changed(objects, asked, { before, after: applied(before, body, options), isOwned: true });
  const { uid } = body.metadata ?? {};
  if (uid)
    throw conflict(
      namedOf(target),
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  return made(objects, asked, { target, config: body, mark: (one) => applied(undefined, one, options) });
}

function changed(
  objects: Objects,
  asked: Asked,
  {
    before,
    after,
    isOwned = false,
  }: { readonly before: KubeObject; readonly after: Json; readonly isOwned?: boolean },
): Answer {
  const { target, query } = asked;
  const named = namedOf(target);
  const wanted = after.metadata?.resourceVersion;
  if (wanted && wanted !== before.metadata.resourceVersion) throw conflict(named);
  if (after.metadata?.name !== target.name)
    throw badRequest(
      `the name of the object (${after.metadata?.name}) does not match the name on the URL (${target.name})`,
    );
  const { namespace } = after.metadata;
  if (target.of.isNamespaced && namespace && namespace !== target.namespace)
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the request (${target.namespace})`,
    );
  const next = decoded(statusApart(target, before, after));
  validate(named, before, next);
  next.metadata = {
    ...next.metadata,
    uid: before.metadata.uid,
    creationTimestamp: before.metadata.creationTimestamp,
  };
  if (target.of.resource === 'deployments' && JSON.stringify(next.spec) !== JSON.stringify(before['spec']))
    next.metadata.generation = (before.metadata.generation ?? 1) + 1;
  const whole = isOwned ? next : updatedBy(managerOf(asked), before, next);
  if (query.get('dryRun') === 'All') return found(whole);
  return found(objects.update(target.of.resource, before, whole));
}

/** Status is written by the subresource alone, and the rest never by it. */
function statusApart({ subresource }: Target, before: KubeObject, after: Json): Json {
  if (before['status'] === undefined) return after;
  return subresource === 'status'
    ? { ...before, status: after.status }
    : { ...after, status: before['status'] };
}

export function remove(objects: Objects, asked: Asked): Answer {
  const { target, body } = asked;
  const object = existing(objects, target);
  const { uid, resourceVersion } = body?.preconditions ?? {};
  const of = { ...namedOf(target), resource: target.of.kind };
  if (uid !== undefined && uid !== object.metadata.uid)
    throw conflict(
      of,
      `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion)
    throw conflict(
      of,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion}). The object might have been modified`,
    );
  if (asked.query.get('dryRun') !== 'All') objects.remove(target.of.resource, object);
  const details = {
    name: target.name,
    ...(target.of.group !== '' && { group: target.of.group }),
    kind: target.of.resource,
    uid: object.metadata.uid,
  };
  return found({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

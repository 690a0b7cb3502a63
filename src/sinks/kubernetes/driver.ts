/**
 * Secrets of a Kubernetes cluster. Written by JSON merge patch on the condition of the version that was read, never by
 * server-side apply: with a resourceVersion that would create an object that does not exist.
 */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import type { Driver, OpenDriver } from '../driver.js';
import { type KubeRequest, openApi } from './api.js';
import { type Json, recordOf } from './json.js';
import {
  changeOf,
  deletionOf,
  FIELD_MANAGER,
  heldOf,
  identityOf,
  isEmptied,
  newSecret,
  touchOf,
} from './secret-object.js';

const MERGE_PATCH = 'application/merge-patch+json';
const MANAGER = `fieldManager=${FIELD_MANAGER}`;

interface Place {
  readonly namespace: string;
  readonly name: string;
}

export const openKubernetes: OpenDriver = (connection, world): Driver => {
  const api = openApi(connection, world);
  const ofSecret = (verb: KubeRequest['verb'], place: Place): KubeRequest => ({
    verb,
    resource: 'secrets',
    ...place,
  });
  const patch = (place: Place, body: object): KubeRequest => ({
    ...ofSecret('patch', place),
    ...{ body, contentType: MERGE_PATCH, query: MANAGER },
  });
  return {
    read: async (object, call) => {
      const place = placeOf(object);
      const found = await api.ask(ofSecret('get', place), call);
      if (!found.ok || found.value === undefined) return found.ok ? ok(undefined) : found;
      const held = heldOf(found.value);
      return held
        ? ok(held)
        : fail(fault('sink_unavailable', `${phrase(place)} was answered for with no Secret`));
    },
    write: async (object, write, call) => {
      const place = placeOf(object);
      if (write.over === undefined) {
        const made = await api.ask(
          { ...ofSecret('create', place), body: newSecret(place, write), query: MANAGER },
          call,
        );
        if (!made.ok) return made;
        return made.value ? ok(undefined) : fail(noNamespace(place));
      }
      const over = identityOf(write.over);
      const request = isEmptied(over, write)
        ? { ...ofSecret('delete', place), body: deletionOf(over) }
        : patch(place, changeOf(over, write));
      return changed(await api.ask(request, call), place);
    },
    touch: async (object, held, call) => {
      const place = placeOf(object);
      const over = identityOf(held);
      const touched = await api.ask(patch(place, touchOf(over)), call);
      if (!touched.ok || touched.value === undefined) return changed(touched, place);
      if (recordOf(touched.value['metadata'])['resourceVersion'] !== over.version) return ok(undefined);
      // A webhook that takes annotations out: an earlier write could still land.
      return fail(
        fault(
          'sink_refused',
          `${phrase(place)} did not keep the annotation keywright.dev/confirmed. Allow annotations of keywright.dev in the cluster's admission rules.`,
        ),
      );
    },
  };
};

/** `CONNECTION/NAMESPACE/NAME` */
function placeOf(object: string): Place {
  const [, namespace = '', name = ''] = object.split('/');
  return { namespace, name };
}

const phrase = ({ namespace, name }: Place): string => `the Secret ${name} in namespace ${namespace}`;

const changed = (done: Result<Readonly<Record<string, Json>> | undefined>, place: Place): Result<void> => {
  if (!done.ok) return done;
  return done.value ? ok(undefined) : fail(fault('sink_moved', `${phrase(place)} was deleted meanwhile`));
};

const noNamespace = ({ namespace }: Place) =>
  fault(
    'sink_refused',
    `the namespace ${namespace} does not exist. Create it, or correct the sink's namespace.`,
  );

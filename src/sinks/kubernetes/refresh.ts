/**
 * Restarts a Deployment, so that its pods read their secrets anew. By server-side apply of the one annotation that
 * `kubectl rollout restart` sets: it belongs to Keywright then, and applying the manifest does not take it out.
 */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type Instant, SECOND_MS } from '../../domain/time.js';
import type { Call, DriverWorld, NamedConnection } from '../driver.js';
import { type KubeRequest, openApi } from './api.js';
import { type Json, recordOf, textOf } from './json.js';
import { type Rollout, rolloutOf } from './rollout.js';

export interface Refresher {
  /**
   * Rolls the pods of a Deployment, `NAMESPACE/NAME`, once for each instant: asked for again with the same one it does
   * nothing. `sink_refused` for a Deployment that does not exist or is paused.
   */
  restart(deployment: string, at: Instant, call: Call): Promise<Result<void>>;
  /** How far that has come. */
  status(deployment: string, call: Call): Promise<Result<Rollout>>;
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
/** Forced: the client that restarted it before owns the annotation. */
const APPLY = {
  contentType: 'application/apply-patch+yaml',
  query: 'fieldManager=keywright&force=true',
} as const;

export function openRefresher(connection: NamedConnection, world: DriverWorld): Refresher {
  const api = openApi(connection, world);

  async function find(deployment: string, call: Call): Promise<Result<Readonly<Record<string, Json>>>> {
    const found = await api.ask(ofDeployment('get', deployment), call);
    if (!found.ok) return found;
    return found.value ? ok(found.value) : fail(missing(deployment));
  }

  return {
    restart: async (deployment, at, call) => {
      const found = await find(deployment, call);
      if (!found.ok) return found;
      const { metadata, spec } = found.value;
      const { template, paused } = recordOf(spec);
      const stamp = stampOf(at);
      const annotations = recordOf(recordOf(recordOf(template)['metadata'])['annotations']);
      if (annotations[RESTARTED_AT] === stamp) return ok(undefined);
      if (paused === true)
        return fail(
          fault(
            'sink_refused',
            `${phrase(deployment)} is paused. Resume it with kubectl rollout resume, then apply again.`,
          ),
        );
      const uid = textOf(recordOf(metadata)['uid']);
      const body = restartOf(deployment, { stamp, uid });
      const done = await api.ask({ ...ofDeployment('patch', deployment), body, ...APPLY }, call);
      if (!done.ok) return done;
      return done.value ? ok(undefined) : fail(missing(deployment));
    },
    status: async (deployment, call) => {
      const found = await find(deployment, call);
      return found.ok ? ok(rolloutOf(found.value)) : found;
    },
  };
}

function ofDeployment(verb: KubeRequest['verb'], deployment: string): KubeRequest {
  const [namespace = '', name = ''] = deployment.split('/');
  return { verb, resource: 'deployments.apps', namespace, name };
}

/** In whole seconds, as kubectl writes it. */
const stampOf = (at: Instant): string =>
  new Date(Math.floor(at / SECOND_MS) * SECOND_MS).toISOString().replace('.000Z', 'Z');

/** The uid: a Deployment that was replaced meanwhile is not changed, and none is created. */
function restartOf(
  deployment: string,
  { stamp, uid }: { readonly stamp: string; readonly uid: string | undefined },
): object {
  const [namespace = '', name = ''] = deployment.split('/');
  return {
    ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { namespace, name, ...(uid && { uid }) } },
    spec: { template: { metadata: { annotations: { [RESTARTED_AT]: stamp } } } },
  };
}

const phrase = (deployment: string): string => `the Deployment ${deployment}`;

const missing = (deployment: string) =>
  fault(
    'sink_refused',
    `${phrase(deployment)} does not exist. Create it, or correct the refresh of the delivery.`,
  );

/** How far a Deployment has come with its newest template: what `kubectl rollout status` decides, by the same fields. */
import { type Json, listOf, numberOf, recordOf } from './json.js';

export type Rollout = 'progressing' | 'healthy' | 'failed';

/**
 * `healthy`: every replica runs the newest template and is available. `failed`: the cluster gave up on it (its
 * progressDeadlineSeconds passed). Until the controller has seen the newest template it is `progressing`, whatever else
 * the status says: that is about the template before.
 */
export function rolloutOf(deployment: Readonly<Record<string, Json>>): Rollout {
  const spec = recordOf(deployment['spec']);
  const status = recordOf(deployment['status']);
  const generation = numberOf(recordOf(deployment['metadata'])['generation']) ?? 0;
  const count = (name: string): number => numberOf(status[name]) ?? 0;
  if (count('observedGeneration') < generation) return 'progressing';
  if (hasGivenUp(status)) return 'failed';
  const wanted = numberOf(spec['replicas']) ?? 1;
  const updated = count('updatedReplicas');
  const isDone = updated >= wanted && count('replicas') <= updated && count('availableReplicas') >= updated;
  return isDone ? 'healthy' : 'progressing';
}

const hasGivenUp = (status: Readonly<Record<string, Json>>): boolean =>
  listOf(status['conditions'])
    .map(recordOf)
    .some(
      ({ type, status: is, reason }) =>
        type === 'Progressing' && is === 'False' && reason === 'ProgressDeadlineExceeded',
    );

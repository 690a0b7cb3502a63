/** promote: the confirmed version becomes the current one, and its secret is forgotten here. */
import { fault } from '../../domain/errors.js';
import { refText } from '../../domain/objects.js';
import { fail } from '../../domain/result.js';
import type { Doer } from '../step-world.js';

export const promote: Doer<'promote'> = async ({ object, detail }, { mutate, rollouts }) => {
  const { generation, sinks } = detail;
  const confirmed = rollouts.get(object, generation)?.confirmed;
  const deliveries = sinks.flatMap((sink) => confirmed?.get(sink) ?? []);
  if (deliveries.length < sinks.length)
    return fail(
      fault('not_confirmed', `not every sink is seen to hold the new version of ${refText(object)}`),
    );
  const outcome = await mutate({ kind: 'promote', object, generation, deliveries });
  if (outcome.ok) rollouts.end(object, generation);
  return outcome;
};

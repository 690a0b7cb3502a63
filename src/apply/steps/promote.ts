/**
 * promote: the confirmed version becomes the current one, and its secret is forgotten here. The store refuses
 * when a declared sink is not among the confirmed ones.
 */
import type { Doer } from '../step-world.js';

export const promote: Doer<'promote'> = async ({ object, detail }, { mutate, rollouts }) => {
  const { generation, sinks } = detail;
  const confirmed = rollouts.get(object, generation)?.confirmed;
  const deliveries = sinks.flatMap((sink) => confirmed?.get(sink) ?? []);
  const outcome = await mutate({ kind: 'promote', object, generation, deliveries });
  if (outcome.ok) rollouts.end(object, generation);
  return outcome;
};

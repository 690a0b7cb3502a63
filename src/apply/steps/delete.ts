/** delete: the object becomes a tombstone; a key's versions end after the overlap, whoever is left to see to it. */
import type { Doer } from '../step-world.js';

export const remove: Doer<'delete'> = ({ object, detail }, { mutate }) =>
  mutate({ kind: 'delete', object, overlapMs: detail.overlapMs, revision: detail.revision });

/** delete: the object becomes a tombstone; a key's versions end after the overlap, whichever controllers remain. */
import type { Doer } from '../step-world.js';

export const remove: Doer<'delete'> = ({ object, detail }, { mutate }) =>
  mutate({ kind: 'delete', object, overlapMs: detail.overlapMs, revision: detail.revision });

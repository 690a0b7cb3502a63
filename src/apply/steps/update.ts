/** update: the live declaration, and the name where it is renamed, become the declared ones, unless the object moved since the plan. */
import type { Doer } from '../step-world.js';

export const update: Doer<'update'> = ({ detail }, { mutate, ownership }) => {
  const { declaration, revision, former } = detail;
  return mutate({ kind: 'update', declaration, ownership, revision, ...(former && { former }) });
};

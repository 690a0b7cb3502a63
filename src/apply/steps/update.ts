/** update: the live declaration becomes the declared one, unless the object moved since the plan. */
import type { Doer } from '../step-world.js';

export const update: Doer<'update'> = ({ detail }, { mutate, ownership }) =>
  mutate({ kind: 'update', declaration: detail.declaration, ownership, revision: detail.revision });

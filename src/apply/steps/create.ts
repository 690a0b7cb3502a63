/** create: the declaration becomes a live object of this project. */
import type { Doer } from '../step-world.js';

export const create: Doer<'create'> = ({ detail }, { mutate, ownership }) =>
  mutate({
    kind: 'create',
    declaration: detail.declaration,
    ownership,
    ...(detail.implied?.length === 0 && { automaticKeys: 'none' }),
  });

/** revoke: the named versions end for good. */
import type { Doer } from '../step-world.js';

export const revoke: Doer<'revoke'> = ({ object, detail }, { mutate }) =>
  mutate({ kind: 'revoke', object, generations: detail.generations });

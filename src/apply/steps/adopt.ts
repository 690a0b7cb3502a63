/** adopt: this project takes charge of an object without touching it. */
import type { Doer } from '../step-world.js';

export const adopt: Doer<'adopt'> = ({ object, detail }, { mutate, ownership }) =>
  mutate({ kind: 'adopt', object, ownership, revision: detail.revision });

/** adopt: this project takes charge of an object without touching it, once there is a document of it. */
import { ok } from '../../domain/result.js';
import type { Doer } from '../step-world.js';

export const adopt: Doer<'adopt'> = async ({ object, detail }, { mutate, ownership, keepDocument }) => {
  const { revision, document } = detail;
  // First: an object of this project without a document would be taken for one whose document was removed.
  const kept = document === undefined ? ok(undefined) : await keepDocument(document);
  return kept.ok ? mutate({ kind: 'adopt', object, ownership, revision }) : kept;
};

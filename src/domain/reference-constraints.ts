/**
 * What a reference asks of the object that it names, beyond being there: a role must be one for the scope it is
 * given in, a space must be in the guest's environment and have the workbooks that a grant names. Each kind says.
 */
import { type ConstraintViolation, kindOf, type Reference } from './kinds/index.js';
import type { Declaration } from './objects.js';

export type { ConstraintViolation } from './kinds/index.js';

/** In the order of the document; none when the reference fits what it names. */
export const constraintViolations = (
  reference: Reference,
  { kind, metadata, spec }: Declaration,
): readonly ConstraintViolation[] =>
  kindOf(kind).constraintViolations?.(reference, { name: metadata.name, spec }) ?? [];

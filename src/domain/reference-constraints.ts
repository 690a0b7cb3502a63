/**
 * What a reference asks of the object that it names, beyond being there: a role must be one for the place it is
 * given in, a space must be in the guest's environment and have the workbooks that a grant names.
 */
import type { Reference } from './kinds/index.js';
import type { Declaration } from './objects.js';

export interface ConstraintViolation {
  /** Of a name that means nothing, or of one that means something else than is needed here. */
  readonly kind: 'unknown' | 'contradiction';
  /** Where it stands in the document: `spec.grants.0.workbooks.1`. */
  readonly path: string;
  readonly message: string;
  /** Of an unknown name: it, and those that there are. */
  readonly name?: string;
  readonly known?: readonly string[];
}

/** In the order of the document; none when the reference fits what it names. */
export function constraintViolations(
  reference: Reference,
  target: Declaration,
): readonly ConstraintViolation[] {
  switch (target.kind) {
    case 'Role':
      return roleViolations(reference, target);
    case 'Space':
      return spaceViolations(reference, target);
    default:
      return [];
  }
}

function roleViolations(
  { scope, path }: Reference,
  { metadata, spec }: Extract<Declaration, { kind: 'Role' }>,
): readonly ConstraintViolation[] {
  if (scope === undefined || scope === spec.scope) return [];
  const places = { tenant: 'the tenant', team: 'teams' };
  const message = `role ${metadata.name} is for ${places[spec.scope]}, but a role for ${places[scope]} is required`;
  return [{ kind: 'contradiction', path, message }];
}

function spaceViolations(
  { environment, workbooks, path }: Reference,
  { metadata, spec }: Extract<Declaration, { kind: 'Space' }>,
): readonly ConstraintViolation[] {
  if (environment !== undefined && environment !== spec.environment) {
    const message = `space ${metadata.name} is in ${spec.environment}, not in ${environment}`;
    return [{ kind: 'contradiction', path, message }];
  }
  const known = spec.workbooks ?? [];
  return (workbooks?.names ?? []).flatMap((name, index) => {
    if (known.includes(name)) return [];
    const message = `space ${metadata.name} has no workbook ${name}`;
    return [{ kind: 'unknown' as const, path: `${workbooks?.path}.${index}`, message, name, known }];
  });
}

/**
 * What an approved plan covers, in texts that the reconciler makes of its steps and the store of an effect: an effect in a
 * protected environment is done if its text is among those that were approved with the plan's digest. Pure.
 */
import { digestOf } from './canonical.js';
import type { DesiredProject } from './desired.js';
import type { ProjectSpec } from './kinds/index.js';
import { type Declaration, declarationDigest, type ObjectRef, refOf, refText } from './objects.js';

/** What the store keeps of a project, and enforces for every caller. */
export interface ProjectSettings {
  readonly project: string;
  readonly guard: NonNullable<ProjectSpec['guard']>;
  /** Permissions that the project's applications know: `permissions.custom`. */
  readonly permissions: readonly string[];
}

/** An effect, as far as an approval is of it. */
export interface Covered {
  readonly kind: string;
  readonly object?: ObjectRef;
  readonly declaration?: Declaration;
  readonly revision?: number;
}

/** The same for the same effect on the same object as it was seen; another for any other. */
export function coverOf({ kind, object, declaration, revision }: Covered): string {
  const ref = declaration === undefined ? object : refOf(declaration);
  const named = ref === undefined ? '' : refText(ref);
  const digest = declaration === undefined ? '' : declarationDigest(declaration);
  return digestOf([kind, named, digest, revision ?? null]);
}

/** The settings of a project from its document. */
export const settingsOf = ({ name, spec: { guard, permissions } }: DesiredProject): ProjectSettings => ({
  project: name,
  guard,
  permissions: permissions.custom ?? [],
});

export const coverOfSettings = (settings: ProjectSettings): string => digestOf(['project', settings]);

/** Is what the guard keeps from happening less with `next` than with `before`? */
export function isWeaker(next: ProjectSettings, before: ProjectSettings): boolean {
  const [a, b] = [limitsOf(before), limitsOf(next)];
  return (
    !a.requireApproval.every((one) => b.requireApproval.includes(one)) ||
    b.maxRemovals > a.maxRemovals ||
    b.maxRemovalsMin > a.maxRemovalsMin ||
    b.minAdministrators < a.minAdministrators
  );
}

/** With the defaults filled in. */
export const limitsOf = ({ guard }: Pick<ProjectSettings, 'guard'>) => ({
  requireApproval: guard.requireApproval ?? [],
  maxRemovals: Number.parseInt(guard.maxRemovals ?? '25%', 10) / 100,
  maxRemovalsMin: guard.maxRemovalsMin ?? 5,
  minAdministrators: guard.minAdministrators ?? 1,
});

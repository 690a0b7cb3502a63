/** What a person's declaration makes of them: what guards on owners and administrators go by. */
import type { UserSpec } from './kinds/index.js';
import { isAdministratorRole, isOwnerRole } from './roles.js';

export const isActive = ({ status }: UserSpec): boolean => status !== 'deactivated';

export const isActiveOwner = (spec: UserSpec): boolean =>
  isActive(spec) && (spec.roles ?? []).some(isOwnerRole);

/** Owners count: they can do all that administrators can. */
export const isActiveAdministrator = (spec: UserSpec): boolean =>
  isActive(spec) && (spec.roles ?? []).some(isAdministratorRole);

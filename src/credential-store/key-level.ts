/** Whose a key is, as far as it decides who may touch it. */
import type { KeyLevel } from '../domain/access.js';
import type { ApiKeySpec } from '../domain/kinds/index.js';

/** `ownerId`: of a personal key, the person. */
export function levelOf({ service, team, user }: ApiKeySpec['owner'], ownerId: string | null): KeyLevel {
  if (service !== undefined) return { level: 'service' };
  if (team !== undefined) return { level: 'team', team };
  return user === undefined ? { level: 'tenant' } : { level: 'personal', personId: ownerId ?? '' };
}

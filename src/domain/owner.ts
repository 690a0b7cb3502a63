/** Whose a key is, in one text: as verification answers it, and as lists are filtered by it. */
import type { ApiKeySpec } from './kinds/index.js';

/** `service:billing`, `team:data`, `user:ada`, `tenant`. */
export function ownerText({ service, team, user }: ApiKeySpec['owner']): string {
  if (service !== undefined) return `service:${service}`;
  if (team !== undefined) return `team:${team}`;
  return user === undefined ? 'tenant' : `user:${user}`;
}

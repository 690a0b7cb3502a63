/** What the projects of a store applied last, as the store alone knows it: without their documents. */
import type { Ownership } from '../domain/live.js';
import type { Declaration } from '../domain/objects.js';
import type { Result } from '../domain/result.js';

export interface Applied {
  /** Who has applied anything that was not taken away since; by project and manager. */
  owners(): Promise<Result<readonly Ownership[]>>;
  /** Sorted by `compareRefs`, each name once; none for who owns nothing. `store_tampered` if a row was changed. */
  by(owner: Ownership): Promise<Result<readonly Declaration[]>>;
}

/**
 * Secrets that customers' code reads when it runs: a value for a name, in an environment or one of its spaces. They
 * are no Keywright credentials: the store keeps them sealed, and gives their values to callers that have `secrets:read` there.
 * The audit log names them and never holds a value.
 */
import type { ObjectRef } from '../domain/objects.js';
import type { Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import type { By } from './identity.js';

/** Where a secret is and for whom; name and scope say which one it is. */
export interface SecretPlace {
  /** By name. */
  readonly environment: string;
  /** Undefined: the whole environment. */
  readonly space?: ObjectRef | undefined;
  /** `us_usr_…`, `us_g_…`, `us_ag_…`, `us_key_…`, not looked up. Undefined: every consumer. */
  readonly actorId?: string | undefined;
}

export interface KeptSecret {
  /** `us_sec_…`. */
  readonly id: string;
  readonly name: string;
  readonly value: Secret;
  readonly environmentId: string;
  readonly spaceId: string | undefined;
  readonly actorId: string | undefined;
}

export interface Secrets {
  /**
   * What code that runs there would read, by name: one of the space comes before one of the environment, one of the
   * actor before one of every actor. Those that the caller may not read are left out. `not_found`.
   */
  list(place: SecretPlace, by: By): Promise<Result<readonly KeptSecret[]>>;
  /** Makes it, or gives it another value; gives its id. `not_found`, `forbidden`; `conflict` when there are too many. */
  put(
    secret: { readonly place: SecretPlace; readonly name: string; readonly value: Secret },
    by: By,
  ): Promise<Result<string>>;
  /** Removes it for good; returns where it was. `not_found` also for a caller who may neither read nor change it. */
  remove(id: string, by: By): Promise<Result<SecretPlace>>;
}

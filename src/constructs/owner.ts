/** Owners of keys that are no construct of their own: the tenant, and a team with another role than viewer. */
import type { IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { refer } from './declared-object.js';
import type { IKeyOwner, IService, ITeam, IUser } from './interfaces.js';
import { roleAt, type TeamRole } from './roles.js';

/**
 * Names owners of keys that are not constructs themselves: the tenant, and a team with another role than viewer.
 *
 * @example
 * ```ts
 * import { ApiKey, Owner, TeamRole } from 'keywright/constructs';
 * new ApiKey(stack, 'reports', { environment: prod, owner: Owner.team(data, TeamRole.EDITOR) });
 * new ApiKey(stack, 'sync', { environment: prod, owner: Owner.tenant() });
 * ```
 */
export class Owner implements IKeyOwner {
  readonly #say: IKeyOwner['ownerOf'];

  private constructor(say: IKeyOwner['ownerOf']) {
    this.#say = say;
  }

  static service(service: IService): Owner {
    return new Owner((from) => ({ service: refer(from, service) }));
  }

  /** The key acts with that role in the team. */
  static team(team: ITeam, role?: TeamRole): Owner {
    return new Owner((from) => ({
      team: refer(from, team),
      ...(role !== undefined && { role: roleAt(from, role) }),
    }));
  }

  /** A personal key, which dies with that person. */
  static user(user: IUser): Owner {
    return new Owner((from) => ({ user: refer(from, user) }));
  }

  /** The account itself. */
  static tenant(): Owner {
    return new Owner(() => ({ tenant: true }));
  }

  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return this.#say(from);
  }
}

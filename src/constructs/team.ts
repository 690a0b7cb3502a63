/** Team: people with roles in it; an owner of keys. */
import type { Construct, IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ApiKey } from './api-key.js';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { ITeam, IUser, TeamKeyProps } from './interfaces.js';
import { TeamResource } from './level1/index.js';
import type { DeclaredProps } from './named.js';
import { Owner } from './owner.js';
import { roleAt, TeamRole } from './roles.js';
import { literal } from './text.js';

/** Are the properties of a `Team`. */
export interface TeamProps extends DeclaredProps {
  /**
   * What the team does.
   * @default - nothing is said
   */
  readonly description?: string | undefined;
  /**
   * Who belongs to it, by name or address, and with which role: `{ 'ada@example.com': TeamRole.ADMIN }`.
   * @default - none yet
   */
  readonly members?: Readonly<Record<string, TeamRole>> | undefined;
}

interface Member {
  readonly user: IUser | string;
  readonly role: TeamRole;
}

const MARK = Symbol.for('keywright.Team');

/** What can be asked of a team, declared here or not. */
class TeamBase extends Named implements ITeam {
  /** A key of this team, which stays when people leave. */
  addApiKey(id: string, { role, ...props }: TeamKeyProps): ApiKey {
    return new ApiKey(this, id, { ...props, owner: Owner.team(this, role) });
  }

  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { team: refer(from, this) };
  }
}

/**
 * Declares a team: people with roles in it, and an owner of keys.
 *
 * @example
 * ```ts
 * import { Team, TeamRole } from 'keywright/constructs';
 * const data = new Team(stack, 'data', { members: { 'ada@example.com': TeamRole.ADMIN } });
 * data.addApiKey('import', { environment: prod, role: TeamRole.EDITOR });
 * ```
 */
export class Team extends TeamBase {
  readonly resource: InstanceType<typeof TeamResource>;
  readonly #members: Map<string, Member>;

  /** Returns a team that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): ITeam {
    return new TeamBase(scope, id, name);
  }

  /** Returns whether a construct is a `Team`, also of another copy of this library. */
  static isTeam(construct: unknown): construct is Team {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: TeamProps = {}) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    const members = new Map<string, Member>();
    this.#members = members;
    for (const [user, role] of Object.entries(props.members ?? {})) this.addMember(user, role);
    const listed = () =>
      [...members.values()].map(({ user, role }) => ({
        user: typeof user === 'string' ? literal(user) : refer(this, user),
        role: roleAt(this, role),
      }));
    this.resource = new TeamResource(this, 'Default', {
      ...headOf(id, props),
      description: literal(props.description),
      // Members may be added until the app is synthesized.
      get members() {
        return members.size === 0 ? undefined : listed();
      },
    });
  }

  /** Adds a member. Throws when they are a member already: a member has one role. */
  addMember(user: IUser | string, role: TeamRole = TeamRole.VIEWER): void {
    const name = typeof user === 'string' ? user.toLowerCase() : user.name;
    if (this.#members.has(name))
      throw new Error(`${this.node.path}: ${name} is already a member of the team`);
    this.#members.set(name, { user, role });
  }
}

/** Team: people with roles in it; an owner of keys. */
import { Construct, type IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { ApiKey } from './api-key.js';
import { headOf, Imported, isMarked, mark, refer } from './declared.js';
import type { DeclaredProps, IEnvironment, ITeam, IUser, KeyProps } from './interfaces.js';
import { TeamResource } from './level1/index.js';
import { Owner } from './owner.js';
import { TeamRole } from './roles.js';
import { literal } from './text.js';

export interface TeamProps extends DeclaredProps {
  /**
   * What the team does.
   * @default - nothing is said
   */
  readonly description?: string | undefined;
  /**
   * Who belongs to it, by name or address, and with which role: `{ 'ada@example.com': TeamRole.ADMIN }`.
   * @default - nobody yet
   */
  readonly members?: Readonly<Record<string, TeamRole>> | undefined;
}

export interface TeamKeyProps extends KeyProps {
  /** The environment it works in. */
  readonly environment: IEnvironment;
  /**
   * The role in the team that it acts with.
   * @default TeamRole.VIEWER
   */
  readonly role?: TeamRole | undefined;
}

interface Member {
  readonly user: IUser | string;
  readonly role: TeamRole;
}

const MARK = Symbol.for('keywright.Team');

export class Team extends Construct implements ITeam {
  readonly name: string;
  readonly resource: InstanceType<typeof TeamResource>;
  readonly #members: Map<string, Member>;

  /** A team that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): ITeam {
    return new ImportedTeam(scope, id, name);
  }

  static isTeam(construct: unknown): construct is Team {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: TeamProps = {}) {
    super(scope, id);
    mark(this, MARK);
    this.name = props.name ?? id;
    const members = new Map<string, Member>();
    this.#members = members;
    for (const [user, role] of Object.entries(props.members ?? {})) this.addMember(user, role);
    const listed = () =>
      [...members.values()].map(({ user, role }) => ({
        user: typeof user === 'string' ? literal(user) : refer(this, user),
        role: role.nameAt(this),
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

  /** Throws when they are a member already: a member has one role. */
  addMember(user: IUser | string, role: TeamRole = TeamRole.VIEWER): void {
    const name = typeof user === 'string' ? user.toLowerCase() : user.name;
    if (this.#members.has(name))
      throw new Error(`${this.node.path}: ${name} is a member of the team already`);
    this.#members.set(name, { user, role });
  }

  /** A key of this team, which stays when people leave. */
  addApiKey(id: string, { role, ...props }: TeamKeyProps): ApiKey {
    return new ApiKey(this, id, { ...props, owner: Owner.team(this, role) });
  }

  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { team: refer(from, this) };
  }
}

class ImportedTeam extends Imported implements ITeam {
  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { team: refer(from, this) };
  }
}

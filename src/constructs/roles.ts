/** Roles by name: those that every store has, and any other by `of`. */
import type { IConstruct } from 'constructs';
import { notGiven, refer } from './declared-object.js';
import type { IRole } from './named.js';
import { literal } from './text.js';

/**
 * Names what people and keys may do in a team.
 *
 * @example
 * ```ts
 * import { Team, TeamRole } from 'keywright/constructs';
 * new Team(stack, 'data', { members: { 'ada@example.com': TeamRole.ADMIN, 'bob@example.com': TeamRole.of('importer') } });
 * ```
 */
export class TeamRole {
  static readonly ADMIN = new TeamRole('admin');
  static readonly EDITOR = new TeamRole('editor');
  static readonly VIEWER = new TeamRole('viewer');
  readonly #role: IRole | string;

  private constructor(role: IRole | string) {
    this.#role = role;
  }

  /** A role of scope team. */
  static of(role: IRole | string): TeamRole {
    return new TeamRole(role);
  }

  get name(): string {
    return typeof this.#role === 'string' ? this.#role : this.#role.name;
  }

  /** As a resource at `from` says it. */
  nameAt(from: IConstruct): string {
    return nameAt(from, this.#role);
  }
}

/**
 * Names what people may do in the tenant.
 *
 * @example
 * ```ts
 * import { TenantRole, User } from 'keywright/constructs';
 * new User(stack, 'ada', { email: 'ada@example.com', roles: [TenantRole.ADMINISTRATOR] });
 * ```
 */
export class TenantRole {
  static readonly OWNER = new TenantRole('owner');
  static readonly ADMINISTRATOR = new TenantRole('administrator');
  static readonly MEMBER = new TenantRole('member');
  readonly #role: IRole | string;

  private constructor(role: IRole | string) {
    this.#role = role;
  }

  /** A role of scope tenant. */
  static of(role: IRole | string): TenantRole {
    return new TenantRole(role);
  }

  get name(): string {
    return typeof this.#role === 'string' ? this.#role : this.#role.name;
  }

  /** As a resource at `from` says it. */
  nameAt(from: IConstruct): string {
    return nameAt(from, this.#role);
  }
}

/** A role as a resource at `from` says it. */
export function roleAt(from: IConstruct, role: Partial<Pick<TeamRole, 'nameAt'>>): string {
  if (role.nameAt === undefined)
    throw notGiven(
      from,
      role,
      'a role: TenantRole.MEMBER, TeamRole.VIEWER, or TenantRole.of() or TeamRole.of() for another',
    );
  return role.nameAt(from);
}

const nameAt = (from: IConstruct, role: IRole | string): string =>
  typeof role === 'string' ? literal(role) : refer(from, role);

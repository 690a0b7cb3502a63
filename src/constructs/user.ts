/** User: a person, and what they may do in the tenant. */
import type { Construct, IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { IUser } from './interfaces.js';
import { UserResource } from './level1/index.js';
import type { DeclaredProps, IRole } from './named.js';
import { roleAt, TenantRole } from './roles.js';
import { literal } from './text.js';

/** Are the properties of a `User`. */
export interface UserProps extends DeclaredProps {
  /** Their address, unique among people; capitals do not count. */
  readonly email: string;
  /**
   * What they are called.
   * @default - nothing is said
   */
  readonly displayName?: string | undefined;
  /**
   * `deactivated`: neither they nor their personal keys get in, until they are active again.
   * @default 'active'
   */
  readonly status?: 'active' | 'deactivated' | undefined;
  /**
   * What they may do in the tenant.
   * @default [TenantRole.MEMBER]
   */
  readonly roles?: readonly TenantRole[] | undefined;
}

const MARK = Symbol.for('keywright.User');

/** What can be asked of a person, declared here or not. */
class UserBase extends Named implements IUser {
  ownerOf(from: IConstruct): ApiKeySpec['owner'] {
    return { user: refer(from, this) };
  }
}

/**
 * Declares a person, and what they may do in the tenant.
 *
 * @example
 * ```ts
 * import { Owner, TenantRole, User } from 'keywright/constructs';
 * const ada = new User(stack, 'ada', { email: 'ada@example.com', displayName: 'Ada' });
 * ada.grantRole(TenantRole.ADMINISTRATOR);
 * ```
 */
export class User extends UserBase {
  readonly email: string;
  readonly resource: InstanceType<typeof UserResource>;
  readonly #roles: Map<string, TenantRole>;

  /** Returns a person who is live or declared elsewhere, by name or address. */
  static fromName(scope: Construct, id: string, nameOrEmail: string): IUser {
    return new UserBase(scope, id, nameOrEmail);
  }

  /** Returns whether a construct is a `User`, also of another copy of this library. */
  static isUser(construct: unknown): construct is User {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: UserProps) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.email = props.email;
    const roles = new Map((props.roles ?? []).map((role) => [role.name, role]));
    this.#roles = roles;
    const names = (): readonly string[] => [...roles.values()].map((role) => roleAt(this, role));
    this.resource = new UserResource(this, 'Default', {
      ...headOf(id, props),
      email: literal(props.email),
      displayName: literal(props.displayName),
      status: props.status,
      // Roles may be granted until the app is synthesized.
      get roles() {
        return props.roles === undefined && roles.size === 0 ? undefined : names();
      },
    });
  }

  /** Grants a role of scope tenant. Granted again, it is one grant. */
  grantRole(role: TenantRole | IRole): void {
    this.#roles.set(role.name, 'nameAt' in role ? role : TenantRole.of(role));
  }
}

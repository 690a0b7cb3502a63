/** User: a person, and what they may do in the tenant. */
import type { Construct, IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { IUser } from './interfaces.js';
import { UserResource } from './level1/index.js';
import type { DeclaredProps, IRole } from './named.js';
import { roleAt, TenantRole } from './roles.js';
import { literal } from './text.js';

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

export class User extends UserBase {
  readonly email: string;
  readonly resource: InstanceType<typeof UserResource>;
  readonly #roles: Map<string, TenantRole>;

  /** A person who is live or declared elsewhere, by their name or their address. */
  static fromName(scope: Construct, id: string, nameOrEmail: string): IUser {
    return new UserBase(scope, id, nameOrEmail);
  }

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

  /** Gives a role of scope tenant. Said again, it is one grant. */
  grantRole(role: TenantRole | IRole): void {
    this.#roles.set(role.name, 'nameAt' in role ? role : TenantRole.of(role));
  }
}

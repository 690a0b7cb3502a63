/** Role: a named set of permissions, for people in the tenant or in a team. */
import type { Construct } from 'constructs';
import { headOf, isMarked, mark, Named } from './declared-object.js';
import { RoleResource } from './level1/index.js';
import type { DeclaredProps, IRole } from './named.js';
import { literal } from './text.js';

/** Are the properties of a `Role`. */
export interface RoleProps extends DeclaredProps {
  /** Where it is given: to people in the tenant, or to members of a team and to its keys. */
  readonly scope: 'tenant' | 'team';
  /** What those who have it may do. */
  readonly permissions: readonly string[];
}

const MARK = Symbol.for('keywright.Role');

/**
 * Declares a named set of permissions, for people in the tenant or in a team.
 *
 * @example
 * ```ts
 * import { Role } from 'keywright/constructs';
 * const logReader = new Role(stack, 'log-reader', { scope: 'tenant', permissions: ['audit:read'] });
 * ```
 */
export class Role extends Named implements IRole {
  readonly resource: InstanceType<typeof RoleResource>;

  /** Returns a role that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IRole {
    return new Named(scope, id, name);
  }

  /** Returns whether a construct is a `Role`, also of another copy of this library. */
  static isRole(construct: unknown): construct is Role {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.resource = new RoleResource(this, 'Default', {
      ...headOf(id, props),
      scope: props.scope,
      permissions: literal(props.permissions),
    });
  }
}

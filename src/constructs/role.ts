/** Role: a named set of permissions, for people in the tenant or in a team. */
import { Construct } from 'constructs';
import { headOf, Imported, isMarked, mark } from './declared.js';
import type { DeclaredProps, IRole } from './interfaces.js';
import { RoleResource } from './level1/index.js';
import { literal } from './text.js';

export interface RoleProps extends DeclaredProps {
  /** Where it is given: to people in the tenant, or to members of a team and to its keys. */
  readonly scope: 'tenant' | 'team';
  /** What those who have it may do. */
  readonly permissions: readonly string[];
}

const MARK = Symbol.for('keywright.Role');

export class Role extends Construct implements IRole {
  readonly name: string;
  readonly resource: InstanceType<typeof RoleResource>;

  /** A role that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IRole {
    return new Imported(scope, id, name);
  }

  static isRole(construct: unknown): construct is Role {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: RoleProps) {
    super(scope, id);
    mark(this, MARK);
    this.name = props.name ?? id;
    this.resource = new RoleResource(this, 'Default', {
      ...headOf(id, props),
      scope: props.scope,
      permissions: literal(props.permissions),
    });
  }
}

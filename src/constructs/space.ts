/** Space: part of an environment, with workbooks, that guests can be granted. */
import type { Construct } from 'constructs';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { AddedSpaceProps, IEnvironment, IGuest, ISpace } from './interfaces.js';
import { SpaceResource } from './level1/index.js';
import { literal } from './text.js';

/** Are the properties of a `Space`. */
export interface SpaceProps extends AddedSpaceProps {
  /** The environment it is in. */
  readonly environment: IEnvironment;
}

const MARK = Symbol.for('keywright.Space');

/** A space by its name, and the environment that it is in. */
interface Place {
  readonly name: string;
  readonly environment: IEnvironment;
}

/** What can be asked of a space, declared here or not. */
class SpaceBase extends Named implements ISpace {
  readonly environment: IEnvironment;

  constructor(scope: Construct, id: string, { name, environment }: Place) {
    super(scope, id, name);
    this.environment = environment;
  }

  /** Grants a guest this space, or some of its workbooks. */
  grantAccess(guest: IGuest, workbooks?: readonly string[]): void {
    guest.grantSpace(this, workbooks);
  }
}

/**
 * Declares a space of an environment, with workbooks, that guests can be granted.
 *
 * @example
 * ```ts
 * import { Space } from 'keywright/constructs';
 * const onboarding = new Space(stack, 'onboarding', { environment: prod, workbooks: ['contacts', 'orders'] });
 * onboarding.grantAccess(prod.inviteGuest('auditor@example.com'), ['contacts']);
 * ```
 */
export class Space extends SpaceBase {
  readonly resource: InstanceType<typeof SpaceResource>;

  /**
   * Returns a space of that environment that is live or declared elsewhere, by its name or its id (`us_sp_…`).
   */
  static fromName(scope: Construct, id: string, place: Place): ISpace {
    return new SpaceBase(scope, id, place);
  }

  /** Returns whether a construct is a `Space`, also of another copy of this library. */
  static isSpace(construct: unknown): construct is Space {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: SpaceProps) {
    super(scope, id, { name: props.name ?? id, environment: props.environment });
    mark(this, MARK);
    this.resource = new SpaceResource(this, 'Default', {
      ...headOf(id, props),
      environment: refer(this, props.environment),
      description: literal(props.description),
      workbooks: literal(props.workbooks),
    });
  }
}

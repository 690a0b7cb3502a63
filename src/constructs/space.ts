/** Space: a room in an environment, with workbooks, that guests can be let into. */
import { Construct } from 'constructs';
import { headOf, Imported, isMarked, mark, refer } from './declared.js';
import type { DeclaredProps, IEnvironment, IGuest, ISpace } from './interfaces.js';
import { SpaceResource } from './level1/index.js';
import { literal } from './text.js';

/** A space whose environment is known from where it is added. */
export interface AddedSpaceProps extends DeclaredProps {
  /**
   * What it is for.
   * @default - nothing is said
   */
  readonly description?: string | undefined;
  /**
   * The workbooks that live in it.
   * @default - none
   */
  readonly workbooks?: readonly string[] | undefined;
}

export interface SpaceProps extends AddedSpaceProps {
  /** The environment it is in. */
  readonly environment: IEnvironment;
}

const MARK = Symbol.for('keywright.Space');

export class Space extends Construct implements ISpace {
  readonly name: string;
  readonly environment: IEnvironment;
  readonly resource: InstanceType<typeof SpaceResource>;

  /** A space of that environment that is live or declared elsewhere, by its name or its id (`us_sp_…`). */
  static fromName(
    scope: Construct,
    id: string,
    { name, environment }: { readonly name: string; readonly environment: IEnvironment },
  ): ISpace {
    return Object.assign(new Imported(scope, id, name), { environment });
  }

  static isSpace(construct: unknown): construct is Space {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: SpaceProps) {
    super(scope, id);
    mark(this, MARK);
    this.name = props.name ?? id;
    this.environment = props.environment;
    this.resource = new SpaceResource(this, 'Default', {
      ...headOf(id, props),
      environment: refer(this, props.environment),
      description: literal(props.description),
      workbooks: literal(props.workbooks),
    });
  }

  /** Lets a guest into this space, or into some of its workbooks. */
  grantAccess(guest: IGuest, workbooks?: readonly string[]): void {
    guest.grantSpace(this, workbooks);
  }
}

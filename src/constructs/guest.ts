/** Guest: somebody from outside who is let into spaces of one environment, for a while. */
import type { Construct } from 'constructs';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { IEnvironment, IGuest, InvitedGuestProps, ISpace } from './interfaces.js';
import { GuestResource } from './level1/index.js';
import { literal } from './text.js';

export interface GuestProps extends InvitedGuestProps {
  /** The environment they come into. */
  readonly environment: IEnvironment;
  /** Their address, unique in the environment; capitals do not count. */
  readonly email: string;
}

interface Grant {
  readonly space: ISpace;
  /** Undefined: the whole space. */
  readonly workbooks: readonly string[] | undefined;
}

const MARK = Symbol.for('keywright.Guest');

export class Guest extends Named implements IGuest {
  readonly email: string;
  readonly environment: IEnvironment;
  readonly resource: InstanceType<typeof GuestResource>;
  readonly #grants: Map<string, Grant>;

  static isGuest(construct: unknown): construct is Guest {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: GuestProps) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.email = props.email;
    this.environment = props.environment;
    const grants = new Map<string, Grant>();
    this.#grants = grants;
    for (const space of props.spaces ?? []) this.grantSpace(space);
    const listed = () =>
      [...grants.values()].map(({ space, workbooks }) => ({
        space: refer(this, space),
        workbooks: literal(workbooks),
      }));
    this.resource = new GuestResource(this, 'Default', {
      ...headOf(id, props),
      environment: refer(this, props.environment),
      email: literal(props.email),
      displayName: literal(props.displayName),
      expiresAfter: props.expiresAfter?.toString(),
      // Spaces may be granted until the app is synthesized.
      get grants() {
        return grants.size === 0 ? undefined : listed();
      },
    });
  }

  /** Throws for a space of another environment, which no guest of this one can come into. */
  grantSpace(space: ISpace, workbooks?: readonly string[]): void {
    if (space.environment.name !== this.environment.name)
      throw new Error(
        `${this.node.path}: the space ${space.name} is in ${space.environment.name}, and the guest comes into ${this.environment.name}`,
      );
    const known = this.#grants.get(space.name);
    const isWhole = workbooks === undefined || (known !== undefined && known.workbooks === undefined);
    const both = isWhole ? undefined : [...new Set([...(known?.workbooks ?? []), ...(workbooks ?? [])])];
    this.#grants.set(space.name, { space, workbooks: both });
  }
}

/** Guest: an outsider who is granted spaces of one environment, for a while. */
import type { Construct } from 'constructs';
import { headOf, isMarked, mark, Named, refer } from './declared-object.js';
import type { IEnvironment, IGuest, InvitedGuestProps, ISpace } from './interfaces.js';
import { GuestResource } from './level1/index.js';
import { literal } from './text.js';

/** Are the properties of a `Guest`. */
export interface GuestProps extends InvitedGuestProps {
  /** The environment they sign in to. */
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

/**
 * Declares a guest: an outsider who is granted spaces of one environment, for a while.
 *
 * @example
 * ```ts
 * import { Duration, Guest } from 'keywright/constructs';
 * const auditor = new Guest(stack, 'auditor', {
 *   environment: prod,
 *   email: 'auditor@example.com',
 *   expiresAfter: Duration.days(14),
 * });
 * auditor.grantSpace(onboarding, ['contacts']);
 * ```
 */
export class Guest extends Named implements IGuest {
  readonly email: string;
  readonly environment: IEnvironment;
  readonly resource: InstanceType<typeof GuestResource>;
  readonly #grants: Map<string, Grant>;

  /** Returns whether a construct is a `Guest`, also of another copy of this library. */
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

  /** Opens a space, or some of its workbooks. Throws for a space of another environment. */
  grantSpace(space: ISpace, workbooks?: readonly string[]): void {
    if (space.environment.name !== this.environment.name)
      throw new Error(
        `${this.node.path}: the space ${space.name} is in ${space.environment.name}, but the guest belongs to ${this.environment.name}`,
      );
    const known = this.#grants.get(space.name);
    const isWhole = workbooks === undefined || (known !== undefined && known.workbooks === undefined);
    const both = isWhole ? undefined : [...new Set([...(known?.workbooks ?? []), ...(workbooks ?? [])])];
    this.#grants.set(space.name, { space, workbooks: both });
  }
}

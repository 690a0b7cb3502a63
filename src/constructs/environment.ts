/** Environment: an isolated world of keys, spaces and guests, and where most constructs are added. */
import type { Construct } from 'constructs';
import { sha256 } from '../domain/canonical.js';
import { headOf, isMarked, mark, Named } from './declared-object.js';
import { Guest } from './guest.js';
import type { AddedServiceProps, AddedSpaceProps, IEnvironment, InvitedGuestProps } from './interfaces.js';
import { EnvironmentResource } from './level1/index.js';
import type { DeclaredProps } from './named.js';
import { Service } from './service.js';
import { Space } from './space.js';

/** Are the properties of an `Environment`. */
export interface EnvironmentProps extends DeclaredProps {
  /**
   * Production: keys are `live`, use counts towards paid credits. Changing it makes another environment.
   * @default false
   */
  readonly production?: boolean | undefined;
  /**
   * How guests sign in.
   * @default ['magic_link']
   */
  readonly guestAuthentication?: readonly ('magic_link' | 'shared_link')[] | undefined;
  /**
   * Guests may invite guests.
   * @default true
   */
  readonly guestInvites?: boolean | undefined;
}

const MARK = Symbol.for('keywright.Environment');

/** What can be added to an environment, declared here or not. */
class EnvironmentBase extends Named implements IEnvironment {
  /**
   * Adds a service whose keys work here unless they name another environment. Services are the tenant's: the name is unique across environments.
   */
  addService(id: string, props: AddedServiceProps = {}): Service {
    return new Service(this, id, { ...props, environment: this });
  }

  addSpace(id: string, props: AddedSpaceProps = {}): Space {
    return new Space(this, id, { ...props, environment: this });
  }

  /**
   * Invites a guest by address. Invited again, they are one guest with the spaces of both; the other properties must be the same.
   */
  inviteGuest(email: string, props: InvitedGuestProps = {}): Guest {
    const id = props.name ?? guestName(email);
    const known = this.node.tryFindChild(id);
    if (!Guest.isGuest(known)) return new Guest(this, id, { ...props, environment: this, email });
    const { spaces = [], ...others } = props;
    if (Object.values(others).some((value) => value !== undefined))
      throw new Error(`${known.node.path}: was already invited; inviting again can only add spaces`);
    for (const space of spaces) known.grantSpace(space);
    return known;
  }
}

/**
 * Declares an environment: an isolated set of keys, spaces and guests, to which most constructs are added.
 *
 * @example
 * ```ts
 * import { Duration, Environment } from 'keywright/constructs';
 * const prod = new Environment(stack, 'prod', { name: 'production', production: true });
 * prod.addService('billing').addApiKey('billing-prod', { expiresAfter: Duration.days(180) });
 * prod.inviteGuest('auditor@example.com', { expiresAfter: Duration.days(14) });
 * ```
 */
export class Environment extends EnvironmentBase {
  readonly resource: InstanceType<typeof EnvironmentResource>;

  /** Returns an environment that is live or declared elsewhere. */
  static fromName(scope: Construct, id: string, name: string): IEnvironment {
    return new EnvironmentBase(scope, id, name);
  }

  /** Returns whether a construct is an `Environment`, also of another copy of this library. */
  static isEnvironment(construct: unknown): construct is Environment {
    return isMarked(construct, MARK);
  }

  constructor(scope: Construct, id: string, props: EnvironmentProps = {}) {
    super(scope, id, props.name ?? id);
    mark(this, MARK);
    this.resource = new EnvironmentResource(this, 'Default', {
      ...headOf(id, props),
      isProd: props.production,
      guestAuthentication: props.guestAuthentication,
      guestInvites: props.guestInvites,
    });
  }
}

/** `auditor@example.com` → `auditor-example-com`; addresses that would collide get a few digits. */
function guestName(email: string): string {
  const address = email.toLowerCase();
  const name = address.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const isWhole = /^[a-z0-9]+(?:\.[a-z0-9]+)*@[a-z0-9]+(?:\.[a-z0-9]+)*$/.test(address) && name.length <= 63;
  return isWhole ? name : `${name.slice(0, 54)}-${sha256(address).slice(0, 8)}`;
}

/**
 * What constructs can be asked for, whether the app declares them or refers to live ones by name (`fromName`), and the
 * properties of what is added to them.
 */
import type { DataConfig, DataResource } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import type { Duration } from './duration.js';
import type { KeyProps } from './key-props.js';
import type { DeclaredProps, INamed } from './named.js';
import type { TeamRole } from './roles.js';

/** Is anything that can own keys: a service, a team, a person, or what `Owner` returns. */
export interface IKeyOwner {
  /** Returns the owner as documents write it, for a key that is declared at `from`. */
  ownerOf(from: IConstruct): ApiKeySpec['owner'];
}

/** Is an environment, declared in this app or taken by its name. */
export interface IEnvironment extends INamed {
  /**
   * Adds a service whose keys work here unless they name another environment. Services are the tenant's: the name is unique across environments.
   */
  addService(id: string, props?: AddedServiceProps): IService;
  /** Adds a space to this environment. */
  addSpace(id: string, props?: AddedSpaceProps): ISpace;
  /**
   * Invites a guest by address. Invited again, they are one guest with the spaces of both; the other properties must be the same.
   */
  inviteGuest(email: string, props?: InvitedGuestProps): IGuest;
}

/** Is a service, declared in this app or taken by its name. */
export interface IService extends INamed, IKeyOwner {
  /** A key of this service. Throws unless it or the service says in which environment. */
  addApiKey(id: string, props?: ServiceKeyProps): IApiKey;
}

/** Is a team, declared in this app or taken by its name. */
export interface ITeam extends INamed, IKeyOwner {
  /** A key of this team, which stays when people leave. */
  addApiKey(id: string, props: TeamKeyProps): IApiKey;
}

/** Is a person, declared in this app or taken by name or address. */
export interface IUser extends INamed, IKeyOwner {}

/** Is a key, declared in this app or taken by its name. */
export interface IApiKey extends INamed {
  /** Changes whenever a new version is current: for the `triggers` of a resource that rolls a consumer out. */
  readonly triggers: { readonly key_id: string; readonly generation: string };
  /** A `terraform_data`, built into Terraform, that is replaced whenever a new version is current. */
  onRotate(id: string, config?: Omit<DataConfig, 'triggersReplace'>): DataResource;
}

/** Is a connection, declared in this app or taken by its name. */
export interface IConnection extends INamed {}

/** Is a space, declared in this app or taken by name or id. */
export interface ISpace extends INamed {
  readonly environment: IEnvironment;
  /** Lets a guest into this space, or into some of its workbooks. */
  grantAccess(guest: IGuest, workbooks?: readonly string[]): void;
}

/** Is a guest who can be granted spaces. */
export interface IGuest extends INamed {
  /** Opens a space, or some of its workbooks. Said again, it is one grant, the wider of both. */
  grantSpace(space: ISpace, workbooks?: readonly string[]): void;
}

/** Are the properties of a service whose environment is known from where it is added. */
export interface AddedServiceProps extends DeclaredProps {
  /**
   * What the service does.
   * @default - nothing is said
   */
  readonly description?: string | undefined;
  /**
   * Addresses of people to ask. Contacts only: they never own the credential.
   * @default - none
   */
  readonly stewards?: readonly string[] | undefined;
  /**
   * What its keys may do when they do not say.
   * @default - the data of their environment
   */
  readonly permissions?: readonly string[] | undefined;
}

/** Are the properties of a key that is added to a service. */
export interface ServiceKeyProps extends KeyProps {
  /**
   * The environment it works in.
   * @default - the one that the service was added in
   */
  readonly environment?: IEnvironment | undefined;
}

/** Are the properties of a key that is added to a team. */
export interface TeamKeyProps extends KeyProps {
  /** The environment it works in. */
  readonly environment: IEnvironment;
  /**
   * The role in the team that it acts with.
   * @default TeamRole.VIEWER
   */
  readonly role?: TeamRole | undefined;
}

/** Are the properties of a space whose environment is known from where it is added. */
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

/** Are the properties of a guest whose environment and address are known from where they are invited. */
export interface InvitedGuestProps extends DeclaredProps {
  /**
   * What they are called.
   * @default - nothing is said
   */
  readonly displayName?: string | undefined;
  /**
   * Counts from the first grant; after it they are out for good.
   * @default - they stay
   */
  readonly expiresAfter?: Duration | undefined;
  /**
   * The spaces that are open to them, as a whole. For some workbooks alone: `grantSpace`.
   * @default - none yet
   */
  readonly spaces?: readonly ISpace[] | undefined;
}

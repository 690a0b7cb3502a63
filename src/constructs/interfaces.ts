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

/** Whose keys can be: a service, a team, a person, or what `Owner` gives. */
export interface IKeyOwner {
  /** The owner as documents write it, for a key that is declared at `from`. */
  ownerOf(from: IConstruct): ApiKeySpec['owner'];
}

export interface IEnvironment extends INamed {
  /** A service whose keys work here when they do not say. Services are the tenant's: one of that name, whoever adds it. */
  addService(id: string, props?: AddedServiceProps): IService;
  addSpace(id: string, props?: AddedSpaceProps): ISpace;
  /** A guest by their address. Invited again, they are one guest with the spaces of both; the rest must be the same. */
  inviteGuest(email: string, props?: InvitedGuestProps): IGuest;
}

export interface IService extends INamed, IKeyOwner {
  /** A key of this service. Throws unless it or the service says in which environment. */
  addApiKey(id: string, props?: ServiceKeyProps): IApiKey;
}

export interface ITeam extends INamed, IKeyOwner {
  /** A key of this team, which stays when people leave. */
  addApiKey(id: string, props: TeamKeyProps): IApiKey;
}

export interface IUser extends INamed, IKeyOwner {}

export interface IApiKey extends INamed {
  /** Changes whenever a new version is current: for the `triggers` of a resource that rolls a consumer out. */
  readonly triggers: { readonly key_id: string; readonly generation: string };
  /** A `terraform_data`, built into Terraform, that is replaced whenever a new version is current. */
  onRotate(id: string, config?: Omit<DataConfig, 'triggersReplace'>): DataResource;
}

export interface ISpace extends INamed {
  readonly environment: IEnvironment;
  /** Lets a guest into this space, or into some of its workbooks. */
  grantAccess(guest: IGuest, workbooks?: readonly string[]): void;
}

export interface IGuest extends INamed {
  /** Opens a space, or some of its workbooks. Said again, it is one grant, the wider of both. */
  grantSpace(space: ISpace, workbooks?: readonly string[]): void;
}

/** A service whose environment is known from where it is added. */
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

export interface ServiceKeyProps extends KeyProps {
  /**
   * The environment it works in.
   * @default - the one that the service was added in
   */
  readonly environment?: IEnvironment | undefined;
}

export interface TeamKeyProps extends KeyProps {
  /** The environment it works in. */
  readonly environment: IEnvironment;
  /**
   * The role in the team that it acts with.
   * @default TeamRole.VIEWER
   */
  readonly role?: TeamRole | undefined;
}

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

/** A guest whose environment and address are known from where they are invited. */
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

/**
 * What constructs can be asked for, whether the app declares them or refers to live ones by name (`fromName`), and the
 * properties they are declared with. Names default to the construct's id.
 */
import type { IConstruct } from 'constructs';
import type { ApiKeySpec } from '../domain/kinds/index.js';
import type { Duration } from './duration.js';
import type { Sink } from './sink.js';

/** Something with a name that others refer to. */
export interface INamed extends IConstruct {
  /** Its name, as it stands in lists. */
  readonly name: string;
  /** What declares it in this app; undefined when it was taken by its name. */
  readonly resource?: { readonly name: string } | undefined;
}

/** Properties that every kind takes. */
export interface DeclaredProps {
  /**
   * Names the object within its kind: a DNS label.
   * @default - the id of the construct
   */
  readonly name?: string | undefined;
  /**
   * For selecting objects: `--select team=payments`.
   * @default - none
   */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /**
   * Notes of your own.
   * @default - none
   */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /**
   * Plans that would remove or replace the object are refused.
   * @default false
   */
  readonly protect?: boolean | undefined;
  /**
   * The name it had before it was renamed, or its id.
   * @default - it was not renamed
   */
  readonly previousName?: string | undefined;
}

/** Whose keys can be: a service, a team, a person, or what `Owner` gives. */
export interface IKeyOwner {
  /** The owner as documents write it, for a key that is declared at `from`. */
  ownerOf(from: IConstruct): ApiKeySpec['owner'];
}

export interface IEnvironment extends INamed {}

export interface IService extends INamed, IKeyOwner {}

export interface ITeam extends INamed, IKeyOwner {}

export interface IRole extends INamed {}

export interface IUser extends INamed, IKeyOwner {}

export interface ISpace extends INamed {
  readonly environment: IEnvironment;
}

export interface IGuest extends INamed {
  /** Opens a space, or some of its workbooks. Said again, it is one grant, the wider of both. */
  grantSpace(space: ISpace, workbooks?: readonly string[]): void;
}

/** How a key is replaced. */
export interface RotationProps {
  /**
   * A new version is issued this often.
   * @default - only by hand
   */
  readonly every?: Duration | undefined;
  /**
   * The least time that old and new version are both accepted.
   * @default Duration.hours(24)
   */
  readonly overlap?: Duration | undefined;
  /**
   * What proves that the old version is not needed: its use has stopped, somebody confirmed, or only time.
   * @default 'observed'
   */
  readonly handover?: 'observed' | 'acknowledged' | 'timed' | undefined;
  /**
   * How long the old version must go unused.
   * @default Duration.hours(24)
   */
  readonly quiet?: Duration | undefined;
  /**
   * Who must have been seen with the new version.
   * @default - nobody in particular
   */
  readonly consumers?: readonly string[] | undefined;
  /**
   * The old version is revoked after this even without proof.
   * @default - never without proof
   */
  readonly deadline?: Duration | undefined;
}

/** A key whose owner and environment are known from where it is added. */
export interface KeyProps extends DeclaredProps {
  /**
   * `secret` for servers; `publishable` may be seen by anybody.
   * @default 'secret'
   */
  readonly type?: 'secret' | 'publishable' | undefined;
  /**
   * What it may do.
   * @default - what its owner may do, as that is at the time
   */
  readonly permissions?: readonly string[] | undefined;
  /**
   * Each version expires this long after it was issued.
   * @default - it does not expire
   */
  readonly expiresAfter?: Duration | undefined;
  /**
   * Every version expires at this instant: `2027-01-31T12:00:00Z`. A constant, never reckoned from now, or the app
   * declares something else each time it runs.
   * @default - it does not expire
   */
  readonly expiresAt?: string | undefined;
  /**
   * How it is replaced.
   * @default - what the project says in `spec.defaults`, or only by hand
   */
  readonly rotation?: RotationProps | undefined;
  /**
   * The places that its secret is written to.
   * @default - it waits, sealed, until `keywright claim`
   */
  readonly deliverTo?: readonly Sink[] | undefined;
}

export interface ServiceKeyProps extends KeyProps {
  /**
   * The environment it works in.
   * @default - the one that the service was added in
   */
  readonly environment?: IEnvironment | undefined;
}

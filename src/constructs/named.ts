/** What every construct of level 2 has: a name, and the properties that all kinds take. Names default to the construct's id. */
import type { TerraformResource } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Is a construct with a name that others refer to. */
export interface INamed extends IConstruct {
  /** Its name, as it stands in lists. */
  readonly name: string;
  /** What declares it in this app; undefined when it was taken by its name. */
  readonly resource?: NamedResource | undefined;
}

/** Is a resource of level 1: the escape hatch to what level 2 does not offer. */
export type NamedResource = TerraformResource & { readonly name: string };

/** Is a role, declared in this app or taken by its name. */
export interface IRole extends INamed {}

/** Are the properties that every kind takes. */
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

/**
 * Level 1: one CDKTF resource a kind, its attributes derived from the kind. Values are taken as Terraform takes
 * them: `${…}` in a string is an expression. Level 2 wraps these and takes people's text as text.
 */
import { type IResolvable, type TerraformMetaArguments, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import { kindOf, type ObjectKind, type SpecOf } from '../../domain/kinds/index.js';
import { attributesOf, resourceShape } from '../../domain/kinds/resource.js';
import { attributesOfFields, type Values } from '../../domain/kinds/resource-values.js';
import { VERSION } from '../../domain/version.js';
import { hclAttributes } from './hcl.js';
import { equip } from './stack.js';

/** A value as documents have it, or one that is only known later. */
export type Value<T> = [T] extends [string]
  ? string
  : T extends boolean
    ? boolean | IResolvable
    : T extends readonly (infer Member)[]
      ? readonly Value<Member>[] | IResolvable
      : T extends object
        ? Fields<T> | IResolvable
        : T;

type OptionalKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? K : never }[keyof T];

/** The fields of an object, optional ones also when they are undefined. */
export type Fields<T> = {
  readonly [K in Exclude<keyof T, OptionalKeys<T>>]: Value<T[K]>;
} & {
  readonly [K in OptionalKeys<T>]?: Value<NonNullable<T[K]>> | undefined;
};

/** The `name` of a spec is what people are called; of a resource it is its name. */
type Renamed<T> = { [K in keyof T as K extends 'name' ? 'displayName' : K]: T[K] };

interface Head {
  /** Names the object within its kind. */
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What a resource of kind `K` takes: the fields of a document, in one level. */
export type ResourceFields<K extends ObjectKind> = Head & Fields<Renamed<SpecOf[K]>>;

/**
 * Is what a resource of kind `K` takes: the fields of a document in one level, and Terraform's meta-arguments.
 */
export type ResourceConfig<K extends ObjectKind> = ResourceFields<K> & TerraformMetaArguments;

/** Says to CDKTF whose resources these are. */
export const GENERATOR = { providerName: 'keywright', providerVersionConstraint: `~> ${VERSION}` } as const;

const META = [
  'dependsOn',
  'count',
  'provider',
  'lifecycle',
  'forEach',
  'provisioners',
  'connection',
] as const;

/**
 * Is a resource of any kind. Its config is read when it is synthesized, so that getters may grow until then.
 *
 * @example
 * ```ts
 * import { KindResource } from 'keywright/constructs';
 * new KindResource(stack, 'billing', { kind: 'Service', config: { name: 'billing' } });
 * ```
 */
export class KindResource<K extends ObjectKind> extends TerraformResource {
  readonly kind: K;
  readonly #config: ResourceConfig<K>;

  constructor(
    scope: Construct,
    id: string,
    { kind, config }: { readonly kind: K; readonly config: ResourceConfig<K> },
  ) {
    super(scope, id, {
      terraformResourceType: resourceShape(kindOf(kind)).type,
      terraformGeneratorMetadata: GENERATOR,
      ...metaArguments(config),
    });
    this.kind = kind;
    this.#config = config;
    equip(this.cdktfStack);
  }

  /** Its name, as a reference that makes Terraform create this before what uses it. */
  get name(): string {
    return this.getStringAttribute('name');
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    const fields = Object.entries(this.#config).filter(([field]) => !META.some((meta) => meta === field));
    return { ...attributesOfFields(kindOf(this.kind), Object.fromEntries(fields)) };
  }

  protected override synthesizeHclAttributes(): Record<string, unknown> {
    const values: Values = this.synthesizeAttributes();
    return hclAttributes(attributesOf(resourceShape(kindOf(this.kind))), values);
  }
}

/** Only those that are given: CDKTF distinguishes an absent one from an undefined one. */
const metaArguments = (config: TerraformMetaArguments): TerraformMetaArguments =>
  Object.fromEntries(META.filter((meta) => config[meta] !== undefined).map((meta) => [meta, config[meta]]));

/** The class of a kind's resource, as generated bindings would have it. */
export interface ResourceClass<K extends ObjectKind> {
  readonly tfResourceType: string;
  new (scope: Construct, id: string, config: ResourceConfig<K>): KindResource<K>;
}

export const resourceClass = <const K extends ObjectKind>(kind: K): ResourceClass<K> =>
  class extends KindResource<K> {
    static readonly tfResourceType = resourceShape(kindOf(kind)).type;

    constructor(scope: Construct, id: string, config: ResourceConfig<K>) {
      super(scope, id, { kind, config });
    }
  };

/** Level 1: one data source a kind. It is found by its name (and environment, where names are its own there). */
import { TerraformDataSource, type TerraformMetaArguments } from 'cdktf';
import type { Construct } from 'constructs';
import { kindOf, type ObjectKind } from '../../domain/kinds/index.js';
import { dataSourceAttributes, resourceShape } from '../../domain/kinds/resource.js';
import { hclAttributes } from './hcl.js';
import { GENERATOR } from './kind-resource.js';
import { equip } from './stack.js';

type Scoped = 'Space' | 'Guest';

/**
 * Is what a data source is found by: its name, and its environment where names are unique in an environment only.
 */
export type DataSourceConfig<K extends ObjectKind> = TerraformMetaArguments & {
  readonly name: string;
} & (K extends Scoped ? { readonly environment: string } : object);

/** Answers are read with `getStringAttribute('is_prod')` and its like, by the names of the reference. */
export interface DataSourceClass<K extends ObjectKind> {
  readonly tfResourceType: string;
  new (scope: Construct, id: string, config: DataSourceConfig<K>): TerraformDataSource;
}

export const dataSourceClass = <const K extends ObjectKind>(kind: K): DataSourceClass<K> =>
  class extends TerraformDataSource {
    static readonly tfResourceType = resourceShape(kindOf(kind)).type;
    readonly #asked: Readonly<Record<string, unknown>>;

    constructor(scope: Construct, id: string, config: DataSourceConfig<K>) {
      const asked = dataSourceAttributes(kindOf(kind)).filter(({ presence }) => presence === 'required');
      const isAsked = (field: string): boolean => asked.some((one) => one.name === field);
      const given = Object.entries(config);
      super(scope, id, {
        ...Object.fromEntries(given.filter(([field]) => !isAsked(field))),
        terraformResourceType: resourceShape(kindOf(kind)).type,
        terraformGeneratorMetadata: GENERATOR,
      });
      this.#asked = Object.fromEntries(given.filter(([field]) => isAsked(field)));
      equip(this.cdktfStack);
    }

    protected override synthesizeAttributes(): Record<string, unknown> {
      return { ...this.#asked };
    }

    protected override synthesizeHclAttributes(): Record<string, unknown> {
      return hclAttributes(dataSourceAttributes(kindOf(kind)), this.#asked);
    }
  };

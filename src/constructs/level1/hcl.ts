/** Attributes as CDKTF renders them when an app is synthesized to HCL instead of JSON. */
import type { Attribute, AttributeType } from '../../domain/kinds/resource.js';
import type { Values } from '../../domain/kinds/resource-values.js';

export const hclAttributes = (known: readonly Attribute[], values: Values): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = known.find((attribute) => attribute.name === name)?.type ?? { kind: 'string' };
      return [name, { value, isBlock: false, ...rendering(type) }];
    }),
  );

/** How CDKTF is to write a value of that type. Anything nested is `any`: the rest is for the blocks of older providers. */
function rendering(type: AttributeType): { readonly type: string; readonly storageClassType?: string } {
  switch (type.kind) {
    case 'bool':
      return { type: 'simple', storageClassType: 'boolean' };
    case 'number':
    case 'string':
      return { type: 'simple', storageClassType: type.kind };
    case 'map':
      return { type: 'map', storageClassType: 'stringMap' };
    case 'list':
    case 'set':
    case 'object':
      return { type: 'any' };
  }
}

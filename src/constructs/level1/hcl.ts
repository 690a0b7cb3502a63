/** Attributes as CDKTF renders them when an app is synthesized to HCL instead of JSON. */
import type { Attribute, AttributeType } from '../../domain/kinds/resource.js';
import type { Values } from '../../domain/kinds/resource-values.js';

export const hclAttributes = (known: readonly Attribute[], values: Values): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const type = known.find((attribute) => attribute.name === name)?.type ?? { kind: 'string' };
      return [name, { value, isBlock: false, type: 'simple', storageClassType: storageClass(type) }];
    }),
  );

function storageClass(type: AttributeType): string {
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'number':
    case 'string':
      return type.kind;
    case 'map':
      return 'stringMap';
    case 'object':
      return 'struct';
    case 'list':
    case 'set':
      return type.of.kind === 'string' ? 'stringList' : 'objectList';
  }
}

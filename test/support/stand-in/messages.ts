/** The few messages of Terraform's plugin protocol 6 that describe a schema, as bytes. Numbers are those of the protocol. */
import type { Attribute, AttributeType } from '../../../src/domain/kinds/resource.js';

const VARINT = 0;
const BYTES = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

const tag = (field: number, type: number): Buffer => varint((field << 3) | type);

const bytes = (field: number, value: Buffer | string): Buffer => {
  const content = Buffer.from(value);
  return Buffer.concat([tag(field, BYTES), varint(content.length), content]);
};

const flag = (field: number, value: boolean): Buffer =>
  value ? Buffer.concat([tag(field, VARINT), varint(1)]) : Buffer.alloc(0);

const number = (field: number, value: number): Buffer => Buffer.concat([tag(field, VARINT), varint(value)]);

const NESTING = { single: 1, list: 2, set: 3 } as const;

/** The type as the protocol writes it; undefined for what has attributes of its own. */
function plainType(type: AttributeType): unknown {
  if (type.kind === 'object') return undefined;
  if (type.kind === 'list' || type.kind === 'set' || type.kind === 'map') {
    const of = plainType(type.of);
    return of === undefined ? undefined : [type.kind, of];
  }
  return type.kind;
}

function nested(type: AttributeType): Buffer {
  const isMany = type.kind === 'list' || type.kind === 'set';
  const object = isMany ? type.of : type;
  if (object.kind !== 'object') throw new Error(`no schema for a ${type.kind} of ${object.kind}`);
  const nesting = isMany ? NESTING[type.kind as 'list' | 'set'] : NESTING.single;
  return Buffer.concat([...object.attributes.map((one) => bytes(1, attribute(one))), number(3, nesting)]);
}

function attribute({ name, type, presence, isSensitive }: Attribute): Buffer {
  const plain = plainType(type);
  return Buffer.concat([
    bytes(1, name),
    plain === undefined ? bytes(10, nested(type)) : bytes(2, JSON.stringify(plain)),
    flag(4, presence === 'required'),
    flag(5, presence === 'optional'),
    flag(6, presence === 'computed'),
    flag(7, isSensitive),
  ]);
}

const schema = (attributes: readonly Attribute[]): Buffer =>
  bytes(2, Buffer.concat(attributes.map((one) => bytes(2, attribute(one)))));

const entry = (field: number, name: string, attributes: readonly Attribute[]): Buffer =>
  bytes(field, Buffer.concat([bytes(1, name), bytes(2, schema(attributes))]));

export interface ProviderSchemas {
  readonly provider: readonly Attribute[];
  readonly resources: Readonly<Record<string, readonly Attribute[]>>;
  readonly dataSources: Readonly<Record<string, readonly Attribute[]>>;
  readonly ephemerals: Readonly<Record<string, readonly Attribute[]>>;
}

/** The answer to GetProviderSchema. */
export const providerSchema = ({ provider, resources, dataSources, ephemerals }: ProviderSchemas): Buffer =>
  Buffer.concat([
    bytes(1, schema(provider)),
    ...Object.entries(resources).map(([name, attributes]) => entry(2, name, attributes)),
    ...Object.entries(dataSources).map(([name, attributes]) => entry(3, name, attributes)),
    ...Object.entries(ephemerals).map(([name, attributes]) => entry(8, name, attributes)),
  ]);

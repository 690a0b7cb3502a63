/**
 * Stands in for the provider `keywright`, and for `null`, in a process of its own: says what resources there are, as
 * derived from the kinds, and finds every configuration right that Terraform finds to fit. Terraform is made to attach
 * to it, so there is no handshake. Usage: `node provider.cjs SOCKET keywright|null`; prints `ready`.
 */
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { kindOf, OBJECT_KINDS } from '../../../src/domain/kinds/index.js';
import {
  type Attribute,
  attributesOf,
  dataSourceAttributes,
  EPHEMERAL_SHAPES,
  PROVIDER_ATTRIBUTES,
  resourceShape,
} from '../../../src/domain/kinds/resource.js';
import { type ProviderSchemas, providerSchema } from './messages.js';

const [socket = '', name = ''] = process.argv.slice(2);

/** Attributes of an answer are answers all the way down. */
const answered = (attribute: Attribute): Attribute => {
  if (attribute.presence !== 'computed') return attribute;
  const { type } = attribute;
  const within = type.kind === 'list' || type.kind === 'set' ? type.of : type;
  if (within.kind !== 'object') return attribute;
  const object = {
    kind: 'object' as const,
    attributes: within.attributes.map((one) => answered({ ...one, presence: 'computed' })),
  };
  const isMany = type.kind === 'list' || type.kind === 'set';
  return { ...attribute, type: isMany ? { kind: type.kind, of: object } : object };
};

const ofKinds = (of: (kind: ReturnType<typeof kindOf>) => readonly Attribute[]) =>
  Object.fromEntries(
    OBJECT_KINDS.map(kindOf).map((kind) => [resourceShape(kind).type, of(kind).map(answered)]),
  );

const KEYWRIGHT: ProviderSchemas = {
  provider: PROVIDER_ATTRIBUTES,
  resources: ofKinds((kind) => attributesOf(resourceShape(kind))),
  dataSources: ofKinds(dataSourceAttributes),
  ephemerals: EPHEMERAL_SHAPES,
};

const plain = { field: '', description: '', isReplacing: false, isSensitive: false };

const NULL: ProviderSchemas = {
  provider: [],
  resources: {
    null_resource: [
      { ...plain, name: 'id', type: { kind: 'string' }, presence: 'computed' },
      { ...plain, name: 'triggers', type: { kind: 'map', of: { kind: 'string' } }, presence: 'optional' },
    ],
  },
  dataSources: {},
  ephemerals: {},
};

const schema = providerSchema(name === 'null' ? NULL : KEYWRIGHT);

const METHODS: Readonly<Record<string, Buffer>> = {
  GetProviderSchema: schema,
  ValidateProviderConfig: Buffer.alloc(0),
  ValidateResourceConfig: Buffer.alloc(0),
  ValidateDataResourceConfig: Buffer.alloc(0),
  ValidateEphemeralResourceConfig: Buffer.alloc(0),
  StopProvider: Buffer.alloc(0),
};

const raw = (value: Buffer): Buffer => value;
const server = new Server();
server.addService(
  Object.fromEntries(
    Object.keys(METHODS).map((method) => [
      method,
      {
        path: `/tfplugin6.Provider/${method}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: raw,
        requestDeserialize: raw,
        responseSerialize: raw,
        responseDeserialize: raw,
      },
    ]),
  ),
  Object.fromEntries(
    Object.entries(METHODS).map(([method, answer]): [string, handleUnaryCall<Buffer, Buffer>] => [
      method,
      (_call, done) => done(null, answer),
    ]),
  ) as UntypedServiceImplementation,
);
server.bindAsync(`unix:${socket}`, ServerCredentials.createInsecure(), (error) => {
  process.stdout.write(error ? `${error.message}\n` : 'ready\n');
});
// The process that started it closes its input when it is done.
process.stdin.resume().on('end', () => process.exit(0));

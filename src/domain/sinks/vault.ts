/** vault: fields of a secret in the KV v2 engine of HashiCorp Vault or OpenBao. */
import { type Static, Type } from 'typebox';
import { closed, nameField } from '../kinds/fields.js';
import { type FieldMap, fieldsField, partOf } from './bundle.js';
import type { SinkType } from './type.js';

/** Segments without what a URL, or the id of a sink, would read as something else. */
const segments = (description: string, example: string) =>
  Type.String({
    pattern: '^[A-Za-z0-9_][A-Za-z0-9_.@-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.@-]*)*$',
    maxLength: 512,
    description,
    'x-expects': `a path such as ${example}`,
  });

const schema = Type.Object(
  {
    connection: nameField('The Connection to the server.'),
    mount: segments('Where the KV v2 engine is mounted.', 'secret'),
    path: segments('The secret below the mount.', 'shop/billing'),
    fields: fieldsField({ pattern: '^[A-Za-z0-9_.-]{1,128}$', example: 'api_key' }),
  },
  {
    ...closed,
    description: 'Fields of a secret in Vault or OpenBao (KV v2); its other fields are not changed.',
  },
);

export type VaultSink = Static<typeof schema>;

export const vault = {
  name: 'vault',
  summary: 'Fields of a secret in Vault or OpenBao (KV v2); its other fields are not changed.',
  schema,
  connection: 'vault',
  ability: { read: 'value', write: 'conditional', scope: 'shared', settleMs: 0, maxBytes: 512 << 10 },
  locate: ({ connection, mount, path, fields }) => ({
    object: `${connection}/${mount}:${path}`,
    part: partOf(fields as FieldMap),
  }),
  cdk: ({ connection, mount, path, fields }, app) =>
    `vault(${app.reference('Connection', connection)}, ${app.literal({ mount, path, fields })})`,
} as const satisfies SinkType<VaultSink>;

/** The connection to a Vault or OpenBao server. */
import { Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { addressField, credentialField } from './reference.js';
import type { ConnectionDeclaration } from './type.js';

const schema = Type.Object(
  {
    address: addressField('The server.', 'https://vault.example.com:8200'),
    token: Type.Optional(credentialField('A token.')),
  },
  { ...closed, description: 'Vault or OpenBao.' },
);

export const vault = {
  name: 'vault',
  schema,
  where: ({ address }) => address,
} as const satisfies ConnectionDeclaration<typeof schema>;

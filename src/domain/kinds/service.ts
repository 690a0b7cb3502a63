/** Service: a non-human owner of keys. */
import { type Static, Type } from 'typebox';
import { literals, VERBS } from './facets.js';
import { closed, emailField, permissionsField, textField } from './fields.js';
import type { Kind } from './kind.js';

const spec = Type.Object(
  {
    description: Type.Optional(textField('What the service does.')),
    stewards: Type.Optional(
      Type.Array(emailField('An address.'), {
        uniqueItems: true,
        maxItems: 50,
        description: 'Contacts for the service. They never own its credentials.',
      }),
    ),
    permissions: Type.Optional(
      permissionsField(
        'Permissions of its keys without permissions of their own. Absent: the data of their environment (spaces, workbooks, guests, events).',
      ),
    ),
  },
  closed,
);

export type ServiceSpec = Static<typeof spec>;

export const Service: Kind<ServiceSpec> = {
  name: 'Service',
  summary: 'A non-human owner of keys, so that keys do not end when a user leaves.',
  schema: spec,
  example: {
    metadata: { name: 'billing' },
    spec: { description: 'Invoices', stewards: ['ada@example.com'], permissions: ['spaces:read'] },
  },
  idPrefix: 'us_svc',
  replacedBy: [],
  references: () => [],
  check: () => [],
  isNameLinted: true,
  access: { noun: 'services', of: 'account' },
  routes: {
    ...{ collection: '/services', item: 'service', verbs: VERBS },
    changeable: ['description', 'stewards', 'permissions'],
  },
  cdk: { props: literals },
};

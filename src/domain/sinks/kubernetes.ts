/** kubernetes: keys of a Secret in a Kubernetes cluster. */
import { type Static, Type } from 'typebox';
import { closed, DNS_LABEL, nameField } from '../kinds/fields.js';
import { type FieldMap, fieldsField, partOf } from './bundle.js';
import type { SinkType } from './type.js';

const SUBDOMAIN = '^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$';
/** As the API server checks it: not `.`, and nothing that begins with `..`. */
const SECRET_KEY = '^(?!\\.$)(?!\\.\\.)[-._A-Za-z0-9]{1,253}$';

const schema = Type.Object(
  {
    connection: nameField('The Connection to the cluster.'),
    namespace: Type.String({
      pattern: DNS_LABEL,
      maxLength: 63,
      description: 'The namespace; it must exist.',
      'x-expects': 'the name of a namespace such as shop',
    }),
    name: Type.String({
      pattern: SUBDOMAIN,
      maxLength: 253,
      description: 'The Secret; it is created when it does not exist.',
      'x-expects': 'the name of a Secret: lower-case letters, digits, hyphens and dots, e.g. billing',
    }),
    fields: fieldsField({ pattern: SECRET_KEY, example: 'API_KEY' }),
  },
  { ...closed, description: 'Keys of a Secret in a Kubernetes cluster; its other keys are not changed.' },
);

export type KubernetesSink = Static<typeof schema>;

export const kubernetes = {
  name: 'kubernetes',
  summary: 'Keys of a Secret in a Kubernetes cluster; its other keys are not changed.',
  schema,
  connection: 'kubernetes',
  // What a Secret takes in all of its keys together (docs/how-to/sinks/kubernetes.md).
  ability: { read: 'value', write: 'conditional', scope: 'shared', settleMs: 0, maxBytes: 1 << 20 },
  locate: ({ connection, namespace, name, fields }) => ({
    object: `${connection}/${namespace}/${name}`,
    part: partOf(fields as FieldMap),
  }),
  cdk: ({ connection, namespace, name, fields }, app) =>
    `kubernetes(${app.reference('Connection', connection)}, ${app.literal({ namespace, name, fields })})`,
} as const satisfies SinkType<KubernetesSink>;

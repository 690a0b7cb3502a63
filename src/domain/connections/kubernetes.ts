/** The connection to the API server of a Kubernetes cluster: from within it, by a kubeconfig, or by address and token. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { addressField, credentialField } from './reference.js';
import type { ConnectionDeclaration } from './type.js';

const path = (description: string) =>
  Type.String({
    pattern: '^[^\\p{Cc}\\p{Cf}]+$',
    maxLength: 1024,
    description,
    'x-expects': 'a path',
  });

const schema = Type.Object(
  {
    inCluster: Type.Optional(
      Type.Literal(true, {
        description: 'Keywright runs in the cluster: the service account of its pod is used.',
      }),
    ),
    kubeconfig: Type.Optional(
      Type.Object(
        {
          file: path('The file, relative to the working folder or absolute.'),
          context: Type.Optional(
            Type.String({
              pattern: '^[^\\p{Cc}\\p{Cf}]+$',
              maxLength: 253,
              description: 'A context of it. Absent: its current-context.',
              'x-expects': 'the name of a context',
            }),
          ),
        },
        { ...closed, description: 'A kubeconfig, as kubectl has it.' },
      ),
    ),
    address: Type.Optional(addressField('The API server.', 'https://kubernetes.example.com:6443')),
    token: Type.Optional(credentialField('With address: a token, read again every minute.')),
    caFile: Type.Optional(
      path(
        "With address: the certificate of the server's issuer, PEM. Absent: the issuers that Node trusts.",
      ),
    ),
  },
  { ...closed, description: 'A Kubernetes cluster.' },
);

export type KubernetesConnection = Static<typeof schema>;

const WAYS = ['inCluster', 'kubeconfig', 'address'] as const;

export const kubernetes = {
  name: 'kubernetes',
  schema,
  where: ({ inCluster, kubeconfig, address }) => {
    if (kubeconfig)
      return `kubeconfig ${kubeconfig.file}${kubeconfig.context ? ` context ${kubeconfig.context}` : ''}`;
    return inCluster ? 'the cluster it runs in' : (address ?? '');
  },
  check: (spec) => {
    const [way, ...others] = WAYS.filter((one) => spec[one] !== undefined);
    if (way === undefined)
      return [{ path: 'address', message: 'one of inCluster, kubeconfig and address is required' }];
    if (others.length > 0)
      return others.map((other) => ({
        path: other,
        message: `${other} cannot be combined with ${way}. Remove one of them.`,
      }));
    if (way === 'address')
      return spec.token === undefined
        ? [
            {
              path: 'token',
              message: 'token is required with address. Name a variable or a file that has it.',
            },
          ]
        : [];
    return (['token', 'caFile'] as const)
      .filter((field) => spec[field] !== undefined)
      .map((field) => ({
        path: field,
        message: `${field} is used only with address. Remove it, or replace ${way} by address.`,
      }));
  },
} as const satisfies ConnectionDeclaration<typeof schema>;

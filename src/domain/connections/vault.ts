/** The connection to a Vault or OpenBao server. */
import { type Static, Type } from 'typebox';
import { closed } from '../kinds/fields.js';
import { addressField, credentialField } from './reference.js';
import type { ConnectionDeclaration } from './type.js';

/** Where a Kubernetes pod finds the token of its service account. */
export const POD_TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Segments of a path in a URL. */
const SEGMENTS = '^[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$';

const mountField = (standard: string) =>
  Type.Optional(
    Type.String({
      ...{ pattern: SEGMENTS, maxLength: 128, default: standard },
      description: `Where the method is enabled, below auth/. Default: ${standard}.`,
      'x-expects': `a path such as ${standard}`,
    }),
  );

const wordField = (description: string, expects: string) =>
  Type.String({
    ...{ pattern: '^[\\x21-\\x7e]+$', minLength: 1, maxLength: 128, description },
    'x-expects': expects,
  });

const pathField = (description: string) =>
  Type.String({
    ...{ pattern: '^[^\\p{Cc}\\p{Cf}]+$', maxLength: 1024, description },
    'x-expects': 'a path',
  });

const appRole = Type.Object(
  {
    roleId: wordField('The role ID; it is no secret.', 'a role ID'),
    secretId: credentialField('The secret ID.'),
    mount: mountField('approle'),
  },
  { ...closed, description: 'Sign in by AppRole.' },
);

const kubernetes = Type.Object(
  {
    role: wordField('The role of the method.', 'the name of a role'),
    mount: mountField('kubernetes'),
    tokenFile: Type.Optional(
      Type.String({
        ...pathField(`The token of the pod's service account. Default: ${POD_TOKEN_FILE}.`),
        default: POD_TOKEN_FILE,
      }),
    ),
  },
  { ...closed, description: "Sign in by the token of a Kubernetes pod's service account." },
);

const jwt = Type.Object(
  {
    role: wordField('The role of the method.', 'the name of a role'),
    mount: mountField('jwt'),
    token: credentialField('The signed token that is presented, such as the ID token of a pipeline.'),
  },
  { ...closed, description: 'Sign in by a signed token (JWT).' },
);

const schema = Type.Object(
  {
    address: addressField('The server.', 'https://vault.example.com:8200'),
    namespace: Type.Optional(
      Type.String({
        ...{ pattern: SEGMENTS, maxLength: 256 },
        description: 'The namespace, in Vault Enterprise and OpenBao.',
        'x-expects': 'a namespace such as shop/team-a',
      }),
    ),
    caFile: Type.Optional(
      pathField("Certificates, PEM, that are trusted for this server instead of the machine's own."),
    ),
    token: Type.Optional(credentialField('A token that was made before.')),
    appRole: Type.Optional(appRole),
    kubernetes: Type.Optional(kubernetes),
    jwt: Type.Optional(jwt),
  },
  { ...closed, description: 'Vault or OpenBao; exactly one of token, appRole, kubernetes and jwt.' },
);

export type VaultConnection = Static<typeof schema>;

export const SIGN_INS = ['token', 'appRole', 'kubernetes', 'jwt'] as const;

export const vault = {
  name: 'vault',
  schema,
  where: ({ address, namespace }) =>
    `${address.replace(/\/+$/, '')}${namespace === undefined ? '' : ` namespace ${namespace}`}`,
  check: (spec) => {
    const [first, second] = SIGN_INS.filter((name) => spec[name] !== undefined);
    if (first !== undefined && second === undefined) return [];
    return [
      {
        path: second ?? 'token',
        message:
          second === undefined
            ? `is missing. Name exactly one of ${SIGN_INS.join(', ')}.`
            : `cannot be used together with ${first}. Name exactly one of ${SIGN_INS.join(', ')}.`,
      },
    ];
  },
} as const satisfies ConnectionDeclaration<typeof schema>;

/** Connection: a service that secrets are delivered to, and by which reference its credential is found. */
import {
  type ConnectionSpec,
  connectionProblems,
  connectionSpec,
  connectionTypeOf,
} from '../connections/index.js';
import { literals, VERBS } from './facets.js';
import type { Kind } from './kind.js';

export type { ConnectionSpec } from '../connections/index.js';

export const Connection: Kind<ConnectionSpec> = {
  name: 'Connection',
  summary:
    'A service that secrets are delivered to: its address, and where its credential is found. It never contains a secret.',
  schema: connectionSpec,
  example: {
    metadata: { name: 'vault' },
    spec: { vault: { address: 'https://vault.example.com:8200', token: { env: 'VAULT_TOKEN' } } },
  },
  idPrefix: 'us_con',
  replacedBy: [],
  references: () => [],
  check: connectionProblems,
  constraintViolations: ({ connection, path }, { name, spec }) => {
    const type = connectionTypeOf(spec);
    if (connection === undefined || type === connection) return [];
    const message = `Connection/${name} is one to ${type ?? 'nothing'}; this needs one to ${connection}`;
    return [{ kind: 'contradiction', path, message }];
  },
  access: { noun: 'connections', of: 'account' },
  routes: {
    ...{ collection: '/connections', item: 'connection', verbs: VERBS },
    changeable: Object.keys(connectionSpec.properties),
  },
  cdk: { props: literals },
};

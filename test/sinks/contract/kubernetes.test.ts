/** kubernetes keeps the contract of sinks. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SinkDeclaration, sinkAddress } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openKubernetes } from '../../../src/sinks/kubernetes/driver.js';
import { openSinks } from '../../../src/sinks/sinks.js';
import { startCluster } from '../../support/kubernetes-cluster.js';
import { testsWith } from '../../support/parts.js';
import { HAS_OPENSSL } from '../../support/servers/kubernetes/pki.js';
import type { Failure, KubernetesServer } from '../../support/servers/kubernetes.js';
import type { ServerFault, SinkUnderTest } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const NAMES = ['billing', 'orders', 'mail', 'search'];

const FAILURES: Readonly<Record<ServerFault, Failure>> = {
  unauthenticated: { kind: 'status', code: 401 },
  forbidden: { kind: 'status', code: 403 },
  'rate-limited': { kind: 'status', code: 429, retryAfter: '7' },
  'server-error': { kind: 'status', code: 503 },
  refused: { kind: 'status', code: 422 },
  cut: { kind: 'cut' },
  slow: { kind: 'hung' },
  'lost-answer': { kind: 'cut-after' },
};

async function start(): Promise<SinkUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  const { server, connection, world, token } = await startCluster(folder, NAMES);
  const at = (sink: SinkDeclaration): readonly [namespace: string, name: string, key: string] => {
    const { object, part } = sinkAddress(sink);
    const [, namespace = '', name = ''] = object.split('/');
    return [namespace, name, part];
  };
  const declare = (name: string, key = 'API_KEY'): SinkDeclaration => ({
    kubernetes: { connection: connection.name, namespace: 'shop', name, fields: { [key]: 'key' } },
  });
  const put = (sink: SinkDeclaration, key: string, value: string): void => {
    const [namespace, name] = at(sink);
    const before: Record<string, unknown> & { apiVersion: string; kind: string; metadata: object } =
      server.find('Secret', namespace, name) ?? {
        ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } },
      };
    server.put({
      ...before,
      data: { ...(before['data'] as object | undefined), [key]: Buffer.from(value).toString('base64') },
    });
  };
  let made = 0;
  return {
    open: ({ clock = world.clock } = {}) =>
      openSinks({
        files: { root: folder, roots: ['.'], machine: 'here', exclusively: (work) => work() },
        drivers: { ...world, clock },
        connections: { find: async () => ({ ok: true, value: connection.spec }) },
      }),
    fresh: () => declare(NAMES[made++] ?? ''),
    beside: (sink) => declare(at(sink)[1], 'OTHER_KEY'),
    driver: async (sink) => ({ driver: openKubernetes(connection, world), object: sinkAddress(sink).object }),
    look: async (sink) => server.value(...at(sink)),
    overwrite: async (sink, value) => put(sink, at(sink)[2], value),
    stranger: {
      write: async (sink, value) => put(sink, 'theirs', value),
      look: async (sink) => server.value(at(sink)[0], at(sink)[1], 'theirs'),
    },
    fail: (what, request) => failNext(server, FAILURES[what], request),
    sent: () => server.requests.map(({ url, headers }) => `${url} ${JSON.stringify(headers)}`),
    credentials: [token],
    close: async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function failNext(server: KubernetesServer, failure: Failure, request: 'read' | 'write'): void {
  server.failing = ({ method }) => {
    if ((method === 'GET') !== (request === 'read')) return undefined;
    server.failing = () => undefined;
    return failure;
  };
}

if (HAS_OPENSSL)
  sinkContract({
    name: 'kubernetes',
    ability: abilityOf('kubernetes'),
    has: ['beside', 'driver', 'stranger', 'sent'],
    faults: Object.keys(FAILURES) as ServerFault[],
    start,
  });
else testsWith('openssl', false).test('sink kubernetes', async () => undefined);

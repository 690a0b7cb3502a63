/** vault keeps the contract of sinks, against a server that enforces what Vault documents. */
import type { SinkDeclaration } from '../../../src/domain/kinds/index.js';
import { sinkAddress } from '../../../src/domain/kinds/index.js';
import { abilityOf } from '../../../src/domain/sinks/index.js';
import { openVault } from '../../../src/sinks/vault/driver.js';
import type { VaultFailure, VaultRecord } from '../../support/servers/vault.js';
import { consumed, vaultSink, vaultWorld } from '../../support/vault-world.js';
import type { ServerFault, SinkUnderTest } from './sink-under-test.js';
import { sinkContract } from './sinks.contract.js';

const FAILURES: Readonly<Record<ServerFault, VaultFailure>> = {
  unauthenticated: {
    status: 403,
    errors: ['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n'],
  },
  forbidden: { status: 403, errors: ['1 error occurred:\n\t* permission denied\n\n'] },
  'rate-limited': { status: 429, errors: ['request path limit exceeded'], headers: { 'retry-after': '7' } },
  'server-error': { status: 503, errors: ['Vault is sealed'] },
  refused: { status: 413, errors: ['request body too large'] },
  cut: 'cut',
  slow: 'slow',
  'lost-answer': 'lost-answer',
};

const isRead = ({ method, url }: VaultRecord): boolean => method === 'GET' && url.includes('/data/');
const isWrite = ({ method, url }: VaultRecord): boolean => method === 'POST' && url.includes('/data/');

const pathOf = (sink: SinkDeclaration): string => (sink.vault?.path ?? '').slice('shop/'.length);
const fieldOf = (sink: SinkDeclaration): string => Object.keys(sink.vault?.fields ?? {})[0] ?? '';

async function start(): Promise<SinkUnderTest> {
  const world = await vaultWorld();
  const { server, stranger } = world;
  const planned: ServerFault[] = [];
  let made = 0;
  const put = async (sink: SinkDeclaration, field: string, value: string): Promise<void> => {
    const data = { ...(await consumed(stranger, pathOf(sink))), [field]: value };
    await stranger.write(`secret/data/shop/${pathOf(sink)}`, { data });
  };
  const seen = async (sink: SinkDeclaration, field: string): Promise<string | undefined> =>
    (await consumed(stranger, pathOf(sink)))?.[field] as string | undefined;
  return {
    open: (more = {}) => world.sinks(more),
    fresh: () => vaultSink(`billing-${made++}`),
    beside: (sink) => vaultSink(pathOf(sink), 'second_key'),
    driver: async (sink) => ({
      driver: openVault({ name: 'vault', spec: world.spec }, world.drivers()),
      object: sinkAddress(sink).object,
    }),
    look: (sink) => seen(sink, fieldOf(sink)),
    overwrite: (sink, value) => put(sink, fieldOf(sink), value),
    stranger: { write: (sink, value) => put(sink, 'other', value), look: (sink) => seen(sink, 'other') },
    fail: (what, request) => {
      planned.push(what);
      server.failNext(request === 'read' ? isRead : isWrite, FAILURES[what]);
    },
    sent: () =>
      server.records.map(
        ({ method, url, headers, body }) =>
          `${method} ${url} ${JSON.stringify(headers)} ${isWrite({ method, url, headers, body }) ? '' : body}`,
      ),
    credentials: [world.token],
    close: async () => {
      const unmet = server.unmet();
      await server.close();
      expect({ planned, unmet }).toEqual({ planned, unmet: 0 });
    },
  };
}

sinkContract({
  name: 'vault',
  ability: abilityOf('vault'),
  has: ['beside', 'driver', 'stranger', 'sent'],
  faults: Object.keys(FAILURES) as ServerFault[],
  start,
});

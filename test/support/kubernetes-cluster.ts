/** The sink of Kubernetes against the test server: connections, drivers, and a role that allows what the page says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '../../src/domain/secret.js';
import type { Call, DriverWorld, NamedConnection, Write } from '../../src/sinks/driver.js';
import { driverWorld } from './driver-world.js';
import { kubeconfig } from './kubectl.js';
import { KubernetesServer } from './servers/kubernetes.js';

/** The manifest on the how-to page: the least that the sink needs. */
export function policyOfPage(): string {
  const page = readFileSync(join(__dirname, '../../docs/how-to/sinks/kubernetes.md'), 'utf8');
  const found = /```yaml\n(# Least rights[\s\S]*?)```/.exec(page)?.[1];
  if (found === undefined) throw new Error('the page has no manifest of least rights');
  return found;
}

export const OBJECT = 'cluster/shop/billing';

export interface Cluster {
  readonly server: KubernetesServer;
  readonly token: string;
  readonly folder: string;
  readonly connection: NamedConnection;
  readonly world: DriverWorld;
}

/** A cluster with the namespaces `shop` and `keywright`, and the rights that the page gives, for Secrets of these names. */
export async function startCluster(folder: string, names = ['billing']): Promise<Cluster> {
  const server = await KubernetesServer.start();
  for (const name of ['shop', 'keywright']) server.namespace(name);
  server.putAll(
    policyOfPage().replaceAll('resourceNames: [billing]', `resourceNames: [${names.join(', ')}]`),
  );
  const token = server.token('keywright', 'keywright');
  return {
    ...{ server, token, folder },
    connection: connectionBy(server, folder, token),
    world: driverWorld(folder),
  };
}

/** By a kubeconfig in the folder. */
export function connectionBy(server: KubernetesServer, folder: string, token: string): NamedConnection {
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig(server, { token }));
  return { name: 'cluster', spec: { kubernetes: { kubeconfig: { file: 'kubeconfig' } } } };
}

export const call = (ms = 5_000): Call => ({ signal: AbortSignal.timeout(ms) });

export const writing = (set: Readonly<Record<string, string>>, more: Partial<Write> = {}): Write => ({
  set: new Map(Object.entries(set).map(([name, value]) => [name, new Secret(value)])),
  remove: [],
  over: undefined,
  of: [{ object: 'ApiKey/billing-prod', generation: 1, fields: Object.keys(set) }],
  ...more,
});

/** A Vault with the policy of the how-to page, and sinks that reach it as a working folder declares them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import NodeVault from 'node-vault';
import type { ConnectionSpec } from '../../src/domain/connections/index.js';
import type { VaultConnection } from '../../src/domain/connections/vault.js';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { DriverWorld } from '../../src/sinks/driver.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { driverWorld } from './driver-world.js';
import { VaultServer } from './servers/vault.js';

const PAGE = join(__dirname, '../../docs/how-to/sinks/vault.md');

/** The policy that the page tells people to copy. */
export const pagePolicy = (): string =>
  /```hcl\n(?<hcl>[^`]*)```/.exec(readFileSync(PAGE, 'utf8'))?.groups?.['hcl'] ?? '';

export interface VaultWorld {
  readonly server: VaultServer;
  readonly token: string;
  /** As another process opens them. */
  sinks(more?: { readonly clock?: Clock; readonly env?: Record<string, string> }): Sinks;
  drivers(more?: Partial<DriverWorld>): DriverWorld;
  readonly spec: ConnectionSpec;
  /** A client that is not Keywright's, with all rights. */
  readonly stranger: NodeVault.client;
}

export interface VaultWorldOptions {
  readonly connection?: Partial<VaultConnection>;
  readonly namespace?: string;
  readonly root?: string;
  readonly policy?: string;
}

export async function vaultWorld(options: VaultWorldOptions = {}, server?: VaultServer): Promise<VaultWorld> {
  const { namespace = '', root = '/nowhere', policy = pagePolicy() } = options;
  const there = server ?? (await VaultServer.start());
  if (!there.namespace(namespace).mounts.has('secret')) there.mount('secret', { version: 2 }, namespace);
  const token = there.tokenFor(policy, namespace);
  const signIn = options.connection ?? { token: { env: 'VAULT_TOKEN' } };
  const within = namespace === '' ? {} : { namespace };
  const spec: ConnectionSpec = { vault: { address: there.address, ...within, ...signIn } };
  const drivers = (more: Partial<DriverWorld> = {}): DriverWorld =>
    driverWorld(root, { ...more, env: { VAULT_TOKEN: token, ...more.env } });
  return {
    ...{ server: there, token, spec, drivers },
    sinks: (more = {}) =>
      openSinks({
        files: { root, roots: ['.'], machine: 'here', exclusively: (work) => work() },
        drivers: drivers(more),
        connections: { find: async (name) => ({ ok: true, value: name === 'vault' ? spec : undefined }) },
      }),
    stranger: NodeVault({ endpoint: there.address, token: there.rootToken(namespace), namespace }),
  };
}

export const vaultSink = (path: string, field = 'api_key'): SinkDeclaration => ({
  vault: { connection: 'vault', mount: 'secret', path: `shop/${path}`, fields: { [field]: 'key' } },
});

/** What a consumer reads; undefined where nothing is, or where it was deleted. */
export async function consumed(
  vault: NodeVault.client,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return (await vault.read(`secret/data/shop/${path}`)).data.data;
  } catch (error) {
    if ((error as { response?: { statusCode?: number } }).response?.statusCode === 404) return undefined;
    throw error;
  }
}

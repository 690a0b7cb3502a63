/** A test's AWS, a Connection to it, and sinks that deliver there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AwsConnection } from '../../src/domain/connections/aws.js';
import type { SinkDeclaration } from '../../src/domain/sinks/index.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { DriverWorld } from '../../src/sinks/driver.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { driverWorld } from './driver-world.js';
import { type AwsServer, awsSecretsManager, REGION } from './servers/aws-secrets-manager.js';

export const SECRET = 'shop/billing';

export interface AwsPlace {
  readonly server: AwsServer;
  readonly root: string;
  /** The environment of those who deliver: an access key. */
  readonly env: Readonly<Record<string, string>>;
  /** The fields of the Connection, with credentials of the environment unless something else is said. */
  connection(source?: Partial<AwsConnection>): AwsConnection;
  sink(field?: string, secret?: string): SinkDeclaration;
  world(env?: Readonly<Record<string, string>>, clock?: Clock): DriverWorld;
  /** The sinks as another process opens them. */
  open(more?: {
    readonly source?: Partial<AwsConnection>;
    readonly env?: Readonly<Record<string, string>>;
    readonly clock?: Clock | undefined;
  }): Sinks;
  stop(): Promise<void>;
}

export async function awsPlace(): Promise<AwsPlace> {
  const server = await awsSecretsManager();
  const root = mkdtempSync(join(tmpdir(), 'keywright-'));
  const env = server.newAccessKey();
  const connection: AwsPlace['connection'] = (source = { environment: true }) => ({
    ...{ region: REGION, endpoint: server.url },
    ...source,
  });
  const world: AwsPlace['world'] = (given = env, clock) =>
    driverWorld(root, { env: given, ...(clock && { clock }) });
  return {
    ...{ server, root, env, connection, world },
    sink: (field = 'api_key', secret = SECRET) => ({
      'aws-secrets-manager': { connection: 'cloud', secret, fields: { [field]: 'key' } },
    }),
    open: ({ source, env: given, clock } = {}) =>
      openSinks({
        files: { root, roots: ['.'], machine: 'here', exclusively: (work) => work() },
        drivers: world(given, clock),
        connections: { find: async () => ({ ok: true, value: { aws: connection(source) } }) },
      }),
    stop: async () => {
      await server.stop();
      rmSync(root, { recursive: true });
    },
  };
}

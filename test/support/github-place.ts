/** A test's GitHub, a Connection to it, and sinks that deliver there. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GithubConnection } from '../../src/domain/connections/github.js';
import type { SinkDeclaration } from '../../src/domain/sinks/index.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Sinks } from '../../src/ports/sink.js';
import type { DriverWorld } from '../../src/sinks/driver.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { driverWorld } from './driver-world.js';
import { type GithubServer, githubServer } from './servers/github.js';
import type { Permissions } from './servers/github-accounts.js';

export const REPOSITORY = 'acme/shop';
export const ORGANIZATION = 'acme';
export const APP = { id: 71, installation: 4242 };

type Target = Omit<NonNullable<SinkDeclaration['github-actions']>, 'connection'>;

export interface GithubPlace {
  readonly server: GithubServer;
  readonly root: string;
  /** The environment of those who deliver: GH_TOKEN. */
  readonly env: Readonly<Record<string, string>>;
  connection(credential?: Partial<GithubConnection>): GithubConnection;
  /** An App of GitHub whose private key is in the file app.pem. */
  addApp(permissions: Permissions): Partial<GithubConnection>;
  sink(target?: Partial<Target>): SinkDeclaration;
  world(env?: Readonly<Record<string, string>>, clock?: Clock): DriverWorld;
  /** The sinks as another process opens them. */
  open(more?: {
    readonly credential?: Partial<GithubConnection>;
    readonly env?: Readonly<Record<string, string>>;
    readonly clock?: Clock | undefined;
  }): Sinks;
  stop(): Promise<void>;
}

export const ALL_PERMISSIONS: Permissions = {
  ...{ secrets: 'write', environments: 'write', organization_secrets: 'write' },
};

export async function githubPlace(): Promise<GithubPlace> {
  const server = await githubServer();
  server.addRepository(REPOSITORY, ['production', 'eu/west #1']);
  server.addOrganization(ORGANIZATION);
  const root = mkdtempSync(join(tmpdir(), 'keywright-'));
  const env = { GH_TOKEN: server.accounts.newToken({ permissions: ALL_PERMISSIONS }) };
  const connection: GithubPlace['connection'] = (credential = { token: { env: 'GH_TOKEN' } }) => ({
    api: `${server.url}/api/v3`,
    ...credential,
  });
  const world: GithubPlace['world'] = (given = env, clock) =>
    driverWorld(root, { env: given, ...(clock && { clock }) });
  return {
    ...{ server, root, env, connection, world },
    addApp: (permissions) => {
      const { publicKey, privateKey } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicKeyEncoding: { type: 'spki', format: 'pem' },
        privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      });
      writeFileSync(join(root, 'app.pem'), privateKey);
      server.accounts.addApp(APP.id, publicKey, { [APP.installation]: permissions });
      return { app: { ...APP, privateKey: { file: 'app.pem' } } };
    },
    sink: (target = { repository: REPOSITORY }) => ({
      'github-actions': { connection: 'gh', fields: { API_KEY: 'key' }, ...target },
    }),
    open: ({ credential, env: given, clock } = {}) =>
      openSinks({
        files: { root, roots: ['.'], machine: 'here', exclusively: (work) => work() },
        drivers: world(given, clock),
        connections: { find: async () => ({ ok: true, value: { github: connection(credential) } }) },
      }),
    stop: async () => {
      await server.stop();
      rmSync(root, { recursive: true });
    },
  };
}

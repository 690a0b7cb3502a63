/** The test servers of the types of sinks, and what a client that does nothing else sends them: one keep-alive connection. */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsV4Signer } from 'aws4fetch';
import type { ConnectionSpec } from '../../src/domain/connections/index.js';
import type { SinkDeclaration } from '../../src/domain/kinds/index.js';
import { ok } from '../../src/domain/result.js';
import type { Secret } from '../../src/domain/secret.js';
import type { Sinks } from '../../src/ports/sink.js';
import { sealed } from '../../src/sinks/github/seal.js';
import { openSinks } from '../../src/sinks/sinks.js';
import { awsPlace } from '../../test/support/aws-place.js';
import { driverWorld } from '../../test/support/driver-world.js';
import { githubPlace } from '../../test/support/github-place.js';
import { connectionBy } from '../../test/support/kubernetes-cluster.js';
import { REGION } from '../../test/support/servers/aws-secrets-manager.js';
import { HAS_OPENSSL } from '../../test/support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../../test/support/servers/kubernetes.js';
import { VaultServer } from '../../test/support/servers/vault.js';

export interface BenchedType {
  readonly name: string;
  readonly sinks: Sinks;
  /** Deliveries or confirmations a round. */
  readonly each: number;
  sink(nth: number): SinkDeclaration;
  /** The calls that a delivery to a new object, and a confirmation of it, consist of. */
  bareDeliver(nth: number, secret: Secret): Promise<void>;
  bareConfirm(nth: number): Promise<void>;
  close(): Promise<void> | void;
}

type Headers = Readonly<Record<string, string>>;
interface Answer {
  readonly status: number;
  readonly body: string;
}
type Ask = (method: string, path: string, body?: unknown, headers?: Headers) => Promise<Answer>;

/** Sends JSON, and returns what is answered. Throws where there is no answer. */
export function bareClient(url: string, fixed: Headers, ca?: string): { ask: Ask; close(): void } {
  const isTls = url.startsWith('https:');
  const agent = isTls ? new TlsAgent({ keepAlive: true, ca }) : new Agent({ keepAlive: true });
  const request = isTls ? tlsRequest : plainRequest;
  const ask: Ask = (method, path, body, headers = {}) =>
    new Promise((done, reject) => {
      const sent = request(
        `${url}${path}`,
        { agent, method, headers: { ...fixed, ...headers } },
        (answer) => {
          let text = '';
          answer.setEncoding('utf8');
          answer.on('data', (chunk) => {
            text += chunk;
          });
          answer.on('end', () => done({ status: answer.statusCode ?? 0, body: text }));
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  return { ask, close: () => agent.destroy() };
}

/** A baseline that is refused measures nothing. */
export function expectStatus({ status, body }: Answer, ...statuses: readonly number[]): Answer {
  if (!statuses.includes(status)) throw new Error(`the bare call was answered ${status}: ${body}`);
  return { status, body };
}

const sinksThrough = (root: string, spec: ConnectionSpec, env: Headers = {}): Sinks =>
  openSinks({
    files: { root, roots: ['.'], machine: 'bench', exclusively: (work) => work() },
    drivers: driverWorld(root, { env }),
    connections: { find: async () => ok(spec) },
  });

export async function vault(): Promise<BenchedType> {
  const server = await VaultServer.start();
  server.mount('secret', { version: 2 });
  const token = server.rootToken();
  const { ask, close } = bareClient(server.address, { 'x-vault-token': token });
  const path = (nth: number): string => `/v1/secret/data/bare/${nth}`;
  const spec = { vault: { address: server.address, token: { env: 'VAULT_TOKEN' } } };
  return {
    ...{ name: 'vault', each: 50, sinks: sinksThrough('.', spec, { VAULT_TOKEN: token }) },
    sink: (nth) => ({
      vault: { connection: 'v', mount: 'secret', path: `k/${nth}`, fields: { api_key: 'key' } },
    }),
    bareDeliver: async (nth, secret) => {
      expectStatus(await ask('GET', path(nth)), 404);
      const body = { options: { cas: 0 }, data: { api_key: secret.reveal() } };
      expectStatus(await ask('POST', path(nth), body), 200);
    },
    bareConfirm: async (nth) => {
      const { data } = JSON.parse(expectStatus(await ask('GET', path(nth)), 200).body);
      const body = { options: { cas: data.metadata.version }, data: data.data };
      expectStatus(await ask('POST', path(nth), body), 200);
    },
    close: () => {
      close();
      return server.close();
    },
  };
}

/** Its certificates are made by openssl; undefined without it. */
export async function kubernetes(): Promise<BenchedType | undefined> {
  if (!HAS_OPENSSL) return undefined;
  const server = await KubernetesServer.start();
  server.namespace('shop');
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-'));
  const token = server.adminToken();
  const { ask, close } = bareClient(server.url, { authorization: `Bearer ${token}` }, server.ca);
  const all = '/api/v1/namespaces/shop/secrets';
  const json = { 'content-type': 'application/json' };
  return {
    ...{ name: 'kubernetes', each: 50 },
    sinks: sinksThrough(folder, connectionBy(server, folder, token).spec),
    sink: (nth) => ({
      kubernetes: { connection: 'k', namespace: 'shop', name: `k-${nth}`, fields: { API_KEY: 'key' } },
    }),
    bareDeliver: async (nth, secret) => {
      expectStatus(await ask('GET', `${all}/bare-${nth}`), 404);
      const data = { API_KEY: Buffer.from(secret.reveal()).toString('base64') };
      const metadata = { namespace: 'shop', name: `bare-${nth}` };
      const made = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data };
      expectStatus(await ask('POST', all, made, json), 201);
    },
    bareConfirm: async (nth) => {
      const { metadata } = JSON.parse(expectStatus(await ask('GET', `${all}/bare-${nth}`), 200).body);
      const { uid, resourceVersion } = metadata;
      const touched = { metadata: { uid, resourceVersion, annotations: { confirmed: resourceVersion } } };
      const patch = { 'content-type': 'application/merge-patch+json' };
      expectStatus(await ask('PATCH', `${all}/bare-${nth}`, touched, patch), 200);
    },
    close: async () => {
      close();
      await server.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function awsSecretsManager(): Promise<BenchedType> {
  const place = await awsPlace();
  const { url } = place.server;
  const { ask, close } = bareClient(url, {});
  const keys = {
    accessKeyId: place.env['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: place.env['AWS_SECRET_ACCESS_KEY'] ?? '',
    ...(place.env['AWS_SESSION_TOKEN'] && { sessionToken: place.env['AWS_SESSION_TOKEN'] }),
  };
  let drawn = 0;
  const version = (): string => `bare-${drawn++}`.padEnd(32, '-');
  /** The signature is part of the call. */
  const signed = async (operation: string, fields: object): Promise<Answer> => {
    const target = `secretsmanager.${operation}`;
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
    const body = JSON.stringify(fields);
    const request = { method: 'POST', url: `${url}/`, headers, body };
    const signer = new AwsV4Signer({ ...request, ...keys, region: REGION, service: 'secretsmanager' });
    return ask('POST', '/', body, Object.fromEntries((await signer.sign()).headers));
  };
  return {
    ...{ name: 'aws-secrets-manager', each: 50, sinks: place.open() },
    sink: (nth) => place.sink('api_key', `k/${nth}`),
    bareDeliver: async (nth, secret) => {
      const SecretId = `bare/${nth}`;
      const SecretString = JSON.stringify({ api_key: secret.reveal() });
      const made = { ClientRequestToken: version(), SecretString };
      expectStatus(await signed('GetSecretValue', { SecretId }), 400);
      expectStatus(await signed('PutSecretValue', { SecretId, ...made }), 400);
      expectStatus(await signed('CreateSecret', { Name: SecretId, ...made }), 200);
    },
    bareConfirm: async (nth) => {
      const SecretId = `bare/${nth}`;
      const held = JSON.parse(expectStatus(await signed('GetSecretValue', { SecretId }), 200).body);
      const made = { ClientRequestToken: version(), SecretString: held.SecretString };
      const put = { SecretId, ...made, VersionStages: ['BARE'] };
      expectStatus(await signed('PutSecretValue', put), 200);
      const moved = { MoveToVersionId: made.ClientRequestToken, RemoveFromVersionId: held.VersionId };
      const stage = { SecretId, VersionStage: 'AWSCURRENT', ...moved };
      expectStatus(await signed('UpdateSecretVersionStage', stage), 200);
    },
    close: () => {
      close();
      return place.stop();
    },
  };
}

/** A repository has at most a hundred secrets. */
const SECRETS_MAX = 100;

export async function githubActions(): Promise<BenchedType> {
  const place = await githubPlace();
  const { server } = place;
  const { ask, close } = bareClient(`${server.url}/api/v3`, {
    authorization: `Bearer ${place.env['GH_TOKEN']}`,
    ...{ accept: 'application/vnd.github+json', 'user-agent': 'bench' },
    'x-github-api-version': '2022-11-28',
  });
  const known = new Set<string>();
  const repositoryOf = (owner: string, nth: number): string => {
    const name = `${owner}/r${Math.floor(nth / SECRETS_MAX)}`;
    if (!known.has(name)) server.addRepository(name);
    known.add(name);
    return name;
  };
  const folder = (nth: number): string => `/repos/${repositoryOf('bare', nth)}/actions/secrets`;
  return {
    ...{ name: 'github-actions', each: 30, sinks: place.open() },
    sink: (nth) => place.sink({ repository: repositoryOf('acme', nth), fields: { [`KEY_${nth}`]: 'key' } }),
    bareDeliver: async (nth, secret) => {
      expectStatus(await ask('GET', `${folder(nth)}/KEY_${nth}`), 404);
      const { key, key_id } = JSON.parse(
        expectStatus(await ask('GET', `${folder(nth)}/public-key`), 200).body,
      );
      const body = { encrypted_value: await sealed(secret, key), key_id };
      expectStatus(await ask('PUT', `${folder(nth)}/KEY_${nth}`, body), 201, 204);
      expectStatus(await ask('GET', `${folder(nth)}/KEY_${nth}`), 200);
    },
    bareConfirm: async (nth) => {
      expectStatus(await ask('GET', `${folder(nth)}/KEY_${nth}`), 200);
    },
    close: () => {
      close();
      return place.stop();
    },
  };
}

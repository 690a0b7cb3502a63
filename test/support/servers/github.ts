/**
 * GitHub's secrets for Actions on loopback: of repositories, environments and organizations. It opens what was sealed,
 * holds permissions and limits as they are documented, and is spoken to by a client of GitHub's own too
 * (test/sinks/github/stranger.test.ts).
 */
import { randomBytes } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { GithubAccounts, type Permissions, type Token } from './github-accounts.js';
import { type Heard, type LoopbackService, loopbackService, type Reply } from './loopback-service.js';

interface StoredSecret {
  readonly createdAt: string;
  value: string;
  updatedAt: string;
  visibility?: string | undefined;
  selected?: readonly number[] | undefined;
}

/** What has secrets: a repository, an environment or an organization. */
interface Holder {
  readonly permission: string;
  readonly limit: number;
  readonly secrets: Map<string, StoredSecret>;
  keyId: string;
  readonly keys: Map<string, { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array }>;
}

export interface GithubServer extends LoopbackService {
  readonly accounts: GithubAccounts;
  /** Every value that was ever written, in order. */
  readonly history: { readonly path: string; readonly value: string }[];
  addRepository(name: string, environments?: readonly string[]): void;
  addOrganization(name: string): void;
  removeHolder(path: string): void;
  renameRepository(from: string, to: string): void;
  /** The secret at a path of the API, as a workflow sees it. */
  look(path: string): string | undefined;
  stored(path: string): StoredSecret | undefined;
  overwrite(path: string, value: string): void;
  newKey(holder: string): void;
  /** How far its clock is ahead, milliseconds; each write takes a second, so that writes can be told apart. */
  skewMs: number;
  isTicking: boolean;
}

const VALUE_MAX_BYTES = 48 << 10;

export async function githubServer(): Promise<GithubServer> {
  await sodium.ready;
  const accounts = new GithubAccounts();
  const holders = new Map<string, Holder>();
  const renamed = new Map<string, string>();
  const history: GithubServer['history'] = [];
  const settings = { skewMs: 0, isTicking: true };
  const now = (): number => Date.now() + settings.skewMs;
  const iso = (): string => `${new Date(now()).toISOString().slice(0, 19)}Z`;

  function addHolder(path: string, permission: string, limit: number): void {
    const holder: Holder = { permission, limit, secrets: new Map(), keyId: '', keys: new Map() };
    holders.set(path.toLowerCase(), holder);
    newKey(holder);
  }
  function newKey(holder: Holder): void {
    holder.keyId = String(randomBytes(6).readUIntBE(0, 6));
    holder.keys.set(holder.keyId, sodium.crypto_box_keypair());
  }
  function at(path: string): { readonly holder: Holder | undefined; readonly name: string } {
    const end = path.lastIndexOf('/');
    return { holder: holders.get(path.slice(0, end).toLowerCase()), name: path.slice(end + 1) };
  }
  function store(path: string, value: string, more: Partial<StoredSecret> = {}): boolean {
    if (settings.isTicking) settings.skewMs += 1_000;
    const { holder, name } = at(path);
    const before = holder?.secrets.get(name);
    holder?.secrets.set(name, { createdAt: before?.createdAt ?? iso(), value, updatedAt: iso(), ...more });
    history.push({ path, value });
    return before === undefined;
  }

  function answer(heard: Heard): Reply {
    const path = (heard.path.split('?')[0] ?? '').replace(/^\/api\/v3/, '');
    if (!heard.headers['user-agent']) return message(403, 'Request forbidden by administrative rules.');
    if (heard.headers['x-github-api-version'] !== '2022-11-28')
      return message(400, 'Unsupported API version');
    const installation = /^\/app\/installations\/(\d+)\/access_tokens$/.exec(path);
    if (installation) return installationReply(Number(installation[1]), heard, { accounts, now: now() });
    const token = accounts.tokenOf(heard.headers.authorization, now());
    if (token === undefined) return message(401, 'Bad credentials');
    return secretsReply({ ...heard, path: heard.path.replace(/^\/api\/v3/, '') }, token, {
      at,
      store,
      renamed,
    });
  }

  const service = await loopbackService({ operationOf, answer });
  return Object.assign(settings, service, {
    ...{ accounts, history },
    addRepository: (name: string, environments: readonly string[] = []) => {
      addHolder(`/repos/${name}/actions/secrets`, 'secrets', 100);
      for (const one of environments)
        addHolder(`/repos/${name}/environments/${encodeURIComponent(one)}/secrets`, 'environments', 100);
    },
    addOrganization: (name: string) =>
      addHolder(`/orgs/${name}/actions/secrets`, 'organization_secrets', 1_000),
    removeHolder: (path: string) => void holders.delete(path.toLowerCase()),
    renameRepository: (from: string, to: string) => void renamed.set(`/repos/${from}/`, `/repos/${to}/`),
    look: (path: string) => at(path).holder?.secrets.get(at(path).name)?.value,
    stored: (path: string) => at(path).holder?.secrets.get(at(path).name),
    overwrite: (path: string, value: string) => void store(path, value),
    newKey: (holder: string) => {
      const found = holders.get(holder.toLowerCase());
      if (found) newKey(found);
    },
  });
}

const operationOf = ({ method, path }: Heard): string =>
  path.includes('/access_tokens') ? 'token' : path.endsWith('/public-key') ? 'public-key' : method;

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

export const message = (
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Reply => json(status, { message: text, documentation_url: 'https://docs.github.com/rest' }, headers);

function installationReply(
  id: number,
  { method, headers }: Heard,
  { accounts, now }: { readonly accounts: GithubAccounts; readonly now: number },
): Reply {
  const app = accounts.appOf(headers.authorization, now);
  if (method !== 'POST' || app === undefined) return message(401, 'A JSON web token could not be decoded');
  const permissions = app.installations.get(id);
  if (permissions === undefined) return message(404, 'Not Found');
  const expiresAt = now + 60 * 60_000;
  const token = `ghs_${randomBytes(20).toString('hex')}`;
  accounts.tokens.set(token, { permissions, expiresAt });
  return json(201, { token, expires_at: `${new Date(expiresAt).toISOString().slice(0, 19)}Z`, permissions });
}

interface Store {
  at(path: string): { readonly holder: Holder | undefined; readonly name: string };
  store(path: string, value: string, more?: Partial<StoredSecret>): boolean;
  readonly renamed: ReadonlyMap<string, string>;
}

function secretsReply(heard: Heard, token: Token, { at, store, renamed }: Store): Reply {
  const [path = '', query = ''] = heard.path.split('?');
  for (const [from, to] of renamed)
    if (path.startsWith(from))
      return message(heard.method === 'GET' ? 301 : 307, 'Moved Permanently', {
        location: path.replace(from, to),
      });
  const isSelection = path.endsWith('/repositories');
  const secretPath = isSelection ? path.slice(0, -'/repositories'.length) : path;
  const { holder, name } = at(secretPath);
  const [, owner = '', repository = ''] = /^\/repos\/([^/]+)\/([^/]+)/.exec(path) ?? [];
  const isSeen = token.repositories?.includes(`${owner}/${repository}`) ?? true;
  // What is not there, and what must not be seen, are one answer.
  if (holder === undefined || (owner !== '' && !isSeen)) return message(404, 'Not Found');
  if (!isPermitted(token.permissions, holder.permission, heard.method))
    return message(403, 'Resource not accessible by personal access token');
  if (name === 'public-key' && heard.method === 'GET')
    return json(200, { key_id: holder.keyId, key: base64(holder.keys.get(holder.keyId)?.publicKey) });
  const found = holder.secrets.get(name);
  if (heard.method === 'PUT') return putReply(heard, { holder, name, store, path });
  if (found === undefined) return message(404, 'Not Found');
  if (isSelection) return selectionReply(found, query);
  if (heard.method === 'DELETE') {
    holder.secrets.delete(name);
    return { status: 204 };
  }
  const { createdAt, updatedAt, visibility } = found;
  return json(200, { name, created_at: createdAt, updated_at: updatedAt, ...(visibility && { visibility }) });
}

const isPermitted = (permissions: Permissions, needed: string, method: string): boolean =>
  permissions[needed] === 'write' || (method === 'GET' && permissions[needed] === 'read');

interface Put extends Pick<Store, 'store'> {
  readonly holder: Holder;
  readonly name: string;
  readonly path: string;
}

function putReply({ body }: Heard, { holder, name, store, path }: Put): Reply {
  const { encrypted_value, key_id, visibility, selected_repository_ids: selected } = JSON.parse(body);
  const isOfOrganization = holder.permission === 'organization_secrets';
  if (!/^(?!GITHUB_)[A-Z_][A-Z0-9_]*$/.test(name)) return message(422, 'Secret names can only contain …');
  if (isOfOrganization !== ['all', 'private', 'selected'].includes(visibility))
    return message(422, 'Invalid request.');
  if (selected !== undefined && visibility !== 'selected') return message(422, 'Invalid request.');
  const sealed = Buffer.from(String(encrypted_value), 'base64');
  if (sealed.length > VALUE_MAX_BYTES) return message(422, 'The value is too large.');
  const value = opened(sealed, holder, key_id);
  if (value === undefined) return message(422, 'The value is not encrypted with the public key.');
  if (!holder.secrets.has(name) && holder.secrets.size >= holder.limit)
    return message(422, 'Too many secrets.');
  // What is not said again is lost.
  const more = isOfOrganization ? { visibility, selected: selected ?? [] } : {};
  return store(path, value, more) ? json(201, {}) : { status: 204 };
}

function opened(sealed: Uint8Array, { keys }: Holder, keyId: string): string | undefined {
  const pair = keys.get(String(keyId));
  if (pair === undefined) return undefined;
  try {
    return Buffer.from(sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey)).toString('utf8');
  } catch {
    // The library throws for a box that is not for this key.
    return undefined;
  }
}

function selectionReply({ visibility, selected = [] }: StoredSecret, query: string): Reply {
  if (visibility !== 'selected') return message(409, 'Visibility of the secret is not selected');
  const asked = new URLSearchParams(query);
  const size = Math.min(Number(asked.get('per_page') ?? 30), 100);
  const from = (Number(asked.get('page') ?? 1) - 1) * size;
  return json(200, {
    total_count: selected.length,
    repositories: selected.slice(from, from + size).map((id) => ({ id, name: `repository-${id}` })),
  });
}

const base64 = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64');

/** A kubeconfig, as kubectl reads it, without its files being read: the cluster and the user that a context names. */
import { parseDocument } from 'yaml';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { type Json, listOf, recordOf, textOf } from './json.js';

export interface Cluster {
  readonly server: string;
  readonly caData?: string | undefined;
  readonly caFile?: string | undefined;
  readonly serverName?: string | undefined;
  readonly proxy?: string | undefined;
  /** For plugins that ask for it. */
  readonly extension?: Json;
}

export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly isToldOfCluster: boolean;
}

export interface User {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly certData?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyData?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly exec?: ExecPlugin | undefined;
}

/** Aliases and depth that no kubeconfig has: a small file could grow without bound. */
const LIMITS = { maxAliasCount: 0 } as const;

export const EXEC_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];

/** `sink_refused`, with what to do, for what does not exist and for what Keywright does not do. Of the file only names are quoted. */
export function parseKubeconfig(
  text: string,
  { file, context }: { readonly file: string; readonly context?: string | undefined },
): Result<{ readonly cluster: Cluster; readonly user: User }> {
  const refused = (message: string): Result<never> =>
    fail(fault('sink_refused', `the kubeconfig ${file} ${message}`));
  const config = configOf(text);
  if (config === undefined)
    return refused('is not valid YAML, or uses aliases. Export it anew with kubectl config view --raw.');
  const name = context ?? textOf(config['current-context']);
  if (name === undefined) return refused('has no current-context. Name a context in the Connection.');
  const chosen = named(config['contexts'], name, 'context');
  if (chosen === undefined) return refused(`has no context ${name}`);
  const cluster = named(config['clusters'], textOf(chosen['cluster']), 'cluster');
  if (cluster === undefined) return refused(`has no cluster for the context ${name}`);
  const user = named(config['users'], textOf(chosen['user']), 'user');
  if (user === undefined) return refused(`has no user for the context ${name}`);
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem !== undefined) return refused(`${problem} (context ${name})`);
  return ok({ cluster: clusterOf(cluster), user: userOf(user) });
}

function configOf(text: string): Readonly<Record<string, Json>> | undefined {
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' });
  if (document.errors.length > 0) return undefined;
  try {
    return recordOf(document.toJS(LIMITS));
  } catch {
    // An alias beyond the limit is thrown.
    return undefined;
  }
}

type Fields = Readonly<Record<string, Json>>;

function named(list: Json, name: string | undefined, member: string): Fields | undefined {
  const found = listOf(list)
    .map(recordOf)
    .find((one) => name !== undefined && one['name'] === name);
  return found && recordOf(found[member]);
}

function clusterProblem(cluster: Fields): string | undefined {
  const server = textOf(cluster['server']);
  if (server === undefined) return 'names no server';
  if (cluster['insecure-skip-tls-verify'] === true)
    return 'sets insecure-skip-tls-verify, which would give secrets to any server that responds. Name the CA of the cluster instead';
  if (!URL.canParse(server) || !isSafe(new URL(server)))
    return 'has a server that is no https address. Plain http is accepted for this machine only';
  const proxy = textOf(cluster['proxy-url']);
  if (proxy !== undefined && !/^https?:\/\//.test(proxy))
    return 'has a proxy-url that is neither http nor https';
  return undefined;
}

const isSafe = ({ protocol, hostname, username, password }: URL): boolean =>
  username === '' &&
  password === '' &&
  (protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)));

/** Ways of signing in that would be left out without a word. */
const UNSUPPORTED = ['username', 'password', 'auth-provider', 'as', 'as-uid', 'as-groups', 'as-user-extra'];

function userProblem(user: Fields): string | undefined {
  const found = UNSUPPORTED.find((field) => user[field] !== undefined);
  if (found !== undefined)
    return `has a user with ${found}, which is not supported. Use a token, a client certificate or an exec plugin`;
  if (user['exec'] === undefined) return undefined;
  const exec = recordOf(user['exec']);
  if (!EXEC_VERSIONS.includes(textOf(exec['apiVersion']) ?? ''))
    return `has an exec plugin whose apiVersion is neither ${EXEC_VERSIONS.join(' nor ')}`;
  if (textOf(exec['command']) === undefined) return 'has an exec plugin without a command';
  if (exec['interactiveMode'] === 'Always')
    return 'has an exec plugin that needs a terminal (interactiveMode: Always). Use a user for robots';
  return undefined;
}

const clusterOf = (cluster: Fields): Cluster => ({
  server: textOf(cluster['server']) ?? '',
  caData: textOf(cluster['certificate-authority-data']),
  caFile: textOf(cluster['certificate-authority']),
  serverName: textOf(cluster['tls-server-name']),
  proxy: textOf(cluster['proxy-url']),
  extension: named(cluster['extensions'], 'client.authentication.k8s.io/exec', 'extension'),
});

const userOf = (user: Fields): User => ({
  ...{ token: textOf(user['token']), tokenFile: textOf(user['tokenFile']) },
  ...{ certData: textOf(user['client-certificate-data']), certFile: textOf(user['client-certificate']) },
  ...{ keyData: textOf(user['client-key-data']), keyFile: textOf(user['client-key']) },
  exec: user['exec'] === undefined ? undefined : execOf(recordOf(user['exec'])),
});

const execOf = (exec: Fields): ExecPlugin => ({
  apiVersion: textOf(exec['apiVersion']) ?? '',
  command: textOf(exec['command']) ?? '',
  args: listOf(exec['args']).map(String),
  env: Object.fromEntries(
    listOf(exec['env'])
      .map(recordOf)
      .map(({ name, value }) => [String(name), String(value)]),
  ),
  isToldOfCluster: exec['provideClusterInfo'] === true,
});

/** From a kubeconfig to a login: its files are read, and its plugin is run. */
import { dirname, resolve } from 'node:path';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { readText } from '../credentials.js';
import type { DriverWorld } from '../driver.js';
import { permittedHost } from '../hosts.js';
import { bearer } from './bearer.js';
import { runPlugin } from './exec-plugin.js';
import { type Cluster, parseKubeconfig, type User } from './kubeconfig.js';
import type { Login, OpenLogin } from './login.js';

const FILE_MAX_BYTES = 1 << 20;

type World = Pick<DriverWorld, 'env' | 'root'>;

export function kubeconfigLogin(
  { file, context }: { readonly file: string; readonly context?: string },
  world: World,
): OpenLogin {
  const path = resolve(world.root, file);
  return async (signal) => {
    const text = await readText(path, { named: file, maxBytes: FILE_MAX_BYTES });
    if (!text.ok) return text;
    const config = parseKubeconfig(text.value, { file, context });
    if (!config.ok) return config;
    const { cluster, user } = config.value;
    // Before any credential is read, and any program is run.
    const permitted = permittedHost(cluster.server, world.env);
    if (!permitted.ok) return permitted;
    const near = fileReader(dirname(path));
    const ca = await near(cluster.caData, cluster.caFile);
    if (!ca.ok) return ca;
    const shown = user.exec
      ? await pluginLogin(cluster, user, { ca: ca.value, folder: dirname(path), env: world.env, signal })
      : await ownLogin(user, near);
    if (!shown.ok) return shown;
    const { server: origin, serverName, proxy } = cluster;
    return ok({ origin, ca: ca.value, serverName, proxy, ...shown.value });
  };
}

type Shown = Pick<Login, 'authorization' | 'cert' | 'key' | 'until'>;
type ReadNear = (data: string | undefined, file: string | undefined) => Promise<Result<string | undefined>>;

/** Data goes before a file, as in client-go; a file is relative to the kubeconfig. */
const fileReader =
  (folder: string): ReadNear =>
  async (data, file) => {
    if (data !== undefined) return ok(Buffer.from(data, 'base64').toString('utf8'));
    return file === undefined
      ? ok(undefined)
      : readText(resolve(folder, file), { named: file, maxBytes: FILE_MAX_BYTES });
  };

async function ownLogin(user: User, near: ReadNear): Promise<Result<Shown>> {
  const cert = await near(user.certData, user.certFile);
  if (!cert.ok) return cert;
  const key = await near(user.keyData, user.keyFile);
  if (!key.ok) return key;
  // A token file goes before a token: it is replaced, and the token is only what it was.
  const fromFile = await near(undefined, user.tokenFile);
  if (!fromFile.ok) return fromFile;
  const token = fromFile.value ?? user.token;
  if (token === undefined && cert.value === undefined)
    return fail(
      fault('sink_refused', 'the kubeconfig has a user without token, client certificate or exec plugin'),
    );
  if ((cert.value === undefined) !== (key.value === undefined))
    return fail(
      fault('sink_refused', 'the kubeconfig has a user with only one of client certificate and key'),
    );
  return ok({
    ...{ cert: cert.value, key: key.value === undefined ? undefined : new Secret(key.value) },
    authorization: token === undefined ? undefined : bearer(new Secret(token)),
  });
}

async function pluginLogin(
  cluster: Cluster,
  { exec }: User,
  {
    ca,
    ...world
  }: {
    readonly ca: string | undefined;
    readonly folder: string;
    readonly env: World['env'];
    readonly signal: AbortSignal;
  },
): Promise<Result<Shown>> {
  if (exec === undefined) return ok({});
  const told = {
    server: cluster.server,
    ...(cluster.serverName && { 'tls-server-name': cluster.serverName }),
    ...(ca && { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
    ...(cluster.proxy && { 'proxy-url': cluster.proxy }),
    ...(cluster.extension !== undefined && { config: cluster.extension }),
  };
  const printed = await runPlugin(exec, { ...world, cluster: exec.isToldOfCluster ? told : undefined });
  if (!printed.ok) return printed;
  const { token, cert, key, until } = printed.value;
  return ok({ cert, key, until, authorization: token && bearer(token) });
}

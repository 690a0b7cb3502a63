/**
 * A credential plugin, as client-go runs it: a command that prints an ExecCredential. It gets no terminal, nothing of what
 * Keywright itself was given, and what it prints is never shown.
 */
import { execFile } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { type Instant, SECOND_MS } from '../../domain/time.js';
import { parseJson, recordOf, textOf } from './json.js';
import type { ExecPlugin } from './kubeconfig.js';

export interface ExecCredential {
  readonly token: Secret | undefined;
  readonly cert: string | undefined;
  readonly key: Secret | undefined;
  readonly until: Instant | undefined;
}

export interface PluginWorld {
  /** The folder of the kubeconfig: a command with a slash in it starts there. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Of the cluster, for `KUBERNETES_EXEC_INFO`, when the plugin asks for it. */
  readonly cluster: object | undefined;
}

const OUTPUT_MAX_BYTES = 1 << 20;
/** A credential is not used in its last seconds: a request takes as long. */
const MARGIN_MS = 15 * SECOND_MS;

export async function runPlugin(plugin: ExecPlugin, world: PluginWorld): Promise<Result<ExecCredential>> {
  const printed = await outputOf(plugin, world);
  return printed.ok ? credentialIn(printed.value, plugin) : printed;
}

function outputOf(
  plugin: ExecPlugin,
  { folder, env, signal, cluster }: PluginWorld,
): Promise<Result<string>> {
  const { command, args, apiVersion } = plugin;
  const hasSlash = command.includes('/') && !isAbsolute(command);
  const info = {
    apiVersion,
    kind: 'ExecCredential',
    spec: { interactive: false, ...(cluster && { cluster }) },
  };
  const own = Object.entries(env).filter(([name]) => !name.startsWith('KEYWRIGHT_'));
  const given = { ...Object.fromEntries(own), ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  const options = {
    env: given,
    signal,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_MAX_BYTES,
    encoding: 'utf8',
  } as const;
  return new Promise((resolve) => {
    const child = execFile(hasSlash ? join(folder, command) : command, [...args], options, (error, stdout) =>
      resolve(error === null ? ok(stdout) : fail(failureOf(error, command))),
    );
    child.stdin?.on('error', () => undefined).end();
  });
}

/** Without what the plugin printed: it may be a credential. */
function failureOf(
  error: { readonly code?: string | number | null; readonly name: string },
  command: string,
): Fault {
  if (error.code === 'ENOENT' || error.code === 'EACCES')
    return fault(
      'sink_refused',
      `the credential plugin ${command} cannot be started (${error.code}). Install it, or correct its path.`,
    );
  const how = error.name === 'AbortError' ? 'did not finish in time' : `failed (${error.code ?? 'killed'})`;
  return fault(
    'sink_unavailable',
    `the credential plugin ${command} ${how}. Run it in a terminal to see why.`,
  );
}

function credentialIn(printed: string, { command, apiVersion }: ExecPlugin): Result<ExecCredential> {
  const credential = recordOf(parseJson(printed));
  const refused = (what: string): Result<never> =>
    fail(fault('sink_refused', `the credential plugin ${command} ${what}`));
  if (credential['kind'] !== 'ExecCredential') return refused('did not print an ExecCredential');
  if (credential['apiVersion'] !== apiVersion)
    return refused(`did not print an ExecCredential of ${apiVersion}`);
  const status = recordOf(credential['status']);
  const token = textOf(status['token']);
  const cert = textOf(status['clientCertificateData']);
  const key = textOf(status['clientKeyData']);
  if (token === undefined && cert === undefined)
    return refused('printed neither a token nor a client certificate');
  if ((cert === undefined) !== (key === undefined))
    return refused('printed only one of a certificate and its key');
  const ends = textOf(status['expirationTimestamp']);
  const until = ends === undefined ? undefined : Date.parse(ends);
  if (until !== undefined && Number.isNaN(until))
    return refused('printed an expirationTimestamp that is no instant');
  return ok({
    ...{ cert, token: token === undefined ? undefined : new Secret(token) },
    ...{ key: key === undefined ? undefined : new Secret(key) },
    until: until === undefined ? undefined : until - MARGIN_MS,
  });
}

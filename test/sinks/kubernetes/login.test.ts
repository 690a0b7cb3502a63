/** Every way to a cluster: in a pod, by kubeconfig, by address and token. Asserts whom the API server saw. */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionSpec } from '../../../src/domain/connections/index.js';
import { openKubernetes } from '../../../src/sinks/kubernetes/driver.js';
import { inClusterLogin } from '../../../src/sinks/kubernetes/in-cluster.js';
import { driverWorld } from '../../support/driver-world.js';
import { call, OBJECT } from '../../support/kubernetes-cluster.js';
import { testsWith } from '../../support/parts.js';
import { HAS_OPENSSL } from '../../support/servers/kubernetes/pki.js';
import { KubernetesServer } from '../../support/servers/kubernetes.js';
import { tunnelProxy } from '../../support/tunnel-proxy.js';

const { describe } = testsWith('openssl', HAS_OPENSSL);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('kubernetes connection', () => {
  let server: KubernetesServer;
  let folder: string;
  beforeAll(async () => {
    server = await KubernetesServer.start();
    server.namespace('shop');
    server.put({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'billing', namespace: 'shop' } },
      data: { API_KEY: 'b25l' },
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keywright-'));
    server.requests.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, text: string): void => {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const read = (kubernetes: NonNullable<ConnectionSpec['kubernetes']>, env: Record<string, string> = {}) =>
    openKubernetes({ name: 'cluster', spec: { kubernetes } }, driverWorld(folder, { env })).read(
      OBJECT,
      call(10_000),
    );
  const config = (user: object, cluster: object = {}, more: object = {}): void =>
    write(
      'k/config',
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'here' },
        clusters: [
          {
            name: 'c',
            cluster: { server: server.url, 'certificate-authority-data': base64(server.ca), ...cluster },
          },
        ],
        users: [{ name: 'u', user }],
        contexts: [
          { name: 'here', context: { cluster: 'c', user: 'u' } },
          { name: 'other', context: { cluster: 'nowhere', user: 'u' } },
        ],
        ...more,
      }),
    );
  const byConfig = (env: Record<string, string> = {}) => read({ kubeconfig: { file: 'k/config' } }, env);
  const works = { ok: true, value: { values: new Map([['API_KEY', 'one']]) } };
  const refused = (message: string) => ({
    ok: false,
    error: { code: 'sink_refused', message: expect.stringContaining(message) },
  });

  it('address: a token by reference, and the issuer in a file', async () => {
    write('ca.crt', server.ca);
    const token = server.adminToken();
    const way = { address: server.url, token: { env: 'K8S' }, caFile: 'ca.crt' };
    expect(await read(way, { K8S: token })).toMatchObject(works);
    expect(await read(way)).toMatchObject(refused('K8S is not set'));
    const { caFile: _, ...untrusting } = way;
    expect(await read(untrusting, { K8S: token })).toMatchObject({
      ok: false,
      error: { code: 'sink_unavailable' },
    });
    expect(await read(way, { K8S: token, KEYWRIGHT_CONNECTION_HOSTS: 'other.example.com' })).toMatchObject(
      refused('KEYWRIGHT_CONNECTION_HOSTS'),
    );
  });

  it('in the cluster: the token of the pod, read again when it has rotated', async () => {
    write('sa/token', server.token('a', 'first'));
    write('sa/ca.crt', server.ca);
    const env = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) };
    const login = inClusterLogin({ env }, join(folder, 'sa'));
    const first = await login(call().signal);
    write('sa/token', server.token('a', 'second'));
    const second = await login(call().signal);
    if (!first.ok || !second.ok) throw new Error('no login');
    expect(first.value).toMatchObject({ origin: server.url, ca: server.ca });
    expect(first.value.authorization?.reveal()).not.toBe(second.value.authorization?.reveal());
    expect(await inClusterLogin({ env: {} })(call().signal)).toMatchObject(refused('does not run in a pod'));
    const v6 = await inClusterLogin(
      { env: { KUBERNETES_SERVICE_HOST: 'fd00::1' } },
      join(folder, 'sa'),
    )(call().signal);
    expect(v6).toMatchObject({ value: { origin: 'https://[fd00::1]:443' } });
  });

  it('a token is kept for a minute and no longer', async () => {
    let now = 0;
    const file = join(folder, 'token');
    write('ca.crt', server.ca);
    writeFileSync(file, server.adminToken());
    const spec = { kubernetes: { address: server.url, token: { file: 'token' }, caFile: 'ca.crt' } };
    const world = driverWorld(folder);
    const clock = { ...world.clock, monotonicMs: () => now };
    const driver = openKubernetes({ name: 'cluster', spec }, { ...world, clock });
    const shown = async (): Promise<string | undefined> => {
      await driver.read(OBJECT, call());
      return server.requests.at(-1)?.headers.authorization;
    };
    const first = await shown();
    writeFileSync(file, `${server.adminToken()}\n`);
    now = 59_000;
    expect(await shown()).toBe(first);
    now = 60_000;
    expect(await shown()).not.toBe(first);
    expect(server.requests.at(-1)?.code).toBe(200);
  });

  it('kubeconfig: a token, a token file beside it, and a client certificate as data and as files', async () => {
    config({ token: server.adminToken() });
    expect(await byConfig()).toMatchObject(works);
    write('k/token', `${server.adminToken()}\n`);
    config({ token: 'what it once was', tokenFile: 'token' });
    expect(await byConfig()).toMatchObject(works);
    const { cert, key } = server.certificate('ada', ['system:masters']);
    config({ 'client-certificate-data': base64(cert), 'client-key-data': base64(key) });
    expect(await byConfig()).toMatchObject(works);
    write('k/own.crt', cert);
    write('k/own.key', key);
    write('k/ca.crt', server.ca);
    config(
      { 'client-certificate': 'own.crt', 'client-key': 'own.key' },
      { 'certificate-authority-data': undefined, 'certificate-authority': 'ca.crt' },
    );
    expect(await byConfig()).toMatchObject(works);
  });

  it('kubeconfig: the name in the certificate, and the way through a proxy', async () => {
    const token = server.adminToken();
    config({ token }, { 'tls-server-name': 'kubernetes.default.svc' });
    expect(await byConfig()).toMatchObject(works);
    config({ token }, { 'tls-server-name': 'other.example.com' });
    expect(await byConfig()).toMatchObject({ ok: false, error: { code: 'sink_unavailable' } });
    const proxy = await tunnelProxy();
    try {
      config(
        { token },
        {
          server: `https://kubernetes.example.test:${server.port}`,
          'tls-server-name': 'localhost',
          'proxy-url': proxy.url,
        },
      );
      expect(await byConfig()).toMatchObject(works);
      expect(proxy.asked).toEqual([`CONNECT kubernetes.example.test:${server.port}`]);
      expect(proxy.seen()).not.toContain(token);
    } finally {
      await proxy.close();
    }
  });

  it.each([
    ['no verification', {}, { 'insecure-skip-tls-verify': true }, 'insecure-skip-tls-verify'],
    ['plain http', {}, { server: 'http://kubernetes.example.com' }, 'no https address'],
    ['a password in the address', {}, { server: 'https://a:b@kubernetes.example.com' }, 'no https address'],
    ['a proxy that is no web proxy', {}, { 'proxy-url': 'socks5://127.0.0.1:1' }, 'proxy-url'],
    ['a password', { username: 'a', password: 'b' }, {}, 'a user with username'],
    ['an auth provider', { 'auth-provider': { name: 'gcp' } }, {}, 'auth-provider'],
    ['impersonation', { token: 't', as: 'root' }, {}, 'a user with as'],
    ['a user with nothing', {}, {}, 'without token, client certificate or exec plugin'],
    ['half a certificate', { 'client-certificate-data': 'YQ==' }, {}, 'only one of'],
    [
      'an old plugin',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1alpha1', command: 'x' } },
      {},
      'apiVersion',
    ],
    [
      'a plugin with a terminal',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'x', interactiveMode: 'Always' } },
      {},
      'needs a terminal',
    ],
    [
      'a plugin that is not there',
      { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './none' } },
      {},
      'cannot be started (ENOENT)',
    ],
  ])('kubeconfig: %s is refused before anything is sent', async (_, user, cluster, message) => {
    config(user, cluster);
    expect(await byConfig()).toMatchObject(refused(message));
    expect(server.requests).toEqual([]);
  });

  it('kubeconfig: contexts that are not there, files that are none', async () => {
    config({ token: 'x' });
    expect(await read({ kubeconfig: { file: 'k/config', context: 'other' } })).toMatchObject(
      refused('has no cluster for the context other'),
    );
    expect(await read({ kubeconfig: { file: 'k/config', context: 'none' } })).toMatchObject(
      refused('has no context none'),
    );
    config({ token: 'x' }, {}, { 'current-context': '' });
    expect(await byConfig()).toMatchObject(refused('has no current-context'));
    write('k/config', 'a: &a [x]\nb: [*a, *a]\n');
    expect(await byConfig()).toMatchObject(refused('uses aliases'));
    write('k/config', ': : :');
    expect(await byConfig()).toMatchObject(refused('is not valid YAML'));
    write('k/config', 'x'.repeat((1 << 20) + 1));
    expect(await byConfig()).toMatchObject(refused('more than'));
    rmSync(join(folder, 'k/config'));
    expect(await byConfig()).toMatchObject(refused('cannot be read'));
  });

  const plugin = (script: string, more: object = {}): void => {
    write('k/plugin.sh', `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'k/plugin.sh'), 0o755);
    config({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin.sh', ...more } });
  };
  const credential = (status: object, apiVersion = 'client.authentication.k8s.io/v1'): string =>
    JSON.stringify({ apiVersion, kind: 'ExecCredential', status });

  it('exec plugin: its token is used, and it sees what it asks for and nothing of ours', async () => {
    const token = server.adminToken();
    plugin(`cd "$(dirname "$0")"; env > seen; echo "$@" > args; echo '${credential({ token })}'`, {
      ...{ args: ['get', 'token'], env: [{ name: 'REGION', value: 'eu' }], provideClusterInfo: true },
    });
    const env = {
      PATH: process.env['PATH'] ?? '',
      AWS_PROFILE: 'prod',
      KEYWRIGHT_MASTER_KEY: 'a master key',
    };
    expect(await byConfig(env)).toMatchObject(works);
    const seen = readFileSync(join(folder, 'k/seen'), 'utf8');
    expect(seen).toMatch(/^REGION=eu$/m);
    expect(seen).toMatch(/^AWS_PROFILE=prod$/m);
    expect(seen).not.toContain('KEYWRIGHT');
    const info = JSON.parse(/^KUBERNETES_EXEC_INFO=(.*)$/m.exec(seen)?.[1] ?? '');
    expect(info).toMatchObject({
      ...{ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' },
      spec: {
        interactive: false,
        cluster: { server: server.url, 'certificate-authority-data': base64(server.ca) },
      },
    });
    expect(readFileSync(join(folder, 'k/args'), 'utf8')).toBe('get token\n');
  });

  it('exec plugin: a client certificate, in version v1beta1', async () => {
    const { cert, key } = server.certificate('ada', ['system:masters']);
    const version = 'client.authentication.k8s.io/v1beta1';
    write('k/credential.json', credential({ clientCertificateData: cert, clientKeyData: key }, version));
    plugin('cat "$(dirname "$0")/credential.json"', { apiVersion: version });
    expect(await byConfig({ PATH: process.env['PATH'] ?? '' })).toMatchObject(works);
  });

  it('exec plugin: is asked again when its credential has ended or was not accepted, and not before', async () => {
    const env = { PATH: process.env['PATH'] ?? '' };
    const runs = (): number =>
      existsSync(join(folder, 'k/runs')) ? readFileSync(join(folder, 'k/runs'), 'utf8').length : 0;
    let now = Date.parse('2026-01-01T00:00:00Z');
    const token = server.adminToken();
    plugin(
      `cd "$(dirname "$0")"; printf x >> runs; echo '${credential({ token, expirationTimestamp: '2026-01-01T00:00:40Z' })}'`,
    );
    const world = driverWorld(folder, { env });
    const clock = { ...world.clock, now: () => now };
    const driver = openKubernetes(
      { name: 'c', spec: { kubernetes: { kubeconfig: { file: 'k/config' } } } },
      { ...world, clock },
    );
    await Promise.all([1, 2, 3].map(() => driver.read(OBJECT, call())));
    expect(await driver.read(OBJECT, call())).toMatchObject(works);
    expect(runs()).toBe(1);
    now += 30_000;
    await driver.read(OBJECT, call());
    expect(runs()).toBeGreaterThan(1);
    now -= 30_000;
    await driver.read(OBJECT, call());
    const before = runs();
    server.expire(token);
    expect(await driver.read(OBJECT, call())).toMatchObject({ ok: false, error: { code: 'sink_forbidden' } });
    await driver.read(OBJECT, call());
    expect(runs()).toBe(before + 1);
  });

  it.each([
    ['fails', 'echo my-password >&2; echo my-password; exit 3', 'sink_unavailable', 'failed (3)'],
    ['prints something else', 'echo my-password', 'sink_refused', 'did not print an ExecCredential'],
    [
      'prints another version',
      `echo '${credential({ token: 'my-password' }, 'client.authentication.k8s.io/v1beta1')}'`,
      'sink_refused',
      'did not print an ExecCredential of',
    ],
    ['prints nothing to sign in with', `echo '${credential({})}'`, 'sink_refused', 'neither a token nor'],
    [
      'prints an end that is none',
      `echo '${credential({ token: 'my-password', expirationTimestamp: 'soon' })}'`,
      'sink_refused',
      'expirationTimestamp',
    ],
    [
      'prints a token of two lines',
      `echo '${credential({ token: 'my-password\\nx: y' })}'`,
      'sink_refused',
      'characters',
    ],
  ])('exec plugin: one that %s is told of without what it printed', async (_, script, code, message) => {
    plugin(script);
    const done = await byConfig({ PATH: process.env['PATH'] ?? '' });
    expect(done).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(message) } });
    expect(JSON.stringify(done)).not.toContain('my-password');
    expect(server.requests).toEqual([]);
  });

  it('exec plugin: one that hangs is ended at the deadline', async () => {
    plugin('exec sleep 60');
    const spec = { kubernetes: { kubeconfig: { file: 'k/config' } } };
    const driver = openKubernetes(
      { name: 'c', spec },
      driverWorld(folder, { env: { PATH: process.env['PATH'] ?? '' } }),
    );
    const before = performance.now();
    expect(await driver.read(OBJECT, call(500))).toMatchObject({
      ok: false,
      error: { code: 'sink_unavailable', message: expect.stringContaining('did not finish in time') },
    });
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

/** A real etcd server in a temporary folder. Where it is not installed, tests that need one are skipped (parts.ts). */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const isOnPath = (program: string): boolean => spawnSync(program, ['--help']).error === undefined;

export const HAS_ETCD = isOnPath('etcd') && isOnPath('etcdctl') && isOnPath('jq');

export interface Etcd {
  readonly endpoint: string;
  /** What etcd's own client prints. */
  ctl(...args: readonly string[]): string;
  stop(): void;
}

export async function startEtcd(): Promise<Etcd> {
  const folder = mkdtempSync(join(tmpdir(), 'kw-etcd-'));
  const [client, peer] = await Promise.all([freePort(), freePort()]);
  const endpoint = `http://127.0.0.1:${client}`;
  const peers = `http://127.0.0.1:${peer}`;
  const addresses = [
    ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
    ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers],
    ...['--initial-cluster', `default=${peers}`],
  ];
  const server = spawn('etcd', ['--data-dir', join(folder, 'data'), ...addresses, '--log-level', 'error'], {
    stdio: 'ignore',
  });
  const env = { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoint };
  const stop = (): void => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const ctl = (...args: readonly string[]) =>
    execFileSync('etcdctl', args, { env, encoding: 'utf8', stdio: 'pipe' });
  await untilHealthy(server, () => ctl('endpoint', 'health', '--dial-timeout=1s'), stop);
  return { endpoint, ctl, stop };
}

async function untilHealthy(server: ChildProcess, check: () => void, stop: () => void): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      check();
      return;
    } catch {
      if (server.exitCode !== null) break;
      await sleep(100);
    }
  }
  stop();
  throw new Error('etcd did not start');
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });

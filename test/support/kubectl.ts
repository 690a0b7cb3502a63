/** The kubectl of this machine, as a stranger who speaks to the test server. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pair } from './servers/kubernetes/pki.js';
import type { KubernetesServer } from './servers/kubernetes.js';

const PROGRAM = process.env['KUBECTL'] ?? 'kubectl';

const asked = spawnSync(PROGRAM, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });

export const HAS_KUBECTL = asked.status === 0;

/** 20, of 1.20.2; 0 where there is none. */
export const KUBECTL_MINOR = HAS_KUBECTL
  ? Number.parseInt(JSON.parse(asked.stdout).clientVersion.minor, 10)
  : 0;

export type As = { readonly token: string } | { readonly certificate: Pair };

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function kubeconfig(server: Pick<KubernetesServer, 'url' | 'ca'>, as: As): string {
  const user =
    'token' in as
      ? { token: as.token }
      : {
          'client-certificate-data': base64(as.certificate.cert),
          'client-key-data': base64(as.certificate.key),
        };
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [
      { name: 'test', cluster: { server: server.url, 'certificate-authority-data': base64(server.ca) } },
    ],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'me', namespace: 'shop' } }],
  });
}

export class Kubectl {
  readonly #folder = mkdtempSync(join(tmpdir(), 'keywright-kubectl-'));

  constructor(server: KubernetesServer, as: As) {
    writeFileSync(join(this.#folder, 'config'), kubeconfig(server, as), { mode: 0o600 });
  }

  run(args: readonly string[], input = ''): Promise<Ended> {
    return new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], HOME: this.#folder, KUBECONFIG: join(this.#folder, 'config') };
      const child = execFile(PROGRAM, args, { env, timeout: 60_000 }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode ?? -1, stdout, stderr }),
      );
      child.stdin?.end(input);
    });
  }

  /** Words without spaces in them. */
  do(words: string): Promise<Ended> {
    return this.run(words.split(' '));
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

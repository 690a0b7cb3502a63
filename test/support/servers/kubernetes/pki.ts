/** An authority of the cluster's own, made by openssl: it signs the server's certificate and those of its users. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly ca: string;
  /** For `localhost`, 127.0.0.1 and `kubernetes.default.svc`. */
  server(): Pair;
  /** The user is the common name, and the organisations are groups. */
  client(user: string, groups?: readonly string[]): Pair;
}

export const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

const NEW_KEY = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'.split(' ');

export function authority(): Authority {
  const key = inFolder((folder) => {
    const subject = ['-subj', '/CN=kubernetes', '-days', '2'];
    run([
      'req',
      '-x509',
      ...NEW_KEY,
      ...subject,
      '-keyout',
      join(folder, 'key'),
      '-out',
      join(folder, 'cert'),
    ]);
    return { key: read(folder, 'key'), cert: read(folder, 'cert') };
  });
  let serial = 1;
  const signed = (subject: string, extensions: string): Pair =>
    inFolder((folder) => {
      const at = (name: string): string => join(folder, name);
      writeFileSync(at('ca.key'), key.key);
      writeFileSync(at('ca.crt'), key.cert);
      writeFileSync(at('extensions'), extensions);
      run(['req', ...NEW_KEY, '-subj', subject, '-keyout', at('key'), '-out', at('request')]);
      const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-set_serial', String(++serial), '-days', '1'];
      run(['x509', '-req', '-in', at('request'), ...by, '-extfile', at('extensions'), '-out', at('cert')]);
      return { key: read(folder, 'key'), cert: read(folder, 'cert') };
    });
  return {
    ca: key.cert,
    server: () =>
      signed('/CN=kube-apiserver', 'subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1\n'),
    client: (user, groups = []) =>
      signed(`${groups.map((group) => `/O=${group}`).join('')}/CN=${user}`, 'extendedKeyUsage=clientAuth\n'),
  };
}

const read = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-pki-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(args: readonly string[]): void {
  const done = spawnSync('openssl', args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`openssl ${args[0]}: ${done.stderr}`);
}

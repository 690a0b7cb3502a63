/** A certificate that no issuer vouches for, made by openssl. Where that is missing the tests that need one are skipped (parts.ts). */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testsWith } from './parts.js';

export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** For `localhost`, 127.0.0.1 and other names, for a day; undefined where there is no openssl. */
export function selfSigned(...others: readonly string[]): SelfSigned | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-'));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const options = '-x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext';
  const names = ['localhost', ...others].map((name) => `DNS:${name}`);
  const args = ['req', ...options.split(' '), `subjectAltName=${names.join()},IP:127.0.0.1`];
  const made = spawnSync('openssl', [...args, '-keyout', key, '-out', cert]);
  const pair =
    made.status === 0 ? { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') } : undefined;
  rmSync(folder, { recursive: true });
  return pair;
}

/** `it` where a certificate can be made. */
export function itWithCertificate(name: string, run: (pair: SelfSigned) => Promise<void>): void {
  const pair = selfSigned();
  testsWith('openssl', pair !== undefined).test(name, async () => {
    if (pair !== undefined) await run(pair);
  });
}

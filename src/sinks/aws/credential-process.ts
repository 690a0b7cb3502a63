/** A program that prints credentials, as credential_process of AWS's configuration files. */
import { execFile } from 'node:child_process';
import { fault } from '../../domain/errors.js';
import { fail, type Result } from '../../domain/result.js';
import type { Call } from '../driver.js';
import { type AwsCredentials, credentialsIn, type SourceWorld } from './credentials.js';

const OUTPUT_MAX_BYTES = 64 << 10;

/**
 * Runs it in the working folder, without a shell and without what Keywright itself was given. What it prints on its standard
 * error is not shown: it may be a secret.
 */
export function runForCredentials(
  [program = '', ...args]: readonly string[],
  { env, root }: Pick<SourceWorld, 'env' | 'root'>,
  { signal }: Call,
): Promise<Result<AwsCredentials>> {
  const given = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('KEYWRIGHT_')));
  const by = `the program ${program}`;
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { cwd: root, env: given, maxBuffer: OUTPUT_MAX_BYTES, signal, killSignal: 'SIGKILL' },
      (error, stdout) => {
        if (error === null) return resolve(credentialsIn(stdout, { tokenField: 'SessionToken', by }));
        const { code } = error as { readonly code?: string | number | null };
        const how =
          typeof code === 'number' ? `ended with exit code ${code}` : `failed (${code ?? 'killed'})`;
        resolve(fail(fault('sink_unavailable', `${by}, which is to print AWS credentials, ${how}`)));
      },
    );
  });
}

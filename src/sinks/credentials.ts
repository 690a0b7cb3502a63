/** Credentials by reference: read when they are needed, kept nowhere, and never quoted in a message. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CredentialReference } from '../domain/connections/reference.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import type { Env } from './hosts.js';

export interface CredentialWorld {
  /** The working folder, absolute. */
  readonly root: string;
  readonly env: Env;
}

const CREDENTIAL_MAX_BYTES = 64 << 10;
/** The bundle of all public issuers has a quarter of it. */
const CERTIFICATES_MAX_BYTES = 1 << 20;

/**
 * Returns the credential that a reference names, without the newline it ends with: a variable, or a regular file of at most
 * 64 KiB, relative to the working folder or absolute. `sink_refused`, with the name of what is missing and no more.
 */
export async function readCredential(
  { env: variable, file }: CredentialReference,
  { root, env }: CredentialWorld,
): Promise<Result<Secret>> {
  if (variable !== undefined) {
    const value = env[variable]?.replace(/\r?\n$/, '');
    if (!value?.trim())
      return refused(`the environment variable ${variable} is not set. Set it for this process.`);
    return ok(new Secret(value));
  }
  if (file === undefined) return refused('a credential names neither env nor file');
  const text = await readText(resolve(root, file), { named: file, maxBytes: CREDENTIAL_MAX_BYTES });
  if (!text.ok) return text;
  const value = text.value.replace(/\r?\n$/, '');
  return value === ''
    ? refused(`the file ${file} is empty; a credential is expected in it`)
    : ok(new Secret(value));
}

/** Returns the certificates, PEM, of a `caFile` and, as Node adds them to its own, those of NODE_EXTRA_CA_CERTS. */
export async function readCertificates(
  caFile: string,
  { root, env }: CredentialWorld,
): Promise<Result<string>> {
  const own = await readText(resolve(root, caFile), { named: caFile, maxBytes: CERTIFICATES_MAX_BYTES });
  if (!own.ok) return own;
  if (!own.value.includes('-----BEGIN CERTIFICATE-----'))
    return refused(`the file ${caFile} holds no certificate in PEM form`);
  const extraFile = env['NODE_EXTRA_CA_CERTS'];
  if (!extraFile) return own;
  const extra = await readText(resolve(root, extraFile), {
    named: extraFile,
    maxBytes: CERTIFICATES_MAX_BYTES,
  });
  // Node itself continues without one that it cannot read.
  return ok(extra.ok ? `${own.value}\n${extra.value}` : own.value);
}

/** Returns the text of a regular file; `sink_refused` as above. `named` is what messages call it. */
export async function readText(
  path: string,
  { named, maxBytes }: { readonly named: string; readonly maxBytes: number },
): Promise<Result<string>> {
  // A pipe would wait for a writer. Links are followed: Kubernetes mounts secrets as links.
  const opened = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    ({ code = 'unreadable' }: NodeJS.ErrnoException) => code,
  );
  if (typeof opened === 'string') return refused(`the file ${named} cannot be read (${opened})`);
  try {
    const stat = await opened.stat();
    if (!stat.isFile()) return refused(`${named} is not a regular file`);
    // Read to one byte more than is allowed: files such as those in /proc say that they have none.
    const { buffer, bytesRead } = await opened.read(Buffer.alloc(maxBytes + 1), 0, maxBytes + 1, 0);
    if (bytesRead > maxBytes) return refused(`the file ${named} has more than ${maxBytes >> 10} KiB`);
    return ok(buffer.toString('utf8', 0, bytesRead));
  } catch (error) {
    return refused(
      `the file ${named} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`,
    );
  } finally {
    await opened.close();
  }
}

const refused = (message: string): Result<never> => fail(fault('sink_refused', message));

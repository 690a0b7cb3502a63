/** Credentials of connections, read where they are when they are needed. */
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CredentialReference } from '../domain/connections/reference.js';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';

const FILE_MAX_BYTES = 64 << 10;

/** `sink_refused` when nothing is there; says the name of the variable or file, and never what is in it. */
export async function readCredential(
  { env: name, file }: CredentialReference,
  at: { readonly root: string; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<Result<Secret>> {
  const value = name === undefined ? textOf(resolve(at.root, file ?? '')) : at.env[name];
  if (value !== undefined && value.trim() !== '') return ok(new Secret(value.replace(/\r?\n$/, '')));
  const what =
    name === undefined
      ? `the file ${file} is missing, empty or not a small regular file`
      : `the environment variable ${name} is not set`;
  return fail(fault('sink_refused', `${what}, and the connection's credential is to be there`));
}

function textOf(path: string): string | undefined {
  try {
    const found = statSync(path);
    return found.isFile() && found.size <= FILE_MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

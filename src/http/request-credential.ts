/** Reads the one credential of a request, or reports why it has no usable one. */
import type { IncomingMessage } from 'node:http';
import { fault } from '../domain/errors.js';
import { requestCredential } from '../domain/request-credential.js';
import { fail, ok, type Result } from '../domain/result.js';
import type { Secret } from '../domain/secret.js';
import { CHALLENGE, type Refusal } from './problem.js';

const TWO = fail<Refusal>({
  ...fault('bad_request', 'more than one credential; send one, as Authorization or X-API-Key'),
  headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_request"` },
});

const NONE = ok(undefined);

/** Returns the credential, unverified; undefined when it is absent. `bad_request` for more than one. */
export function credentialOf({ rawHeaders }: IncomingMessage): Result<Secret | undefined, Refusal> {
  const shown = requestCredential(rawHeaders);
  if (shown.kind === 'several') return TWO;
  return shown.kind === 'one' ? ok(shown.token) : NONE;
}

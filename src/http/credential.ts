/** The one credential of a request: `Authorization: Bearer`, or `X-API-Key`. Never in the address, which gets logged. */
import type { IncomingMessage } from 'node:http';
import { fault } from '../domain/errors.js';
import { fail, ok, type Result } from '../domain/result.js';
import { Secret } from '../domain/secret.js';
import { CHALLENGE, type Refusal } from './problem.js';

const BEARER = /^bearer /i;

/** Longer ones are no credential of ours: a JWT has some hundreds of characters. */
const LENGTH_MAX = 4_096;

const TWO = fail<Refusal>({
  ...fault('bad_request', 'send one credential, by one method: Authorization or X-API-Key'),
  headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_request"` },
});

const NONE = ok(undefined);

/** Undefined when there is none that could be ours. `bad_request` for more than one. Not known to be good. */
export function credentialOf({ rawHeaders }: IncomingMessage): Result<Secret | undefined, Refusal> {
  let found: { readonly name: string; readonly value: string } | undefined;
  // Node shows the first of two headers of one name, so we look at what was sent.
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase();
    if (name !== 'authorization' && name !== 'x-api-key') continue;
    if (found !== undefined) return TWO;
    found = { name, value: rawHeaders[at + 1] ?? '' };
  }
  if (found === undefined || found.value.length > LENGTH_MAX) return NONE;
  // The root token may be any text, with spaces in it too.
  const token = found.name === 'x-api-key' ? found.value : bearer(found.value);
  return token?.trim() ? ok(new Secret(token.trim())) : NONE;
}

const bearer = (value: string): string | undefined =>
  BEARER.test(value) ? value.slice('bearer '.length) : undefined;

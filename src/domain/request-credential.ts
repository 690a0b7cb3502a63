/** The one credential of a request, as a server and a middleware read it alike: in a header, never in the address. */
import { Secret } from './secret.js';

export type RequestCredential =
  | { readonly kind: 'none' }
  /** More than one, in whatever headers: who would be right? */
  | { readonly kind: 'several' }
  | { readonly kind: 'one'; readonly token: Secret };

const BEARER = /^bearer /i;

/** Longer ones are no Keywright credential: a JWT has some hundreds of characters. */
const LENGTH_MAX = 4_096;

const NONE: RequestCredential = Object.freeze({ kind: 'none' });
const SEVERAL: RequestCredential = Object.freeze({ kind: 'several' });

/**
 * `Authorization: Bearer`, or `X-API-Key`. Takes names and values by turns, as they came: Node shows only the first
 * of two headers of one name. Not known to be good.
 */
export function requestCredential(rawHeaders: readonly string[]): RequestCredential {
  let found: { readonly name: string; readonly value: string } | undefined;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase();
    if (name !== 'authorization' && name !== 'x-api-key') continue;
    if (found !== undefined) return SEVERAL;
    found = { name, value: rawHeaders[at + 1] ?? '' };
  }
  if (found === undefined || found.value.length > LENGTH_MAX) return NONE;
  // The root token may be any text, with spaces in it too.
  const token = found.name === 'x-api-key' ? found.value : bearer(found.value);
  return token?.trim() ? { kind: 'one', token: new Secret(token.trim()) } : NONE;
}

const bearer = (value: string): string | undefined =>
  BEARER.test(value) ? value.slice('bearer '.length) : undefined;

/**
 * Who holds this? One answer for whatever is wrong with it, after the same while, so that guessing teaches
 * nothing: not whether something ever was, nor that it ended.
 */
import type { Principal } from '../../domain/principal.js';
import { ok } from '../../domain/result.js';
import { parseToken, type Secret } from '../../domain/secret.js';
import { type Instant, SECOND_MS } from '../../domain/time.js';
import type { CallContext } from '../../ports/identity.js';
import { publicKeyObject } from '../ed25519.js';
import { isSameMac } from '../rows.js';
import type { CredentialRow } from '../storage-port.js';
import { looksLikeAccessToken, readAccessToken } from './access-token.js';
import { findCredential, idOf, type Reading } from './credentials.js';
import { chainMaybe, type Maybe, mapMaybe, NOTHING } from './maybe.js';
import { principalOf, principalOfKey } from './principal-of.js';
import { publishedKeys } from './signing-keys.js';

/** A root token is any string of at least this many characters (contract.md, "HTTP API"). */
export const ROOT_TOKEN_MIN = 32;

/** Uses are remembered to the second: a busy token is not written at every call. */
const USE_RESOLUTION_MS = SECOND_MS;

/** The caller that was found, and what to record about it afterwards. */
export interface Authenticated {
  readonly principal: Principal;
  readonly use: { readonly of: 'version' | 'credential'; readonly id: string } | undefined;
}

export interface Checks extends Reading {
  readonly storeId: string;
  readonly context: CallContext;
}

/** Reads only. Undefined unless it is good now. */
export async function whoHolds(checks: Checks, credential: Secret): Promise<Maybe<Authenticated>> {
  const parsed = parseToken(credential.reveal());
  if (parsed !== undefined && parsed.type !== 'personal') return byKey(checks, credential);
  return chainMaybe(await shownCredential(checks, credential), async ({ row, expiresAt }) =>
    mapMaybe(await principalOf(checks, row), (principal) => ({
      principal: { ...principal, credential: { ...principal.credential, expiresAt } },
      use: useUnlessFresh(checks, 'credential', row),
    })),
  );
}

async function byKey(checks: Checks, credential: Secret): Promise<Maybe<Authenticated>> {
  const { type, id = '' } = parseToken(credential.reveal()) ?? {};
  const version = await checks.tx.versions.byTokenId(id);
  const mac = checks.keyring.tokenMac(credential);
  const isMeant = version !== undefined && isSameMac(version.token_mac, mac);
  // A secret key is for servers: one that a browser sends has leaked (F7).
  if (!isMeant || (type === 'secret' && checks.context.isFromBrowser)) return NOTHING;
  return mapMaybe(await principalOfKey(checks, version), (principal) => ({
    principal,
    use: useUnlessFresh(checks, 'version', { ...version, id }),
  }));
}

export interface ShownCredential {
  readonly row: CredentialRow;
  /** Of what was shown: an access token may end before its session. */
  readonly expiresAt: Instant | undefined;
}

/** The personal access token, session or root token that this proves, whether or not it is good. */
export async function shownCredential(
  checks: Omit<Checks, 'context'>,
  credential: Secret,
): Promise<Maybe<ShownCredential>> {
  const parsed = parseToken(credential.reveal());
  if (parsed?.type === 'personal') {
    const proof = checks.keyring.tokenMac(credential);
    return proven(checks, { id: idOf('personal', parsed.id), proof });
  }
  const session = await shownSession(checks, credential);
  if (!session.ok || session.value !== undefined || parsed !== undefined) return session;
  // The operator who starts the store chooses the root token, and it may look like anything.
  const proof = rootProof(checks, credential);
  return credential.reveal().length < ROOT_TOKEN_MIN ? NOTHING : proven(checks, { id: rootId(proof), proof });
}

const proven = async (
  checks: Reading,
  { id, proof }: { readonly id: string; readonly proof: string },
): Promise<Maybe<ShownCredential>> =>
  chainMaybe(await findCredential(checks, id), (row) =>
    ok(isSameMac(row.proof ?? '', proof) ? { row, expiresAt: row.expires_at ?? undefined } : undefined),
  );

/** The session that an access token is of, whether or not it is still valid. */
export async function shownSession(
  checks: Omit<Checks, 'context'>,
  token: Secret,
): Promise<Maybe<ShownCredential>> {
  if (!looksLikeAccessToken(token.reveal())) return NOTHING;
  const keys = await publishedKeys(checks);
  if (!keys.ok) return keys;
  const publicKey = (keyId: string) => {
    const x = keys.value.get(keyId);
    return x === undefined ? undefined : publicKeyObject(x);
  };
  const claims = await readAccessToken(token, { storeId: checks.storeId, now: checks.now, publicKey });
  if (claims === undefined) return NOTHING;
  return chainMaybe(await findCredential(checks, claims.sessionId), (row) =>
    ok(row.kind === 'session' ? { row, expiresAt: claims.expiresAt } : undefined),
  );
}

/** By HMAC: unlike our own tokens, it may have any length and any content. */
export const rootProof = ({ keyring }: Pick<Reading, 'keyring'>, token: Secret): string =>
  keyring.rowMac(`root-token ${token.reveal()}`);

/** The same token has the same row, so that one that ended stays ended even if it is set again. */
export const rootId = (proof: string): string => idOf('root', proof.slice(0, 16));

function useUnlessFresh(
  { now }: Pick<Reading, 'now'>,
  of: 'version' | 'credential',
  { id, last_used_at }: { readonly id: string; readonly last_used_at: number | null },
): Authenticated['use'] {
  return last_used_at !== null && now - last_used_at < USE_RESOLUTION_MS ? undefined : { of, id };
}

/**
 * Access tokens: EdDSA JWTs (RFC 9068) that name a session. The signature only says that we made it; whether it
 * is good is what the store says of its session.
 */
import type { KeyObject } from 'node:crypto';
import { errors, jwtVerify, SignJWT } from 'jose';
import { Secret } from '../../domain/secret.js';
import type { Instant } from '../../domain/time.js';

const ALGORITHM = 'EdDSA';
/** Other JWTs signed with this key are not accepted as one. */
const TYPE = 'at+jwt';

/** Who issues them and for whom: the store itself. */
const issuerOf = (storeId: string): string => `keywright:${storeId}`;

export interface Claims {
  readonly sessionId: string;
  /** Public id of this one token. */
  readonly tokenId: string;
  /** Of the object that acts. */
  readonly subject: string;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

export interface Signing {
  readonly storeId: string;
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Instants are cut to seconds, as JWTs have them: never later than said. */
export async function signAccessToken(claims: Claims, signing: Signing): Promise<Secret> {
  const token = await new SignJWT({ sid: claims.sessionId })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: signing.keyId })
    .setIssuer(issuerOf(signing.storeId))
    .setAudience(issuerOf(signing.storeId))
    .setSubject(claims.subject)
    .setJti(claims.tokenId)
    .setIssuedAt(inSeconds(claims.issuedAt))
    .setExpirationTime(inSeconds(claims.expiresAt))
    .sign(signing.privateKey);
  return new Secret(token);
}

export interface Checking {
  readonly storeId: string;
  readonly now: Instant;
  /** The public key of that id, if it is still published. */
  readonly publicKey: (keyId: string) => KeyObject | undefined;
}

/** Does it have the form of one? Says nothing about whose it is. */
export const looksLikeAccessToken = (text: string): boolean => /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(text);

/** The session it names, and its own end; undefined unless we signed it, for this store, and it has not expired. */
export async function readAccessToken(
  token: Secret,
  checking: Checking,
): Promise<Pick<Claims, 'sessionId' | 'expiresAt'> | undefined> {
  try {
    const { payload } = await jwtVerify(token.reveal(), ({ kid = '' }) => publicKeyIn(checking, kid), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: issuerOf(checking.storeId),
      audience: issuerOf(checking.storeId),
      requiredClaims: ['sid', 'jti', 'sub', 'iat', 'exp'],
      currentDate: new Date(checking.now),
    });
    const { sid: sessionId, exp = 0 } = payload;
    return typeof sessionId === 'string' ? { sessionId, expiresAt: exp * 1_000 } : undefined;
  } catch (error) {
    // The library throws for whatever is wrong with a token.
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function publicKeyIn({ publicKey }: Checking, keyId: string): KeyObject {
  const key = publicKey(keyId);
  if (key === undefined) throw new errors.JWKSNoMatchingKey();
  return key;
}

const inSeconds = (instant: Instant): number => Math.floor(instant / 1_000);

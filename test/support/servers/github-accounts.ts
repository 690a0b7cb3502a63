/** Who may do what at the test's GitHub: tokens and Apps with their permissions. */
import { createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto';

/** As GitHub names them: `secrets`, `environments`, `organization_secrets`. */
export type Permissions = Readonly<Record<string, 'read' | 'write'>>;

export interface Token {
  readonly permissions: Permissions;
  /** `acme/shop`; what is not listed is not there for it. Absent: all. */
  readonly repositories?: readonly string[];
  readonly expiresAt?: number;
}

interface App {
  readonly publicKey: KeyObject;
  readonly installations: ReadonlyMap<number, Permissions>;
}

export class GithubAccounts {
  readonly tokens = new Map<string, Token>();
  readonly apps = new Map<string, App>();

  newToken(token: Token): string {
    const text = `github_pat_${randomBytes(20).toString('hex')}`;
    this.tokens.set(text, token);
    return text;
  }

  addApp(id: number, publicKeyPem: string, installations: Readonly<Record<number, Permissions>>): void {
    const entries = Object.entries(installations).map(([key, value]) => [Number(key), value] as const);
    this.apps.set(String(id), { publicKey: createPublicKey(publicKeyPem), installations: new Map(entries) });
  }

  /** Undefined for a token that is none, or has expired. */
  tokenOf(authorization: string | undefined, now: number): Token | undefined {
    const found = this.tokens.get(/^(?:Bearer|token) (.+)$/i.exec(authorization ?? '')?.[1] ?? '');
    return found?.expiresAt !== undefined && found.expiresAt <= now ? undefined : found;
  }

  /** The App whose signature it is; undefined for any other assertion. */
  appOf(authorization: string | undefined, now: number): App | undefined {
    const [head = '', claims = '', signature = ''] = (authorization ?? '').replace(/^Bearer /, '').split('.');
    try {
      const { alg } = decoded(head);
      const { iss, iat, exp } = decoded(claims);
      const app = this.apps.get(String(iss));
      const seconds = now / 1000;
      const isTimely = Number(iat) <= seconds && Number(exp) > seconds && Number(exp) - seconds <= 600;
      if (app === undefined || alg !== 'RS256' || !isTimely) return undefined;
      const isSigned = verify(
        'RSA-SHA256',
        Buffer.from(`${head}.${claims}`),
        app.publicKey,
        Buffer.from(signature, 'base64url'),
      );
      return isSigned ? app : undefined;
    } catch {
      // Not a JSON Web Token.
      return undefined;
    }
  }
}

const decoded = (part: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

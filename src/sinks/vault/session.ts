/**
 * How a connection signs in: a token that it is given, or one that it gets by a login. That one is kept in memory until
 * shortly before its lease ends, and replaced by a new login: many roles give tokens that cannot be renewed.
 */
import { POD_TOKEN_FILE, type VaultConnection } from '../../domain/connections/vault.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { type DurationMs, SECOND_MS } from '../../domain/time.js';
import type { Call, DriverWorld } from '../driver.js';
import { isObject, objectIn } from './content.js';

/** Asks the server without a token; answers with the body of its answer. */
export type Login = (request: LoginRequest, call: Call) => Promise<Result<string>>;

export interface LoginRequest {
  /** Where the method is enabled, below auth/. */
  readonly mount: string;
  readonly body: Readonly<Record<string, string>>;
}

export interface Token {
  readonly secret: Secret;
}

export interface Session {
  /** The token for a request. Logs in for the first one, and when the last one is about to end. */
  token(call: Call): Promise<Result<Token>>;
  /**
   * Another token, for a request that was refused with this one: undefined when a login would not help. That is so for a
   * token that was given, and shortly after another such login: then the policy refuses, not the token.
   */
  instead(of: Token, call: Call): Promise<Result<Token> | undefined>;
}

/** So long before its end a token is not used any more: longer than a request may take. */
const MARGIN_MS: DurationMs = 30 * SECOND_MS;
/** After a login because of a refusal the next one waits, whatever is refused; and so does one that was refused itself. */
const LOGIN_GAP_MS: DurationMs = 60 * SECOND_MS;

interface LoginToken extends Token {
  /** By the clock that does not follow changes of the wall clock. */
  readonly usableUntilMs: number;
}

type World = Pick<DriverWorld, 'clock' | 'credential'>;

export function sessionOf(connection: VaultConnection, world: World, login: Login): Session {
  const given = connection.token;
  if (given !== undefined)
    return {
      // Read each time: an agent that renews it writes a new one to the file.
      token: async () => {
        const secret = await world.credential(given);
        return secret.ok ? ok({ secret: secret.value }) : secret;
      },
      instead: async () => undefined,
    };

  let current: LoginToken | undefined;
  let underWay: Promise<Result<LoginToken>> | undefined;
  let insteadAtMs = Number.NEGATIVE_INFINITY;
  let refused: { readonly result: Result<LoginToken>; readonly untilMs: number } | undefined;
  const signIn = async (call: Call): Promise<Result<LoginToken>> => {
    // Servers lock out who shows a wrong credential again and again.
    if (refused !== undefined && world.clock.monotonicMs() < refused.untilMs) return refused.result;
    underWay ??= newToken(connection, { world, login, call }).finally(() => {
      underWay = undefined;
    });
    const made = await underWay;
    current = made.ok ? made.value : undefined;
    const isRefused = !made.ok && made.error.code !== 'sink_unavailable';
    refused = isRefused ? { result: made, untilMs: world.clock.monotonicMs() + LOGIN_GAP_MS } : undefined;
    return made;
  };
  return {
    token: async (call) =>
      current !== undefined && world.clock.monotonicMs() < current.usableUntilMs ? ok(current) : signIn(call),
    instead: async (token, call) => {
      if (current !== undefined && current !== token) return ok(current);
      const now = world.clock.monotonicMs();
      if (now - insteadAtMs < LOGIN_GAP_MS) return underWay;
      insteadAtMs = now;
      current = undefined;
      return signIn(call);
    },
  };
}

interface SignIn {
  readonly world: World;
  readonly login: Login;
  readonly call: Call;
}

async function newToken(
  connection: VaultConnection,
  { world, login, call }: SignIn,
): Promise<Result<LoginToken>> {
  const asked = await loginOf(connection, world);
  if (!asked.ok) return asked;
  const startedAtMs = world.clock.monotonicMs();
  const answer = await login(asked.value, call);
  if (!answer.ok) return answer;
  const { auth } = objectIn(answer.value);
  const { client_token: token, lease_duration: leaseSeconds } = isObject(auth) ? auth : {};
  if (typeof token !== 'string' || token === '')
    return fail(fault('sink_refused', `the login at auth/${asked.value.mount} was answered without a token`));
  return ok({ secret: new Secret(token), usableUntilMs: startedAtMs + usableMs(leaseSeconds) });
}

/** A lease of 0 does not end. Of a short one the last third is the margin. */
function usableMs(leaseSeconds: unknown): DurationMs {
  if (typeof leaseSeconds !== 'number' || leaseSeconds <= 0) return Number.POSITIVE_INFINITY;
  const leaseMs = leaseSeconds * SECOND_MS;
  return leaseMs - Math.min(MARGIN_MS, leaseMs / 3);
}

async function loginOf(
  { appRole, kubernetes, jwt }: VaultConnection,
  { credential }: World,
): Promise<Result<LoginRequest>> {
  if (appRole !== undefined) {
    const secretId = await credential(appRole.secretId);
    if (!secretId.ok) return secretId;
    const body = { role_id: appRole.roleId, secret_id: secretId.value.reveal() };
    return ok({ mount: appRole.mount ?? 'approle', body });
  }
  const method = kubernetes ?? jwt;
  if (method === undefined) return fail(fault('sink_refused', 'the Connection names no way to sign in'));
  const reference = kubernetes ? { file: kubernetes.tokenFile ?? POD_TOKEN_FILE } : jwt?.token;
  const signed = await credential(reference ?? {});
  if (!signed.ok) return signed;
  const mount = method.mount ?? (kubernetes ? 'kubernetes' : 'jwt');
  return ok({ mount, body: { role: method.role, jwt: signed.value.reveal() } });
}

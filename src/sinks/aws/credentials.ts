/** What AWS signs in with, and how long what was found is used before it is looked for anew. */
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { type Instant, MINUTE_MS } from '../../domain/time.js';
import type { Clock } from '../../ports/clock.js';
import type { Call, DriverWorld } from '../driver.js';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret | undefined;
  readonly expiresAt?: Instant | undefined;
}

/** What finding credentials needs of the machine. */
export type SourceWorld = Pick<DriverWorld, 'clock' | 'env' | 'root' | 'credential'>;

/** Looks for credentials: one attempt. */
export type FindCredentials = (call: Call) => Promise<Result<AwsCredentials>>;

/** As long before their end as AWS's own clients look for new ones. */
const RENEW_BEFORE_MS = 5 * MINUTE_MS;
/** How long credentials that do not say when they end are used. */
const WITHOUT_END_MS = 15 * MINUTE_MS;

/**
 * Returns a source that keeps what was found until shortly before its end. Callers that come meanwhile share one look. What
 * still is good is used when there is nothing new to be had.
 */
export function renewed(find: FindCredentials, clock: Pick<Clock, 'now'>): FindCredentials {
  let kept: { readonly credentials: AwsCredentials; readonly renewAt: Instant } | undefined;
  let looking: Promise<Result<AwsCredentials>> | undefined;

  async function look(call: Call): Promise<Result<AwsCredentials>> {
    const found = await find(call);
    if (found.ok) {
      const { expiresAt } = found.value;
      const renewAt = expiresAt === undefined ? clock.now() + WITHOUT_END_MS : expiresAt - RENEW_BEFORE_MS;
      kept = { credentials: found.value, renewAt };
      return found;
    }
    const isGood = kept !== undefined && (kept.credentials.expiresAt ?? 0) > clock.now();
    return kept !== undefined && isGood ? { ok: true, value: kept.credentials } : found;
  }

  return async (call) => {
    if (kept !== undefined && clock.now() < kept.renewAt) return { ok: true, value: kept.credentials };
    looking ??= look(call).finally(() => {
      looking = undefined;
    });
    return looking;
  };
}

/** Of the document that container endpoints and credential programs give; `sink_unavailable` for any other text. */
export function credentialsIn(
  text: string,
  { tokenField, by }: { readonly tokenField: 'Token' | 'SessionToken'; readonly by: string },
): Result<AwsCredentials> {
  const fields = parsed(text);
  const [id, secret, token, end] = ['AccessKeyId', 'SecretAccessKey', tokenField, 'Expiration'].map(
    (name) => fields[name],
  );
  const expiresAt = typeof end === 'string' ? Date.parse(end) : undefined;
  if (typeof id !== 'string' || typeof secret !== 'string' || Number.isNaN(expiresAt))
    return fail(fault('sink_unavailable', `${by} gave no credentials that AWS's clients would understand`));
  const sessionToken = typeof token === 'string' ? new Secret(token) : undefined;
  return ok({ accessKeyId: id, secretAccessKey: new Secret(secret), sessionToken, expiresAt });
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    // The fields are missing, and that is what is said.
    return {};
  }
}

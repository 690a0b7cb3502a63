/** What GitHub is signed in to with: a token as it is found, or one that an App gets for its installation. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { type GithubConnection, githubApi } from '../../domain/connections/github.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { type Instant, MINUTE_MS, SECOND_MS } from '../../domain/time.js';
import type { Call, DriverWorld } from '../driver.js';
import type { Http } from '../http.js';
import { githubFault } from './faults.js';

export type GithubToken = (call: Call) => Promise<Result<Secret>>;

/** Before its end a token is replaced; GitHub's are good for an hour. */
const RENEW_BEFORE_MS = 5 * MINUTE_MS;
/** GitHub takes ten minutes at most, and clocks differ. */
const ASSERTION_MS = 8 * MINUTE_MS;

export const GITHUB_HEADERS = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
} as const;

type App = NonNullable<GithubConnection['app']>;

export function githubToken(
  spec: GithubConnection,
  http: Http,
  world: Pick<DriverWorld, 'clock' | 'credential'>,
): GithubToken {
  const { token, app } = spec;
  if (app === undefined) return () => world.credential(token ?? {});
  let kept: { readonly token: Secret; readonly expiresAt: Instant } | undefined;
  let asking: Promise<Result<Secret>> | undefined;

  async function ask(call: Call): Promise<Result<Secret>> {
    const made = await installationToken({ app, by: githubApi(spec) }, http, world, call);
    if (made.ok) kept = made.value;
    return made.ok ? ok(made.value.token) : made;
  }

  return async (call) => {
    if (kept !== undefined && world.clock.now() < kept.expiresAt - RENEW_BEFORE_MS) return ok(kept.token);
    asking ??= ask(call).finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

async function installationToken(
  { app, by }: { readonly app: App | undefined; readonly by: string },
  http: Http,
  { clock, credential }: Pick<DriverWorld, 'clock' | 'credential'>,
  { signal }: Call,
): Promise<Result<{ readonly token: Secret; readonly expiresAt: Instant }>> {
  if (app === undefined) throw new Error('a connection without token or app passed the checks');
  const pem = await credential(app.privateKey);
  if (!pem.ok) return pem;
  const key = privateKey(pem.value);
  if (key === undefined)
    return fail(
      fault(
        'sink_refused',
        'the private key of the GitHub App is not an RSA key in PEM form. Use the file that GitHub gave.',
      ),
    );
  const answer = await http.request({
    ...{
      method: 'POST',
      path: `/app/installations/${app.installation}/access_tokens`,
      headers: GITHUB_HEADERS,
    },
    secretHeaders: { authorization: new Secret(`Bearer ${await assertion(app, key, clock.now())}`) },
    signal,
  });
  if (!answer.ok) return answer;
  if (answer.value.status === 404)
    return fail(
      fault(
        'sink_refused',
        `${by} has no installation ${app.installation} of the App ${app.id}. Check both ids.`,
      ),
    );
  if (answer.value.status !== 201)
    return fail(githubFault(answer.value, { what: `the App ${app.id}`, by, now: clock.now() }));
  const { token, expires_at } = jsonOf(answer.value.body);
  const expiresAt = typeof expires_at === 'string' ? Date.parse(expires_at) : Number.NaN;
  if (typeof token !== 'string' || Number.isNaN(expiresAt))
    return fail(fault('sink_unavailable', `${by} gave no token for the installation ${app.installation}`));
  return ok({ token: new Secret(token), expiresAt });
}

/** GitHub gives PKCS #1, and others make PKCS #8 of it. */
function privateKey(pem: Secret): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem.reveal());
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    // What OpenSSL says of it may quote it.
    return undefined;
  }
}

async function assertion({ id }: App, key: KeyObject, now: Instant): Promise<string> {
  // Loaded on first use: most commands sign nothing.
  const { SignJWT } = await import('jose');
  const seconds = Math.floor(now / SECOND_MS);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(String(id))
    .setIssuedAt(seconds - 60)
    .setExpirationTime(seconds + ASSERTION_MS / SECOND_MS)
    .sign(key);
}

/** The members of a JSON object; none of any other text. */
export function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body.toString('utf8')));
  } catch {
    // The caller says what is missing in it.
    return {};
  }
}

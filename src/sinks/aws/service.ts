/** Operations of AWS Secrets Manager: signed, one attempt each. */
import { type AwsConnection, aws } from '../../domain/connections/aws.js';
import { type Fault, fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import type { Instant } from '../../domain/time.js';
import type { Call } from '../driver.js';
import { type HttpRequest, openHttp } from '../http.js';
import type { AwsCredentials, SourceWorld } from './credentials.js';
import { refusalOf } from './faults.js';
import { credentialSource } from './sources.js';

/** What an operation was not done for; `type` names AWS's error, where AWS gave one. */
export interface AwsFailure {
  readonly type: string;
  readonly fault: Fault;
}

export interface AwsOperation {
  readonly operation: 'CreateSecret' | 'GetSecretValue' | 'PutSecretValue' | 'UpdateSecretVersionStage';
  /** The name of the secret, for messages. */
  readonly secret: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type AskAws = (
  operation: AwsOperation,
  call: Call,
) => Promise<Result<Readonly<Record<string, unknown>>, AwsFailure>>;

export function openAws(spec: AwsConnection, world: SourceWorld): AskAws {
  const { clock, env } = world;
  const origin = aws.where(spec);
  const http = openHttp({ origin, clock, env });
  const find = credentialSource(spec, world);
  const failed = (error: Fault) => fail({ type: '', fault: error });

  return async ({ operation, secret, fields }, call) => {
    const credentials = await find(call);
    if (!credentials.ok) return failed(credentials.error);
    const request = { origin, region: spec.region, operation, body: JSON.stringify(fields) };
    const answer = await http.request({
      ...(await signed(request, credentials.value, clock.now())),
      signal: call.signal,
    });
    if (!answer.ok) return failed(answer.error);
    if (answer.value.status !== 200)
      return fail(refusalOf(answer.value, { operation, secret, by: origin, now: clock.now() }));
    const found = parsed(answer.value.body);
    return found ? ok(found) : failed(fault('sink_unavailable', `the response of ${origin} is not JSON`));
  };
}

interface Unsigned {
  readonly origin: string;
  readonly region: string;
  readonly operation: string;
  readonly body: string;
}

async function signed(
  { origin, region, operation, body }: Unsigned,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  now: Instant,
): Promise<Omit<HttpRequest, 'signal'>> {
  // Loaded on first use: most commands sign nothing.
  const { AwsV4Signer } = await import('aws4fetch');
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `secretsmanager.${operation}`,
  };
  const signer = new AwsV4Signer({
    ...{ method: 'POST', url: `${origin.replace(/\/+$/, '')}/`, headers, body, accessKeyId, region },
    ...{ service: 'secretsmanager', secretAccessKey: secretAccessKey.reveal() },
    ...(sessionToken && { sessionToken: sessionToken.reveal() }),
    datetime: new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, ''),
  });
  const made = (await signer.sign()).headers;
  const secretHeaders = {
    authorization: new Secret(made.get('authorization') ?? ''),
    ...(sessionToken && { 'x-amz-security-token': sessionToken }),
  };
  const date = made.get('x-amz-date') ?? '';
  return { method: 'POST', path: '/', headers: { ...headers, 'x-amz-date': date }, secretHeaders, body };
}

function parsed(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return Object(JSON.parse(body.toString('utf8')));
  } catch {
    // The caller says what it is not.
    return undefined;
  }
}

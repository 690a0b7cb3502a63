/** Credentials of a role, for the token of an identity provider: AssumeRoleWithWebIdentity of STS. */
import { awsOrigin } from '../../domain/connections/aws.js';
import { fault } from '../../domain/errors.js';
import { fail, type Result } from '../../domain/result.js';
import type { Call } from '../driver.js';
import { faultOf, openHttp } from '../http.js';
import { type AwsCredentials, credentialsIn, type SourceWorld } from './credentials.js';

interface WebIdentity {
  readonly roleArn: string;
  readonly tokenFile: string;
  readonly endpoint?: string;
  readonly region: string;
}

/** It needs no signature. The token is in the body: addresses are logged. */
export async function fromWebIdentity(
  { roleArn, tokenFile, endpoint, region }: WebIdentity,
  { clock, env, credential }: SourceWorld,
  { signal }: Call,
): Promise<Result<AwsCredentials>> {
  const token = await credential({ file: tokenFile });
  if (!token.ok) return token;
  const origin = endpoint ?? awsOrigin('sts', region);
  const answer = await openHttp({ origin, clock, env }).request({
    ...{ method: 'POST', path: '/', signal },
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8', accept: 'text/xml' },
    body: new URLSearchParams({
      ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15' },
      ...{ RoleArn: roleArn, RoleSessionName: 'keywright', WebIdentityToken: token.value.reveal() },
    }).toString(),
  });
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  const text = body.toString('utf8');
  if (status === 200) {
    const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'];
    const fields = Object.fromEntries(names.map((name) => [name, elementOf(text, name)]));
    return credentialsIn(JSON.stringify(fields), { tokenField: 'SessionToken', by: origin });
  }
  const code = elementOf(text, 'Code') ?? '';
  const isRefused = status === 400 && /^(InvalidIdentityToken|ExpiredToken|IDPRejectedClaim)/.test(code);
  if (!isRefused) return fail(faultOf(status, headers, { by: origin, now: clock.now(), said: code }));
  return fail(
    fault(
      'sink_forbidden',
      `AWS does not accept the token in ${tokenFile} for the role ${roleArn} (${code}). Check the trust policy of the role, and that the token is current.`,
    ),
  );
}

/** The text of an element; none of these has anything in it that XML escapes. */
const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<&]+)</${name}>`).exec(xml)?.[1];

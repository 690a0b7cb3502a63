/** Credentials of a container: from an endpoint on this machine or its link, at addresses that AWS documents. */
import { BlockList, isIP } from 'node:net';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import type { Call } from '../driver.js';
import type { Env } from '../hosts.js';
import { faultOf, openHttp } from '../http.js';
import { type AwsCredentials, credentialsIn, type SourceWorld } from './credentials.js';

/** The agent of ECS. */
const ECS = 'http://169.254.170.2';

const PERMITTED = new BlockList();
PERMITTED.addSubnet('127.0.0.0', 8);
PERMITTED.addAddress('::1', 'ipv6');
PERMITTED.addAddress('169.254.170.2');
// The agent of EKS Pod Identity.
PERMITTED.addAddress('169.254.170.23');
PERMITTED.addAddress('fd00:ec2::23', 'ipv6');

/** Asks the endpoint that the variables of ECS and EKS Pod Identity name. */
export async function fromContainer(world: SourceWorld, { signal }: Call): Promise<Result<AwsCredentials>> {
  const { clock, env } = world;
  const endpoint = containerEndpoint(env);
  if (!endpoint.ok) return endpoint;
  const token = await containerToken(world);
  if (!token.ok) return token;
  const { origin, pathname, search } = endpoint.value;
  const answer = await openHttp({ origin, clock, env }).request({
    ...{ method: 'GET', path: `${pathname}${search}`, signal },
    ...(token.value && { secretHeaders: { authorization: token.value } }),
  });
  if (!answer.ok) return answer;
  const { status, headers, body } = answer.value;
  if (status !== 200) return fail(faultOf(status, headers, { by: origin, now: clock.now() }));
  return credentialsIn(body.toString('utf8'), { tokenField: 'Token', by: origin });
}

/** The file is read anew: its content is replaced before it ends. */
async function containerToken({ env, credential }: SourceWorld): Promise<Result<Secret | undefined>> {
  const file = env['AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  if (file) return credential({ file });
  const token = env['AWS_CONTAINER_AUTHORIZATION_TOKEN'];
  return ok(token ? new Secret(token) : undefined);
}

/** `sink_refused` when no variable names an endpoint, or one elsewhere: it would be shown a token. */
function containerEndpoint(env: Env): Result<URL> {
  const relative = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'];
  const full = env['AWS_CONTAINER_CREDENTIALS_FULL_URI'];
  // As AWS's own clients have it, the relative one goes first.
  const [name, text] = relative
    ? (['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', `${ECS}${relative}`] as const)
    : (['AWS_CONTAINER_CREDENTIALS_FULL_URI', full ?? ''] as const);
  if (text === '')
    return refused(
      'neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set. ECS and EKS Pod Identity set them; elsewhere name another source of credentials in the Connection.',
    );
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isHttp || url.username !== '' || url.password !== '')
    return refused(`${name} is not an http or https address`);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const isPermitted =
    host === 'localhost' || (family !== 0 && PERMITTED.check(host, family === 4 ? 'ipv4' : 'ipv6'));
  return isPermitted
    ? ok(url)
    : refused(
        `${name} leads to ${host}. Only this machine, ECS (169.254.170.2) and EKS (169.254.170.23) may be asked.`,
      );
}

const refused = (message: string): Result<never> => fail(fault('sink_refused', message));

/** The ways to AWS credentials: variables, the endpoint of a container, a web identity, a program. */
import type { AwsConnection } from '../../domain/connections/aws.js';
import { fault } from '../../domain/errors.js';
import { fail, ok, type Result } from '../../domain/result.js';
import { Secret } from '../../domain/secret.js';
import { fromContainer } from './container.js';
import { runForCredentials } from './credential-process.js';
import { type AwsCredentials, type FindCredentials, renewed, type SourceWorld } from './credentials.js';
import { fromWebIdentity } from './web-identity.js';

/** Returns the source that a connection names. Of those that end, what was found is kept until shortly before. */
export function credentialSource(spec: AwsConnection, world: SourceWorld): FindCredentials {
  const { container, webIdentity, process } = spec;
  if (container) return renewed((call) => fromContainer(world, call), world.clock);
  if (webIdentity)
    return renewed(
      (call) => fromWebIdentity({ ...webIdentity, region: spec.region }, world, call),
      world.clock,
    );
  if (process) return renewed((call) => runForCredentials(process, world, call), world.clock);
  // Read anew each time: it costs nothing, and nothing says when they end.
  return async () => fromEnvironment(world.env);
}

function fromEnvironment(env: SourceWorld['env']): Result<AwsCredentials> {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY)
    return refused(
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set. Set them for this process, or name another source of credentials in the Connection.',
    );
  return ok({
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: new Secret(AWS_SECRET_ACCESS_KEY),
    sessionToken: AWS_SESSION_TOKEN ? new Secret(AWS_SESSION_TOKEN) : undefined,
  });
}

const refused = (message: string): Result<never> => fail(fault('sink_refused', message));
